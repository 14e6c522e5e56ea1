"""What each column is for, how sure that is, and why."""

from __future__ import annotations

from msgspec import Struct

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import word_set
from voyant.analysis.normalize.stages import stage_of_name
from voyant.domain.table import Aggregation, ColumnType, PersonalData, Role


class Assigned(Struct, frozen=True, kw_only=True):
    """A role with its confidence from 0 to 1 and its reason."""

    role: Role
    confidence: float
    reason: str
    aggregation: Aggregation | None = None
    personal: PersonalData | None = None


_AUDIT_WORDS = word_set(
    "updated update modified changed sys synced sync loaded load etl inserted ingested extracted audit"
)
_MAIN_WORDS = word_set(
    "date timestamp datetime time occurred event sold sale transaction observed recorded day datum fecha data"
)
_LIFE_WORDS = word_set("birth birthdate birthday dob born death died")
_STAGE_CONFIDENCE = (
    (0.95, "when it began, by its name"),
    (0.93, "when it began, by its name"),
    (0.85, "a date on the way, by its name"),
    (0.65, "when something ended, by its name"),
    (0.6, "when something falls due, by its name"),
)


def time_role(facts: Facts) -> Assigned:
    """The role of dates and timestamps: the confidence ranks them, so that the main one comes first."""
    words = set(facts.words)
    stage = stage_of_name(facts.name)
    confidence, reason = 0.8, "dates"
    if words & _AUDIT_WORDS:
        confidence, reason = 0.55, "when the record was last touched, by its name"
    elif words & _LIFE_WORDS:
        confidence, reason = 0.5, "when somebody was born or died, by its name"
    elif stage is not None:
        confidence, reason = _STAGE_CONFIDENCE[stage]
    elif words & _MAIN_WORDS:
        confidence, reason = 0.95, "when it happened, by its name"
    share = facts.present_share
    if share < 0.995:
        reason += f"; {1 - share:.0%} missing"
    return Assigned(role=Role.TIME, confidence=round(confidence * (0.5 + 0.5 * share), 3), reason=reason)


def other_role(facts: Facts) -> Assigned:
    """The role of columns that are neither numbers, dates nor text."""
    if facts.type is ColumnType.BOOLEAN:
        reason = "yes or no: two groups, and the share of yes is a rate"
        return Assigned(role=Role.DIMENSION, confidence=0.95, reason=reason, aggregation=Aggregation.RATIO)
    if facts.type is ColumnType.TIME:
        return Assigned(role=Role.DIMENSION, confidence=0.8, reason="times of day")
    return Assigned(role=Role.TEXT, confidence=0.6, reason=f"{facts.type.value} values, which are not looked into")


def trivial_role(facts: Facts) -> Assigned | None:
    """EMPTY or CONSTANT, where the column tells no row from another."""
    if facts.present == 0:
        return Assigned(role=Role.EMPTY, confidence=1.0, reason="no value in any row")
    if facts.distinct == 1 and facts.present_share == 1:
        return Assigned(role=Role.CONSTANT, confidence=1.0, reason="the same value in every row")
    if facts.distinct == 1:
        return Assigned(role=Role.CONSTANT, confidence=0.8, reason="one value, or none")
    return None
