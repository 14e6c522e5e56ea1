"""The sources of other brands, which a benchmark holds against that of the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import ParameterKind, PresetRun
from voyant.domain.source import Source
from voyant.errors import InvalidInput, NotFound
from voyant.services.sources import source_beside

MOST_SOURCES = 50


def with_brands(caller: Caller, parameters: JobParameters) -> JobParameters:
    """The parameters with what they name as sources of other brands: the request of a benchmark, or the arguments of a
    preset.

    Raises:
        InvalidInput: They are too many, or one cannot be read beside the source of a job.
        NotFound: One of them is not there.
        NotPermitted: One is a place of this machine that is not the caller's to name.
    """
    request = parameters.benchmark
    named = {**(request.others if request is not None else {}), **_of_arguments(parameters.preset)}
    if len(named) > MOST_SOURCES:
        raise InvalidInput(
            f"{len(named)} sources of other brands are given; a job reads {MOST_SOURCES}.",
            remedy="Put the brands into one table, with a column that names the brand of a row.",
        )
    return replace(parameters, brands={brand: _source(caller, brand, hint) for brand, hint in named.items()})


def names_brands(preset: PresetRun | None) -> bool:
    """Whether the arguments of a preset name sources of other brands."""
    return bool(_of_arguments(preset))


def _of_arguments(preset: PresetRun | None) -> Mapping[str, Any]:
    if preset is None:
        return {}
    given = (
        preset.arguments.get(parameter.name)
        for parameter in preset.preset.parameters
        if parameter.kind is ParameterKind.SOURCES
    )
    return {brand: hint for sources in given if sources for brand, hint in sources.items()}


def _source(caller: Caller, brand: str, hint: str) -> Source:
    try:
        return source_beside(caller, hint)
    except NotFound as error:
        raise NotFound(
            f"The source of {brand!r} is not there: {error.message}", code=error.code, data=error.data
        ) from error
