"""What changed between two states of a table: effect and significance apart, and what carries the change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voyant.domain.profile import Scalar


class Verdict(StrEnum):
    """What a comparison comes to."""

    STABLE = "stable"
    DRIFTED = "drifted"
    NOT_COMPARABLE = "not_comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReference:
    """One side of a comparison.

    Attributes:
        label: As a reader knows it: a baseline's name, a source, a table.
    """

    label: str
    table: str
    snapshot: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """A column that came, went, or holds something else.

    Attributes:
        kind: ``added``, ``removed``, ``retyped``, ``renamed`` (perhaps: types agree and names are alike) or ``unit``.
        before: The engine type; of a renamed column the name, of a change of unit the unit.
        compatible: Whether readers of the earlier schema can read the later one, by Iceberg's rules of evolution.
    """

    kind: str
    column: str
    before: str | None
    after: str | None
    compatible: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far two distributions are apart by one measure.

    Attributes:
        measure: Such as ``wasserstein_normed``, ``ks``, ``psi``, ``jensen_shannon``, ``chi_square``, ``shift``.
        value: The effect.
        threshold: From which it counts as drift; None where the measure is shown only.
        p_value: Of no difference, uncorrected; ``q_value`` after Benjamini-Hochberg over the table's columns.
        error: The largest distance between ``value`` and the exact figure; 0 where exact.
    """

    measure: str
    value: float
    threshold: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    error: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A bin, value or term, and its share of the rows with a value on both sides.

    Attributes:
        contribution: Its part of the deciding measure's value, 0 to 1 over all.
    """

    label: str
    before: float
    after: float
    contribution: float
    minimum: Scalar = None
    maximum: Scalar = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A value of another column whose rows carry the change."""

    column: str
    value: Scalar
    before_rows: int
    after_rows: int
    distance: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDrift:
    """How one column changed.

    Attributes:
        method: The measure that decides, chosen by type and size; the first of ``distances``.
        nulls_before: Share of the rows without a value.
        shares: What changed most, largest contribution first.
        new_values: That only the later side has; ``vanished_values`` that only the earlier one has; with rows as
            ``after`` and ``before`` shares.
        segments: Which rows carry it, largest contribution first.
        note: Why nothing could be compared, or what was left out.
    """

    column: str
    type: str
    role: str
    verdict: Verdict
    method: str | None
    distances: tuple[Distance, ...]
    nulls_before: float
    nulls_after: float
    nulls_verdict: Verdict
    shares: tuple[Share, ...] = ()
    new_values: tuple[Share, ...] = ()
    vanished_values: tuple[Share, ...] = ()
    segments: tuple[Segment, ...] = ()
    summary: str = ""
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationDrift:
    """A pair of columns that go together otherwise than before; strengths on the profile's scale."""

    a: str
    b: str
    measure: str
    before: float
    after: float
    p_value: float
    q_value: float
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Two states of a table, compared.

    Attributes:
        verdict: Of the table.
        reason: Of the verdict, one sentence with its numbers.
        share: Of the compared columns that drifted; ``share_threshold`` from which the table counts as drifted.
        columns: Drifted ones first, by effect.
        identical: Both sides are the same snapshot or the same rows.
        notes: What was sampled, approximated or left out.
    """

    reference: TableReference
    current: TableReference
    verdict: Verdict
    reason: str
    share: float
    share_threshold: float
    rows_change: float | None
    schema: tuple[SchemaChange, ...]
    columns: tuple[ColumnDrift, ...]
    associations: tuple[AssociationDrift, ...] = ()
    identical: bool = False
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """The columns that drifted."""
        return tuple(column for column in self.columns if column.verdict is Verdict.DRIFTED)
