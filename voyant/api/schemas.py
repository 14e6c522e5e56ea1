"""What several requests have in common."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Header, Query
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from voyant.analysis.quality.declared import MOST_RULES
from voyant.services.budget import DEFAULT_TOKENS, MAX_TOKENS
from voyant.services.requests import REQUESTS, request_schema
from voyant.services.rules import rule_schema
from voyant.services.templates import MOST_CALLS

# PostgreSQL keeps no NUL in its texts; no name, address or statement needs one.
Text = Annotated[str, Field(min_length=1, max_length=10_000, pattern=r"^[^\x00]*$")]
Statement = Annotated[str, Field(min_length=1, max_length=100_000, pattern=r"^[^\x00]*$")]

JOB_ID = r"^job_[0-9a-z]{1,40}$"

Rule = Annotated[dict[str, Any], WithJsonSchema(rule_schema())]
Contract = Annotated[str, Field(min_length=1, max_length=2_097_152, pattern=r"^[^\x00]*$")] | dict[str, Any]
Limit = Annotated[int, Query(20, ge=1, le=500, description="Items on a page.")]
Accept = Annotated[str, Header("application/json", alias="Accept", include_in_schema=False)]
Prefer = Annotated[
    str | None,
    Header(
        None,
        alias="Prefer",
        description="`wait=S`: seconds to wait for the end of the job before it is answered with 202; at most 300.",
        pattern=r"^[ -~]{0,200}$",
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        description="Asking again with the same key and body gives the same job, and never a second one.",
        pattern=r"^[!-~]{1,255}$",
    ),
]
MaxTokens = Annotated[
    int, Query(DEFAULT_TOKENS, ge=200, le=MAX_TOKENS, description="Room that the result may take, in tokens.")
]


class Body(BaseModel):
    """A body of JSON: what it does not know it refuses, and types are taken as they are written."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SourceRequest(Body):
    """Which data is meant."""

    source: Text = Field(
        description="A source id, a table that was taken in before, a URL, a database URL, or a path under the "
        "server's source roots.",
        examples=["src_01k9zdp0w2xj6v8m4c3n5q7r9t", "https://example.com/orders.csv"],
    )
    table: Text | None = Field(None, description="Of a source with several tables: the one that is meant.")
    query: Statement | None = Field(None, description="Of a database: the rows that this SELECT gives.")


class TemplateRequest(Body):
    """A KPI template with parameters."""

    name: Text
    parameters: dict[Text, Any] = Field(default_factory=dict, max_length=50)


class JobRequest(SourceRequest):
    """What a job is to be done with."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"source": "https://example.com/orders.csv", "kpis": {"revenue": "sum(amount)"}}]
        }
    )

    kpis: dict[Text, Statement] = Field(
        default_factory=dict,
        max_length=100,
        description="Key figures by name: an aggregate such as `sum(amount)`, or a SELECT.",
    )
    templates: list[Annotated[Text | TemplateRequest, Field(union_mode="left_to_right")]] = Field(
        default_factory=list,
        max_length=MOST_CALLS,
        description="KPI templates, of those that `GET /v1/kpi-templates` lists: each by its name, or with parameters. "
        "What is left out of these is found from the roles of the columns.",
        examples=[["revenue_growth", {"name": "moving_average", "parameters": {"window": 7, "grain": "day"}}]],
    )
    time: Text | None = Field(None, description="The column that periods are formed by; found where left out.")
    compare: list[Text] = Field(
        default_factory=list,
        max_length=2,
        description="Two periods of one length, the earlier first: what key figures changed by between them, and what "
        "the change consists of. The last two where left out.",
        examples=[["2013-Q1", "2014-Q1"]],
    )
    rules: list[Rule] = Field(
        default_factory=list,
        max_length=MOST_RULES,
        description="What is expected of the table. The result lists those that fail.",
        examples=[[{"kind": "range", "columns": ["amount"], "minimum": 0, "severity": "critical"}]],
    )
    fail_under: float | None = Field(
        None,
        ge=0,
        le=1,
        strict=False,
        description="The least quality score that passes the gate; `gate` of the result tells whether it did. A rule "
        "that could not run fails it too.",
    )
    contract: Contract | None = Field(
        None,
        description="The contract that the data must keep: a whole ODCS contract, as an object or as YAML, or the name "
        "of one that is kept, ID[@VERSION]. Where left out the one in force for the table, if there is one.",
        examples=["orders@1.0.0"],
    )
    baseline: Text | None = Field(
        None,
        description="What to compare with: a baseline, `last`, `window:N`, a job, a table, `table@snapshot`, or a "
        "source. The last good run where left out. For `analyze` and `drift`.",
    )
    evidently: bool = Field(
        False,
        description="Whether Evidently's own report on that comparison is wanted as well, as `evidently.html`; the "
        "server needs the extra `evidently`.",
    )
    forecast: Annotated[dict[str, Any], WithJsonSchema(request_schema("forecast"))] | None = Field(
        None, description="What a job `forecast` is asked for.", examples=[{"value": "sum(amount)", "horizon": 12}]
    )
    regression: Annotated[dict[str, Any], WithJsonSchema(request_schema("regression"))] | None = Field(
        None, description="What a job `regression` is asked for.", examples=[{"target": "amount"}]
    )
    anomaly: Annotated[dict[str, Any], WithJsonSchema(request_schema("anomaly"))] | None = Field(
        None, description="What a job `anomaly` is asked for.", examples=[{"scope": "rows"}]
    )
    segment: Annotated[dict[str, Any], WithJsonSchema(request_schema("segment"))] | None = Field(
        None, description="What a job `segment` is asked for.", examples=[{"entity": "customer_id"}]
    )
    benchmark: Annotated[dict[str, Any], WithJsonSchema(request_schema("benchmark"))] | None = Field(
        None,
        description="What a job `benchmark` is asked for: a brand among its competitors.",
        examples=[{"column": "brand", "brand": "Alpen", "metrics": ["revenue"]}],
    )
    parameters: dict[Text, Any] | None = Field(
        None,
        description="Of a preset: columns and values by parameter, found or the default where left out.",
        examples=[{"amount": "net_sales", "by": ["region"], "horizon": 12}],
    )
    max_tokens: int = Field(
        DEFAULT_TOKENS, ge=200, le=MAX_TOKENS, description="Room that the result may take, in tokens."
    )

    @property
    def template_calls(self) -> list[str | dict[str, Any]]:
        """The templates as services take them."""
        return [entry if isinstance(entry, str) else entry.model_dump() for entry in self.templates]

    @property
    def requests(self) -> dict[str, dict[str, Any] | None]:
        """By kind of job."""
        return {kind: getattr(self, kind) for kind in REQUESTS}
