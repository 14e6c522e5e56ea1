"""Whether a column holds places."""

from __future__ import annotations

import re

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import word_set

_PLACE_WORDS = word_set(
    "country countries nation city cities town village county province continent airport postcode zip zipcode postal "
    "land stadt pays ville pais ciudad municipality prefecture borough neighborhood neighbourhood suburb location "
    "place territory geo nationality"
)
POSTAL_WORDS = word_set("zip zipcode postcode postal postleitzahl plz cep")
_DOUBTFUL_WORDS = word_set("state region origin dest destination district area departure arrival birthplace from to")
_AIRPORT = re.compile(r"[A-Z]{3}")
US_STATES = word_set(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    "PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR"
)
KNOWN_PLACES = frozenset(
    name.strip()
    for name in """
afghanistan, albania, algeria, angola, argentina, armenia, australia, austria, azerbaijan, bahrain, bangladesh,
belarus, belgium, benin, bolivia, bosnia and herzegovina, botswana, brazil, bulgaria, burkina faso, burundi,
cambodia, cameroon, canada, chad, chile, china, colombia, costa rica, croatia, cuba, cyprus, czech republic,
czechia, denmark, dominican republic, ecuador, egypt, el salvador, england, estonia, ethiopia, finland, france,
gabon, gambia, georgia, germany, ghana, greece, guatemala, guinea, haiti, honduras, hong kong, hungary, iceland,
india, indonesia, iran, iraq, ireland, israel, italy, ivory coast, jamaica, japan, jordan, kazakhstan, kenya,
kuwait, latvia, lebanon, liberia, libya, lithuania, luxembourg, madagascar, malawi, malaysia, mali, malta, mexico,
moldova, mongolia, montenegro, morocco, mozambique, myanmar, namibia, nepal, netherlands, new zealand, nicaragua,
niger, nigeria, north korea, north macedonia, norway, oman, pakistan, panama, paraguay, peru, philippines, poland,
portugal, puerto rico, qatar, romania, russia, rwanda, saudi arabia, scotland, senegal, serbia, singapore,
slovakia, slovenia, somalia, south africa, south korea, spain, sri lanka, sudan, sweden, switzerland, syria,
taiwan, tanzania, thailand, togo, trinidad and tobago, tunisia, turkey, uganda, ukraine, united arab emirates,
united kingdom, united states, united states of america, uruguay, usa, uk, uae, uzbekistan, venezuela, vietnam,
wales, yemen, zambia, zimbabwe, africa, asia, europe, north america, south america, americas, oceania, antarctica,
latin america, middle east, apac, emea, alabama, alaska, arizona, arkansas, california, colorado, connecticut,
delaware, florida, hawaii, idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, maine, maryland,
massachusetts, michigan, minnesota, mississippi, missouri, montana, nebraska, nevada, new hampshire, new jersey,
new mexico, new york, north carolina, north dakota, ohio, oklahoma, oregon, pennsylvania, rhode island,
south carolina, south dakota, tennessee, texas, utah, vermont, virginia, washington, west virginia, wisconsin,
wyoming
""".replace("\n", "").split(",")
    if name.strip()
)  # fmt: skip


def are_places(facts: Facts) -> bool:
    """Whether name and values speak of places: ``state`` may be a state of things, so its values decide."""
    known = facts.share_of_examples(lambda value: value.lower() in KNOWN_PLACES or value in US_STATES)
    if known >= 0.8:
        return bool(set(facts.words) & (_PLACE_WORDS | _DOUBTFUL_WORDS)) or len(facts.examples) >= 3
    words = set(facts.words)
    if words & POSTAL_WORDS:
        return True
    if words & _PLACE_WORDS:
        return (
            facts.share_of_examples(lambda value: not any(c.isdigit() for c in value) and len(value.split()) <= 4) > 0.7
        )
    if words & _DOUBTFUL_WORDS:
        return known >= 0.4 or facts.share_of_examples(_AIRPORT.fullmatch) >= 0.95
    return False
