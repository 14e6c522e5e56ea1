"""Data contracts after the Open Data Contract Standard: read, written, held against data, inferred, compared."""

from voyant.governance.contracts.checking import Findings, Subject, as_promised, check
from voyant.governance.contracts.clauses import Terms, terms_of
from voyant.governance.contracts.diff import diff, text_of
from voyant.governance.contracts.document import (
    content_of,
    contract_of,
    with_action,
    with_source,
    with_status,
    yaml_of,
)
from voyant.governance.contracts.enforcement import (
    checked,
    judged,
    nothing_left,
    object_for,
    require_object,
    stopping,
    to_quarantine,
    violated,
    warnings_of,
)
from voyant.governance.contracts.inference import infer
from voyant.governance.contracts.judging import rules_of

__all__ = [
    "Findings",
    "Subject",
    "Terms",
    "as_promised",
    "check",
    "checked",
    "content_of",
    "contract_of",
    "diff",
    "infer",
    "judged",
    "nothing_left",
    "object_for",
    "require_object",
    "rules_of",
    "stopping",
    "terms_of",
    "text_of",
    "to_quarantine",
    "violated",
    "warnings_of",
    "with_action",
    "with_source",
    "with_status",
    "yaml_of",
]
