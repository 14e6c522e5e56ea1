"""Tables of which only columns and their statistics are known, which is all that presets are fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voyant.analysis.presets import preset_from
from voyant.domain.preset import Preset
from voyant.domain.profile import ColumnProfile, Count, Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, PersonalData, Role

ROWS = 1000
_TYPES = {Role.TIME: ColumnType.DATE, Role.MEASURE: ColumnType.DECIMAL}


def column(
    name: str,
    role: Role,
    *,
    aggregation: Aggregation | None = None,
    type_: ColumnType | None = None,
    distinct: int = 20,
    personal: PersonalData | None = None,
) -> tuple[Column, ColumnProfile]:
    """A column and what is known of it."""
    kind = type_ or _TYPES.get(role, ColumnType.TEXT)
    if role is Role.MEASURE and aggregation is None:
        aggregation = Aggregation.SUM
    return (
        Column(
            name=name,
            original_name=name.upper(),
            type=kind,
            engine_type=str(kind),
            role=role,
            role_confidence=0.9,
            role_reason=f"it is a {role}",
            aggregation=aggregation,
            personal=personal,
        ),
        ColumnProfile(name=name, type=kind, role=role, count=ROWS, nulls=0, distinct=Count(value=distinct, error=0.0)),
    )


def table(*columns: tuple[Column, ColumnProfile], keys: tuple[tuple[str, ...], ...] = ()) -> tuple[Dataset, Profile]:
    """The table of these columns."""
    dataset = Dataset(name="orders", rows=ROWS, columns=tuple(known for known, _ in columns))
    profile = Profile(
        table="orders",
        rows=ROWS,
        columns=tuple(described for _, described in columns),
        keys=keys,
        duplicate_rows=Count(value=0, error=0.0),
        associations=(),
        missing=(),
        sample_rows=ROWS,
        notes=(),
    )
    return dataset, profile


def preset(*parameters: Mapping[str, Any], **parts: Any) -> Preset:
    """A preset of these parameters."""
    steps = parts.pop("steps", {"search": {}})
    written = {"name": "trial.preset", "title": "Trial", "description": "A trial.", "steps": steps}
    return preset_from(written | {"parameters": [{"description": "a thing", **given} for given in parameters]} | parts)


AMOUNT = {"name": "amount", "kind": "column", "roles": ["measure"], "words": ["revenue"], "vague": ["amount"]}
QUANTITY = {"name": "quantity", "kind": "column", "roles": ["measure"], "words": ["quantity"]}
PRICE = {"name": "price", "kind": "column", "roles": ["measure"], "aggregations": ["mean"], "words": ["price"]}
TIME = {"name": "time", "kind": "column", "roles": ["time"], "found": "leading_time"}
