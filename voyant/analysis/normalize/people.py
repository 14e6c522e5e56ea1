"""Whether values are names of people."""

from __future__ import annotations

import re

from voyant.analysis.normalize.months import plain_word
from voyant.analysis.normalize.names import word_set

_SHAPE = re.compile(r"(?:[^\W\d_][\w'’.-]*,? ){1,3}[^\W\d_][\w'’.-]*")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Mlle|Monsieur|Madame|Sr|Sra|Master|Rev)\b\.?")
_ORGANISATION_WORDS = word_set(
    "inc ltd llc llp gmbh ag sa srl bv plc corp corporation company co group holding holdings bank university college "
    "school hospital hotel airport airlines airways air international association foundation club fc united city "
    "center institute department street road avenue park river county lake island north south east west new saint "
    "printer computer server laptop phone desktop service services software network database"
)
FIRST_NAMES = word_set(
    "aaron abdul abigail adam adrian ahmed aisha alan albert alberto alejandro alessandro alex alexander alexandra "
    "alfred ali alice alicia alison allison amanda amber amy ana anastasia andre andrea andreas andrew andy angel "
    "angela anil anita anjali ann anna anne annette anthony antonio arjun arthur ashley astrid barbara beatriz ben "
    "benjamin bernard bernd beth betty beverly bill bjorn bob bradley brandon brenda brian bruce bryan camila camille "
    "carl carla carlos carmen carol caroline carolyn catherine cecilia charles charlie charlotte chen cheryl chiara "
    "chloe chris christian christina christine christopher claire clara claudia craig crystal cynthia daniel daniela "
    "danielle david dawn deborah debra deepak denise dennis derek diana diane diego dieter dimitri dmitri dolores don "
    "donald donna doris dorothy douglas dylan earl edith eduardo edward eileen elena elisabeth elizabeth ella ellen "
    "emily emma enrique eric erica erik erin ethan eugene eva evelyn fatima federico felix fernando fiona florian "
    "frances francesca francesco francis francisco frank franz fred frederick gabriel gabriela gary george gerald "
    "gerhard giovanni giulia gloria grace greg gregory guillaume gunther hannah hans harold harry hassan heather "
    "heidi heinrich helen helena helga henri henry hiroshi howard hugo ian ibrahim igor ines ingrid irene isabel "
    "isabella isabelle ivan jack jacob jacqueline jacques james jan jane janet janice jason javier jean jeff jeffrey "
    "jennifer jens jeremy jerry jesse jessica jesus jim joan joe johan johannes john johnny jonathan jordan jorge "
    "jose joseph joshua joyce juan juana judith judy julia julian julie jun jurgen justin karen karin karl kate "
    "katherine kathleen kathryn katja kayla keith kelly kenneth kevin kim kimberly klaus kumar kyle lars laura lauren "
    "laurent lawrence lea lena leon leonardo leslie li liam lin linda lisa logan lois louis louise luc luca lucas "
    "lucia lucy luigi luis luke lynn maddie madison manuel marc marco marcus margaret maria marie marilyn mario "
    "marion marisa mark markus marta martha martin martina mary mateo mathieu matthew matthias maurice max megan "
    "melissa mia michael michel michele michelle miguel mike mila mohamed mohammad mohammed monica monika nadia nancy "
    "natalia natalie natasha nathan neha nicholas nicola nicolas nicole nikolai nina noah nora norma olga oliver "
    "olivia omar oscar pablo pamela paola paolo patricia patrick paul paula paulo pedro peggy peter petra philip "
    "philippe phillip pierre pooja priya rachel rahul raj rajesh ralph ramesh ramon ravi raymond rebecca regina "
    "renate ricardo richard rita robert roberto robin rodrigo roger roland ron ronald rosa rose roy russell ruth ryan "
    "sabine sam samantha samuel sandra sanjay sara sarah scott sean sebastian sergei sergio sharon shirley silvia "
    "simon simone sofia sonia sophia sophie stefan stefanie stephanie stephen steve steven sunil suresh susan susanne "
    "sven sylvie tanja tatiana teresa terry theresa thomas tiffany tim timothy tina todd tom tony tyler ulrich ursula "
    "valentina valerie vanessa vera vicente victor victoria vijay vincent virginia vladimir walter wang wayne wei "
    "wendy werner wilhelm william willie wolfgang xavier yan yuki yusuf yvonne zachary zhang zoe"
)
LEAST_FIRST_NAMES = 0.25
"""Of values that begin with a first name listed here; lists are short, so a quarter says enough."""


def look_like_names(values: list[str]) -> bool:
    """Whether the values, on their own, are names of people: titles, or capitalised words led by first names."""
    if not values:
        return False
    if sum(bool(_TITLE.search(value)) for value in values) >= len(values) / 2:
        return True
    led = sum(bool(FIRST_NAMES & _leading_words(value)) for value in values)
    return share_shaped_like_names(values) >= 0.7 and led >= len(values) * LEAST_FIRST_NAMES


def share_shaped_like_names(values: list[str]) -> float:
    """Of the values, those of two to four capitalised words without a digit or a word of companies and things."""
    return sum(map(_is_shaped, values)) / len(values) if values else 0.0


def _is_shaped(value: str) -> bool:
    words = re.findall(r"[^\W\d_]+", value)
    return (
        bool(_SHAPE.fullmatch(value))
        and words[0][0].isupper()
        and words[-1][0].isupper()
        and not _ORGANISATION_WORDS & {plain_word(word) for word in words}
    )


def _leading_words(value: str) -> set[str]:
    """The first word, and the first after a comma: "Owen Harris", "Harris, Owen"."""
    return {plain_word(words[0]) for part in value.split(",") if (words := re.findall(r"[^\W\d_]+", part))}
