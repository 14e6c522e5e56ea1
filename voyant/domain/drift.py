"""What changed between two states of a table: effect and significance apart, and what carries the change."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from voyant.domain.profile import Scalar

LEAST_SHARE = 0.02
"""Of the rows on either side, from which a value, bin or word is worth naming."""


class Verdict(StrEnum):
    """What a comparison comes to."""

    STABLE = "stable"
    DRIFTED = "drifted"
    NOT_COMPARABLE = "not_comparable"


class Thresholds(Struct, frozen=True, kw_only=True):
    """From where a difference counts; the defaults are Evidently's, but for ``missing``.

    Attributes:
        rows: Up to so many values in the reference a test decides, beyond it a distance and a test.
        significance: The largest q-value (p-value after Benjamini-Hochberg) of a difference.
        wasserstein: In standard deviations of the reference.
        jensen_shannon: The distance, in nats.
        terms: How well words tell the texts of both sides apart: twice the area under the ROC curve less 1, so that 0.1
            is Evidently's area of 0.55.
        missing: The difference of the shares of rows without a value.
        association: The difference of two strengths.
        share: Of the compared columns that have to drift for the table to count as drifted.
    """

    rows: int = 1000
    significance: float = 0.05
    wasserstein: float = 0.1
    jensen_shannon: float = 0.1
    terms: float = 0.1
    missing: float = 0.02
    association: float = 0.1
    share: float = 0.5


class TableReference(Struct, frozen=True, kw_only=True):
    """One side of a comparison; which snapshot it was, the manifest says, since its id differs from home to home.

    Attributes:
        label: As a reader knows it: a baseline's name, a source, a table.
    """

    label: str
    table: str
    rows: int


class SchemaChange(Struct, frozen=True, kw_only=True):
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


class Distance(Struct, frozen=True, kw_only=True):
    """How far two distributions are apart by one measure.

    Attributes:
        measure: ``wasserstein_normed``, ``ks``, ``psi``, ``jensen_shannon``, ``chi_square`` (the value is Cramér's V),
            ``chi_square_fit`` (the same with the reference taken as known without error), ``terms``, ``missing``, or
            ``range_shift`` (of times: how far the middle of the range moved, in lengths of the reference's range).
        value: The effect.
        threshold: From which it counts as drift; None where the measure is shown only or the p-value alone decides.
        p_value: Of no difference, uncorrected; ``q_value`` after Benjamini-Hochberg over the table's columns.
        error: The largest distance between ``value`` and the exact figure; 0 where exact.
        noise: What ``value`` comes to on average at these numbers of rows where nothing has changed.
    """

    measure: str
    value: float
    threshold: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    error: float = 0.0
    noise: float | None = None


class Share(Struct, frozen=True, kw_only=True):
    """A bin, value or term, and its share of the rows with a value on both sides.

    Attributes:
        label: Empty for all that is not listed.
        contribution: Its part of the change, 0 to 1 over all: of the Jensen-Shannon divergence of bins and values, of
            the summed differences of terms.
        minimum: Of a bin or a number, which holds it; ``maximum``, which a bin holds only where it is the last one.
    """

    label: str
    before: float
    after: float
    contribution: float
    minimum: Scalar = None
    maximum: Scalar = None


class Segment(Struct, frozen=True, kw_only=True):
    """A value of another column whose rows carry the change.

    Attributes:
        distance: Between the column's distributions within these rows: Jensen-Shannon, over the bins or values shown;
            0 where a side has no such row.
        contribution: Of the change of shares, the part that happens in these rows; 1 over all values of ``column``,
            missing ones included; below 0 where these rows changed the other way.
    """

    column: str
    value: Scalar
    before_rows: int
    after_rows: int
    distance: float
    contribution: float


class ColumnDrift(Struct, frozen=True, kw_only=True):
    """How one column changed.

    Attributes:
        compared: What of it: ``numbers``, ``values``, ``rhythm`` (of times), ``terms`` (of prose) or ``lengths`` (of
            texts that hardly repeat); None where nothing could be.
        usual_verdict: What the deciding measure's usual rule says, which is Evidently's default: uncorrected for the
            number of columns, and a distance above its threshold counts even where chance explains it.
        method: The measure that decides, chosen by type and size; the first of ``distances``.
        missing: The rows without a value; its value is the share after less the share before.
        mean_before: Of numbers that are no personal data; ``mean_after`` likewise.
        shares: Of a drifted column, what changed, largest contribution first; what is not listed comes last.
        new_values: That only the later side has; ``vanished_values`` that only the earlier one has; with rows as
            ``after`` and ``before`` shares, most frequent first. ``come`` and ``gone`` count all of them.
        segments: Which rows carry it, largest contribution first.
        note: Why nothing could be compared, why the verdict is not the usual one, what was left out.
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
    missing: Distance | None = None
    mean_before: float | None = None
    mean_after: float | None = None
    compared: str | None = None
    usual_verdict: Verdict = Verdict.NOT_COMPARABLE
    shares: tuple[Share, ...] = ()
    new_values: tuple[Share, ...] = ()
    vanished_values: tuple[Share, ...] = ()
    come: int = 0
    gone: int = 0
    segments: tuple[Segment, ...] = ()
    summary: str = ""
    note: str | None = None

    @property
    def most_changed(self) -> Share | None:
        """What changed most, where it is a part of the column worth naming: one of many rare values is not."""
        found = next((share for share in self.shares if share.label and share.before != share.after), None)
        return found if found is not None and max(found.before, found.after) >= LEAST_SHARE else None


class AssociationDrift(Struct, frozen=True, kw_only=True):
    """A pair of columns that go together otherwise than before; strengths on the profile's scale, negative where a
    rank correlation is."""

    a: str
    b: str
    measure: str
    before: float
    after: float
    p_value: float
    q_value: float
    verdict: Verdict


class Drift(Struct, frozen=True, kw_only=True):
    """Two states of a table, compared.

    Attributes:
        verdict: Of the table.
        summary: What came of the comparison, in a sentence: columns that drifted, lost values, came or went, and rows.
        reason: Of the verdict, with its numbers; names the columns that drifted even where the table did not.
        share: Of the compared columns that drifted; ``share_threshold`` from which the table counts as drifted.
        rows_change: Rows after relative to rows before, less 1; None where there were none.
        columns: Drifted ones first, by effect.
        associations: Those that drifted, largest change first.
        identical: Nothing differs: schema, rows, and every column by every measure.
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
    summary: str = ""
    associations: tuple[AssociationDrift, ...] = ()
    identical: bool = False
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether what relied on the earlier state may rely on this one: no column drifted or lost values, and whoever
        reads the earlier columns can read these."""
        return self.verdict is not Verdict.NOT_COMPARABLE and not self.affected

    @property
    def affected(self) -> tuple[str, ...]:
        """The columns that drifted, hold values in more or fewer rows, or are not what readers expect; each once."""
        drifted = [column.column for column in self.drifted]
        gaps = [column.column for column in self.columns if column.nulls_verdict is Verdict.DRIFTED]
        broken = [change.column for change in self.schema if not change.compatible]
        return tuple(dict.fromkeys((*drifted, *gaps, *broken)))

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """The columns that drifted."""
        return tuple(column for column in self.columns if column.verdict is Verdict.DRIFTED)
