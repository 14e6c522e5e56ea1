"""Words too common to say anything about a text, in the languages most data is written in."""

from __future__ import annotations

_ENGLISH = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing don't down during each few for from further had has have having he her here hers him his how i
i'm if in into is isn't it it's its just me more most my no nor not now of off on once only or other our out over own
same she should so some such than that that's the their them then there these they this those through to too under
until up upon very was wasn't we were what when where which while who whom why will with would you your
"""
_GERMAN = """
aber alle als also am an auch auf aus bei bin bis bist da das dass dem den der des die dies diese dieser dieses doch
durch ein eine einem einen einer eines er es für hat hatte ich ihr im in ist ja kann kein keine mehr mein mit nach
nicht noch nun nur oder ohne sehr sein sich sie sind so über um und uns unter vom von vor war waren was wenn wer wie wir
wird wurde zu zum zur
"""
_FRENCH = """
ai au aux avec ce ces cette dans de des du elle en est et être eu il ils je la le les leur lui ma mais me mes moi mon
même ne nos notre nous on ou où par pas plus pour qu que qui sa sans se ses si son sont sur ta tu très un une vos votre
vous était
"""
_SPANISH = """
al como con cuando de del desde donde el ella en entre era es esta este esto fue ha hasta la las le les lo los más me
mi muy ni no nos o para pero por porque que se sea ser si sin sobre son su sus también te tiene todo un una uno y ya
"""
_ITALIAN_AND_PORTUGUESE = """
ai al alla anche che chi ci come con da dal dei del della delle di ed era gli ha hanno ho il io la le lo ma mi nel
nella non per più quando questa questo se si sono su sua sul suo tra una uno ao aos as até com da das do dos ela ele em
entre essa esse eu foi isso isto já mais mas mesmo muito na nas no nos não ou para pela pelo por que quem ser seu sua
são também tem um uma você é
"""

STOP_WORDS = frozenset(" ".join([_ENGLISH, _GERMAN, _FRENCH, _SPANISH, _ITALIAN_AND_PORTUGUESE]).split())
