"""What is asked of a step that predicts, groups or looks for what is odd, as faces are given it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import msgspec

from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.benchmark import BrandRequest
from voyant.domain.forecast import ForecastRequest
from voyant.domain.regression import RegressionRequest
from voyant.domain.segmentation import SegmentRequest
from voyant.domain.serialization import from_builtins
from voyant.errors import InvalidInput
from voyant.services.schemas import written_schema
from voyant.services.texts import require_text

REQUESTS: dict[str, type[msgspec.Struct]] = {
    "forecast": ForecastRequest,
    "regression": RegressionRequest,
    "anomaly": AnomalyRequest,
    "segment": SegmentRequest,
    "benchmark": BrandRequest,
}
"""By kind of job; the field of ``JobParameters`` has the same name."""

_MANY = frozenset(
    {"by", "columns", "competitors", "exclude", "exogenous", "features", "levels", "lower", "metrics", "trusted"}
)
"""Fields that take several values, of which a single one may stand by itself."""


def requests_from(given: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    """The requests by kind, of those that were made.

    Raises:
        InvalidInput: A field is unknown, or holds what it cannot.
    """
    return {kind: _request(kind, entries) for kind, entries in given.items() if entries is not None}


def _request(kind: str, given: Mapping[str, Any]) -> Any:
    wanted = REQUESTS[kind]
    names = wanted.__struct_fields__
    for name in given:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            raise _bad(kind, f"there is no field {str(name)[:100]!r}" + (f"; perhaps {near[0]}" if near else ""))
    entries = {name: _listed(name, value) for name, value in given.items() if value is not None}
    try:
        request: Any = from_builtins(entries, wanted)
    except msgspec.ValidationError as error:
        raise _bad(kind, str(error).replace("`", "")) from None
    require_text(**{kind: [value for value in entries.values() if isinstance(value, str | list | dict)]})
    return request


def _listed(name: str, value: Any) -> Any:
    return [value] if name in _MANY and not isinstance(value, list | tuple) else value


def _bad(kind: str, reason: str) -> InvalidInput:
    return InvalidInput(f"This cannot be asked of a {kind}: {reason}.", data={"kind": kind})


def request_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a request, for faces that describe what they take."""
    return written_schema(REQUESTS[kind])
