"""The result of a job: what every face returns."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from voyant.domain.contract import Outcome
from voyant.domain.job import Degradation, Status
from voyant.domain.profile import Scalar
from voyant.domain.result_answers import ResultAnswer


class ResultDataset(Struct, frozen=True, kw_only=True):
    """The table that was analysed; ``snapshot`` pins its rows."""

    source: str
    table: str
    rows: int
    columns: int
    snapshot: str


class ResultFinding(Struct, frozen=True, kw_only=True):
    """One sentence with its numbers, where they stand, and the SQL that recomputes them; None where left out to fit.

    Attributes:
        caveat: The gravest rule or promise that a column of the finding breaks.
    """

    id: str
    kind: str
    severity: str
    text: str
    evidence: tuple[str, ...]
    sql: str | None
    caveat: str | None = None


class ResultRule(Struct, frozen=True, kw_only=True):
    """A declared rule that fails or could not run.

    Attributes:
        observed: The figure that a rule on the whole table looked at.
        sample: Some of the failing rows, personal data masked; all of them stand in ``failing_rows.parquet``.
        error: Why it could not run.
    """

    name: str
    severity: str
    text: str
    failed: int
    checked: int
    unit: str
    owner: str | None
    observed: Scalar
    sample: tuple[dict[str, Scalar], ...]
    error: str | None


class ResultQuality(Struct, frozen=True, kw_only=True):
    """The quality score, 0 to 1, its parts, how many checks passed and failed, and the declared rules among those that
    did not pass; the score is None where nothing could be judged."""

    score: float | None
    parts: dict[str, float | None]
    passed: int
    failed: int
    rules: tuple[ResultRule, ...] = ()


class ResultGate(Struct, frozen=True, kw_only=True):
    """Whether the quality is what was asked for; the error says why not, and is None where it is."""

    fail_under: float
    passed: bool
    error: dict[str, Any] | None


class ResultColumnDrift(Struct, frozen=True, kw_only=True):
    """A column that drifted: the measure that says so, its value and the threshold, and what changed in a sentence."""

    column: str
    method: str | None
    value: float | None
    threshold: float | None
    summary: str


class ResultDrift(Struct, frozen=True, kw_only=True):
    """How the table differs from what it was compared with.

    Attributes:
        verdict: On the table, which counts as drifted from half of its columns.
        holds: Whether no column drifted at all, none lost values, and whoever reads the earlier columns can read these.
        reference: What it was compared with.
        summary: What changed, in a sentence: columns that drifted, lost values, came or went, and rows.
        share: Of the compared columns that drifted.
        columns: Those that drifted, the most first.
    """

    verdict: str
    holds: bool
    reference: str
    summary: str
    share: float
    reason: str
    columns: tuple[ResultColumnDrift, ...]


class ResultKpi(Struct, frozen=True, kw_only=True):
    """A key figure.

    Attributes:
        change: Against ``base``, its value in the period before or in that which was asked for, relative to it; None
            where that says nothing.
        caveat: The few rows that the change rests on, and what is left of it without them; None where there are none.
    """

    name: str
    value: float | None
    unit: str | None
    period: str | None
    change: float | None
    base: float | None
    base_period: str | None
    caveat: str | None = None


class ResultTemplate(Struct, frozen=True, kw_only=True):
    """A KPI template that was asked for.

    Attributes:
        text: What it comes to in a sentence; None where there is nothing to say.
        columns: Of ``rows``, which are some of all ``total_rows``: the last periods, or else the first.
        file: The artifact that has every row.
    """

    name: str
    text: str | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    total_rows: int
    file: str


class ResultContract(Struct, frozen=True, kw_only=True):
    """A contract that the data were held against: how many clauses were kept and broken, and what came of it.

    Attributes:
        not_enforceable: Promises of the contract that nothing checks; contract.json says why of each.
    """

    id: str
    version: str
    outcome: Outcome
    passed: int
    failed: int
    not_enforceable: int
    rows_quarantined: int


class ResultArtifact(Struct, frozen=True, kw_only=True):
    name: str
    type: str
    media_type: str
    bytes: int
    sha256: str
    uri: str


class ManifestReference(Struct, frozen=True, kw_only=True):
    name: str
    sha256: str


class NextCall(Struct, frozen=True, kw_only=True):
    """A call that would follow naturally."""

    tool: str
    arguments: dict[str, Any]
    why: str


class Result(Struct, frozen=True, kw_only=True):
    """What a job found, fit for a reader with little room.

    Attributes:
        answers: By kind what the job was asked for, such as ``forecast``, in few figures; ``<kind>.json`` has all.
        gate: None where no least quality was asked for.
        drift: None where the table was compared with nothing.
        omitted: How many of what were left out to fit, and under ``how`` the way to get them.
        warnings: What the reader should know before trusting the rest.
    """

    job_id: str
    kind: str
    status: Status
    degraded: tuple[Degradation, ...]
    dataset: ResultDataset
    headline: str
    findings: tuple[ResultFinding, ...]
    quality: ResultQuality | None
    drift: ResultDrift | None
    gate: ResultGate | None = None
    kpis: tuple[ResultKpi, ...]
    artifacts: tuple[ResultArtifact, ...]
    manifest: ManifestReference | None
    omitted: dict[str, Any]
    next: tuple[NextCall, ...]
    warnings: tuple[str, ...]
    contracts: tuple[ResultContract, ...] = ()
    templates: tuple[ResultTemplate, ...] = ()
    answers: dict[str, ResultAnswer] = field(default_factory=dict)
