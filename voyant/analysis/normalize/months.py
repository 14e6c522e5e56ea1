"""Names of months in the languages that data comes in, without accents and in lower case."""

from __future__ import annotations

import unicodedata

_FULL = """
january february march april may june july august september october november december
januar februar marz april mai juni juli august september oktober november dezember
janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik
"""
_SHORT = """
jan feb mar apr may jun jul aug sep oct nov dec
jan feb mrz apr mai jun jul aug sept okt nov dez
jan fev mar avr mai juin juil aou sept oct nov dec
janv fevr mars avril mai juin juil aout sep oct nov dec
ene feb mar abr may jun jul ago sep oct nov dic
gen feb mar apr mag giu lug ago set ott nov dic
jan fev mar abr mai jun jul ago set out nov dez
jan feb mrt apr mei jun jul aug sep okt nov dec
jan feb maar apr maj jun jul aug sep okt nov dec
sty lut mar kwi maj cze lip sie wrz paz lis gru
янв фев мар апр мая июн июл авг сен окт ноя дек
"""


def plain_word(word: str) -> str:
    """The word as it stands in the tables here, which is also what ``lower(strip_accents(…))`` gives in SQL."""
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


MONTH_NUMBERS = {
    plain_word(name): number
    for line in (_FULL + _SHORT).strip().splitlines()
    if line
    for number, name in enumerate(line.split(), start=1)
}
