"""Roles of numbers: what may be added, what may be averaged, and what only looks like a number."""

from __future__ import annotations

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.normalize.number_formats import CURRENCIES
from voyant.analysis.normalize.places import POSTAL_WORDS
from voyant.analysis.normalize.roles import Assigned
from voyant.domain.table import Aggregation, Column, Role

ID_WORDS = word_set(
    "id ids uid uuid guid key pk fk code codes no nr num number sku upc ean isbn barcode serial zip zipcode postcode "
    "postal plz phone tel telephone mobile fax account iban ssn fips naics sic iso cusip isin vin imei identifier "
    "rowid rownum rownames tailnum index"
)
ENTITY_WORDS = word_set(
    "flight order invoice ticket customer user client product account transaction patient employee case session "
    "device train bus route vehicle voyage policy claim student member supplier vendor shipment booking "
    "reservation item subject participant respondent household"
)
"""A column that is called by the bare name of a thing, and holds whole numbers, numbers those things."""
_SHORT_ENTITIES = word_set(
    "cust prod emp txn trans part supp nation region movie film user usr dept cat loc store shop"
)
_NUMBERED_WORDS = word_set("room part serial lot batch seq sequence ref house stock bill receipt contract card")
_PART_WORDS = word_set(
    "engine engines door doors room rooms bedroom bedrooms bathroom bathrooms bath baths bed beds seat seats cylinder "
    "cylinders wheel wheels gear gears floor floors storey storeys story stories level levels page pages leg legs"
)
"""What a thing has: each thing has its number, and the numbers of several are not added."""
_DIRECTION_WORDS = word_set(
    "dir direction heading hdg bearing brg azimuth azimut wdir winddir winddirection windrichtung aspect course cog"
)
FEW_CODES = 20
FEW_STEPS = 6
"""Whole numbers of so few values group the rows, where no word says that they measure."""
FEWEST_YEARS = 10
"""From the first to the last, below which numbers may be alike by chance."""
_RECENT_YEARS = (1900, 2035)
REPEATED_SHARE = 0.2
LONG_NUMBER = 9
"""Digits from which on numbers of one length are hardly measured ones."""
_DATE_PARTS = {
    "year": (1000, 2999), "yr": (1000, 2999), "jahr": (1000, 2999), "annee": (1000, 2999), "ano": (1000, 2999),
    "anno": (1000, 2999), "month": (0, 12), "mo": (1, 12), "monat": (1, 12), "mois": (1, 12), "mes": (1, 12),
    "day": (0, 366), "tag": (1, 31), "jour": (1, 31), "dia": (1, 31), "hour": (0, 24), "hr": (0, 24), "minute": (0, 60),
    "second": (0, 60), "weekday": (0, 7), "dow": (0, 7), "dayofweek": (0, 7), "quarter": (1, 4), "qtr": (1, 4),
    "week": (0, 54), "weeknum": (0, 54), "doy": (0, 366), "decade": (0, 2999), "century": (0, 30),
}  # fmt: skip
_SINCE_WORDS = word_set("days months years hours weeks minutes seconds per since until in to of age tenure experience")
_CATEGORY_WORDS = word_set(
    "class pclass type kind group category level grade status cluster zone region district ward store dept department "
    "segment tier phase stage arm treatment cohort sex gender race ethnicity education marital label target code "
    "model line version bin bucket block batch shift season floor tz timezone"
)
_RATIO_WORDS = word_set(
    "pct percent percentage rate ratio share proportion fraction prob probability utilization utilisation margin "
    "conversion ctr cvr roi yield occupancy"
)
_LEVEL_WORDS = word_set(
    "price avg average mean median min max minimum maximum std sd per index score rating rank age temperature temp "
    "duration elapsed latency delay speed weight height width length depth size area density lat lon lng latitude "
    "longitude balance salary wage level bmi pressure humidity percentile quantile zscore normalized log unit target "
    "sf sqft sqm gpa mark distance radius angle hours minutes seconds days time lifetime life expectancy "
    "population pop income"
)
_SUM_WORDS = word_set(
    "amount amt revenue sales sale turnover cost costs spend spending spent expense expenses profit loss fee fees tax "
    "taxes tip tips total subtotal payment payments paid charge charges discount refund refunds bill fare donation "
    "budget quantity qty count counts units volume clicks views visits impressions sessions orders items "
    "downloads purchases passengers deaths births cases casualties injuries injured killed hits errors failures "
    "incidents tickets conversions signups installs transactions trips rides calls emails messages shipments returns "
    "goals points umsatz betrag menge anzahl kosten gewinn montant quantite ventes nombre importe cantidad ventas "
    "monto valor_total freq n rainfall precip precipitation production consumption exports imports kwh co2 emissions"
)
_FUSED_SUMS = ("amount", "sales", "revenue", "quantity", "cost")
_FUSED_LEVELS = ("price", "score", "rating")
"""Ends of words that are run together, such as ``extendedprice``."""
_COUNT_STARTS = (
    ("number", "of"),
    ("num", "of"),
    ("no", "of"),
    ("nb", "of"),
    ("count", "of"),
    ("n",),
    ("num",),
    ("nb",),
)


_SCALE_WORDS = word_set("satisfaction stars likert nps grade")
_PRICE_WORDS = word_set("price unitprice priceeach preis stueckpreis prix precio prezzo preco prijs")
_WHOLE_WORDS = word_set("total extended line sum gross net subtotal sale sales list index change min max high low")
"""Beside a price, these say that it is not what one piece costs here."""
_UNITS_BY_WORD = {
    "pct": "%", "percent": "%", "percentage": "%", "usd": "USD", "eur": "EUR", "gbp": "GBP", "mm": "mm", "cm": "cm",
    "km": "km", "kg": "kg", "lbs": "lb", "lb": "lb", "mph": "mph", "kwh": "kWh", "mw": "MW", "kw": "kW", "ms": "ms",
    "celsius": "°C", "fahrenheit": "°F", "seconds": "seconds", "secs": "seconds", "minutes": "minutes",
    "mins": "minutes", "hours": "hours", "days": "days", "weeks": "weeks", "months": "months", "years": "years",
}  # fmt: skip


def unit_by_name(words: tuple[str, ...]) -> str | None:
    """The unit that ends the name of a measure, or that it begins with as in ``percent_complete``.

    >>> unit_by_name(("bill", "length", "mm")), unit_by_name(("days",)), unit_by_name(("sales",))
    ('mm', 'days', None)
    """
    if not words:
        return None
    first = _UNITS_BY_WORD.get(words[0]) if words[0] in {"pct", "percent", "percentage"} else None
    return _UNITS_BY_WORD.get(words[-1]) or first


def number_role(facts: Facts) -> Assigned:
    """The role of a column of numbers with more than one value."""
    for rule in (_geography, _count, _direction, _date_part, _identifier, _clock, *_GROUPINGS):
        if assigned := rule(facts):
            return assigned
    return _measure(facts)


def _geography(facts: Facts) -> Assigned | None:
    words = set(facts.words)
    if (words & {"lat", "latitude"} and facts.within(-90, 90)) or (
        words & {"lon", "lng", "long", "longitude"} and facts.within(-180, 360) and not facts.is_whole
    ):
        return Assigned(role=Role.GEOGRAPHY, confidence=0.95, reason="a coordinate by name and range")
    if words & (POSTAL_WORDS | {"fips"}) and facts.is_whole:
        return Assigned(role=Role.GEOGRAPHY, confidence=0.9, reason="a postal or area code by name")
    return None


def _count(facts: Facts) -> Assigned | None:
    """``number_of_rooms`` counts; ``flight_number`` numbers."""
    starts = any(facts.words[: len(start)] == start and len(facts.words) > len(start) for start in _COUNT_STARTS)
    if starts and facts.is_whole and not set(facts.words[1:]) & ID_WORDS and facts.within(0, 1e12):
        if set(facts.words) & _PART_WORDS:
            return _averaged(0.7, "how many each thing has, by its name: averaged, not added")
        return _summed(0.8, "a count by its name: counts add up")
    return None


def _direction(facts: Facts) -> Assigned | None:
    if set(facts.words) & _DIRECTION_WORDS and facts.within(0, 360) and (facts.highest or 0) > 180:
        reason = "directions in degrees: 359 and 1 are neighbours, so they are neither added nor averaged"
        return Assigned(role=Role.DIMENSION, confidence=0.9, reason=reason, aggregation=Aggregation.CIRCULAR)
    return None


def _date_part(facts: Facts) -> Assigned | None:
    if len(facts.words) > 4 or set(facts.words) & _SINCE_WORDS:
        return None
    if set(facts.words) & {"date", "time", "year"} and facts.within(1500, 2200) and facts.distinct > 10:
        return Assigned(role=Role.DIMENSION, confidence=0.7, reason="years by name and range")
    if not facts.is_whole:
        return None
    for word in facts.words:
        if word in _DATE_PARTS and facts.within(*_DATE_PARTS[word]):
            return Assigned(role=Role.DIMENSION, confidence=0.9, reason=f"part of a date by name and range ({word})")
    if facts.words in {("year",), ("yr",)} and facts.distinct <= 200:
        return Assigned(role=Role.DIMENSION, confidence=0.85, reason="years by name, though not written in full")
    return None


def _years(facts: Facts) -> Assigned | None:
    """Whole numbers that all lie where years do, under a name that speaks of nothing else."""
    spread = (facts.highest or 0) - (facts.lowest or 0)
    if not facts.is_whole or facts.unit or not facts.within(*_RECENT_YEARS) or spread < FEWEST_YEARS:
        return None
    if facts.distinct > spread + 1 or set(facts.words) & (_SUM_WORDS | _LEVEL_WORDS | _RATIO_WORDS):
        return None
    return Assigned(role=Role.DIMENSION, confidence=0.6, reason="whole numbers that are all such as years are")


def names_an_id(word: str) -> bool:
    """Whether the word, alone or as the end of a run-together one, names an id: ``custid``, ``orderkey``, ``tailnum``.

    >>> names_an_id("orderkey"), names_an_id("paid"), names_an_id("turkey")
    (True, False, False)
    """
    if word in ID_WORDS:
        return True
    stem = next((word.removesuffix(ending) for ending in ("id", "key") if word.endswith(ending)), "")
    return stem in ENTITY_WORDS | _SHORT_ENTITIES or (
        word.endswith(("num", "number", "code")) and word not in {"aluminum", "platinum", "molybdenum"}
    )


def _identifier(facts: Facts) -> Assigned | None:
    words = facts.words
    if not facts.is_whole or not words:
        return None
    # "no" is a number only of something: "invoice_no", but "smoking_yes_cancer_no".
    numbered = words[-1] != "no" or set(words[:-1]) & (ENTITY_WORDS | ID_WORDS | _NUMBERED_WORDS)
    if (names_an_id(words[-1]) and numbered) or words[0] in {"id", "uid", "key"}:
        keyed = words[-1].endswith(("id", "key")) or words[0] in {"id", "uid", "key"}
        if not keyed and facts.distinct <= FEW_CODES and facts.distinct_share <= REPEATED_SHARE:
            return Assigned(role=Role.DIMENSION, confidence=0.75, reason="few codes that repeat")
        reason = "whole numbers named as a code or number of something"
        return Assigned(role=Role.IDENTIFIER, confidence=0.95, reason=reason)
    if len(words) == 1 and words[0] in ENTITY_WORDS and facts.distinct > 10:
        reason = "whole numbers named after a thing number that thing"
        return Assigned(role=Role.IDENTIFIER, confidence=0.8, reason=reason)
    measured = set(words) & (_SUM_WORDS | _LEVEL_WORDS | _RATIO_WORDS)
    if facts.is_unique and facts.present == facts.rows >= 5 and not measured and facts.unit is None:
        low, high = int(facts.lowest or 0), int(facts.highest or 0)
        if high - low + 1 <= facts.present * 1.05:
            return Assigned(role=Role.IDENTIFIER, confidence=0.9, reason="consecutive whole numbers, one a row")
        if len(str(low)) == len(str(high)) >= LONG_NUMBER and facts.rows >= 50:
            reason = "different long whole numbers of one length, one a row"
            return Assigned(role=Role.IDENTIFIER, confidence=0.75, reason=reason)
    return None


def _clock(facts: Facts) -> Assigned | None:
    timed = any(word in {"time", "hhmm", "clock", "tm"} or word.endswith("time") for word in facts.words)
    if timed and facts.is_whole and facts.within(0, 2400) and facts.off_clock == 0 and (facts.highest or 0) >= 1200:
        reason = "clock times written hhmm: from 1059 to 1100 is one minute, so they are neither added nor averaged"
        return Assigned(role=Role.DIMENSION, confidence=0.85, reason=reason)
    return None


def _indicator(facts: Facts) -> Assigned | None:
    if facts.is_whole and facts.distinct == 2 and facts.within(0, 1):
        reason = "0 or 1: two groups, and the mean is the share of ones"
        return Assigned(role=Role.DIMENSION, confidence=0.8, reason=reason, aggregation=Aggregation.RATIO)
    return None


def _category(facts: Facts) -> Assigned | None:
    few = facts.is_whole and facts.distinct <= 30 and facts.present >= facts.distinct * 3
    if few and set(facts.words) & _CATEGORY_WORDS and not set(facts.words) & _SUM_WORDS:
        return Assigned(role=Role.DIMENSION, confidence=0.75, reason="few whole numbers, named as groups")
    return None


def _balanced(facts: Facts) -> Assigned | None:
    """Codes of a design: the firms of a panel, the arms of a trial."""
    counts = facts.examples.values()
    if not facts.is_whole or set(facts.words) & (_SUM_WORDS | _LEVEL_WORDS | _RATIO_WORDS) or facts.unit:
        return None
    if facts.distinct == 2 and facts.present >= 10:
        return Assigned(role=Role.DIMENSION, confidence=0.65, reason="two different whole numbers: two groups")
    # The counts are of all rows only where the examples are all the rows.
    if sum(counts) == facts.present and min(counts) >= 3 and max(counts) - min(counts) <= 1 and len(counts) <= 100:
        return Assigned(
            role=Role.DIMENSION, confidence=0.65, reason="every number stands equally often: codes of groups"
        )
    return None


def _steps(facts: Facts) -> Assigned | None:
    """Few whole numbers that nothing shows to be measured: classes, and how many parts a thing has."""
    words = set(facts.words)
    few = facts.is_whole and facts.distinct <= FEW_STEPS and facts.present >= facts.distinct * 20
    if not few or facts.unit or words & (_SUM_WORDS | _LEVEL_WORDS | _RATIO_WORDS | _SCALE_WORDS | _SINCE_WORDS):
        return None
    return Assigned(role=Role.DIMENSION, confidence=0.7, reason="few whole numbers that repeat: groups of rows")


_GROUPINGS = (_indicator, _category, _years, _balanced, _steps)


def is_price(column: Column) -> bool:
    """Whether the column holds the price of one piece, by its name."""
    words = words_of(column.original_name) or words_of(column.name)
    return bool(set(words) & _PRICE_WORDS) and not set(words) & _WHOLE_WORDS


def _measure(facts: Facts) -> Assigned:
    words = set(facts.words)
    if "to" in facts.words[1:-1] and not facts.is_whole:
        return _averaged(0.8, "one amount over another by its name: averaged, never added")
    if facts.unit in {"%", "‰"} or words & _RATIO_WORDS:
        if facts.unit or facts.within(-1, 1) or words & {"pct", "percent", "percentage", "share", "proportion"}:
            return Assigned(
                role=Role.MEASURE,
                confidence=0.9,
                reason="a share or rate: averaged, never added",
                aggregation=Aggregation.RATIO,
            )
        return _averaged(0.85, "a rate by its name: averaged, never added")
    if facts.unit in {"seconds", "°", "°C", "°F", "℃", "℉"}:
        return _averaged(0.9, f"measured in {facts.unit}: averaged")
    level = sorted(words & _LEVEL_WORDS) or [end for end in _FUSED_LEVELS if words and facts.words[-1].endswith(end)]
    if level:
        return _averaged(0.85, f"a level by its name ({level[0]}): averaged, not added")
    if facts.is_whole and facts.distinct <= 11 and facts.within(0, 10) and words & _SCALE_WORDS:
        return _averaged(0.85, "an ordinal scale: averaged")
    summed = sorted(words & _SUM_WORDS) or [end for end in _FUSED_SUMS if words and facts.words[-1].endswith(end)]
    if summed and facts.within(0, 1) and not facts.is_whole:
        reason = f"between 0 and 1: a rate rather than an amount ({summed[0]})"
        return Assigned(role=Role.MEASURE, confidence=0.75, reason=reason, aggregation=Aggregation.RATIO)
    if summed:
        return _summed(0.85, f"an amount or count by its name ({summed[0]}): amounts add up")
    if facts.unit in CURRENCIES.values():
        return _summed(0.7, f"amounts of money in {facts.unit}")
    return _averaged(0.6, "numbers that nothing shows to be additive: averaged")


def _summed(confidence: float, reason: str) -> Assigned:
    return Assigned(role=Role.MEASURE, confidence=confidence, reason=reason, aggregation=Aggregation.SUM)


def _averaged(confidence: float, reason: str) -> Assigned:
    return Assigned(role=Role.MEASURE, confidence=confidence, reason=reason, aggregation=Aggregation.MEAN)
