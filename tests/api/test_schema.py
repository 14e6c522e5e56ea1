"""The interface is what its description says, whatever is sent."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.repo.tree import ROOT

PATH = ROOT / "docs" / "reference" / "openapi.json"
schema = schemathesis.openapi.from_path(PATH)

HEADERS = {"Prefer": "wait=0"}  # nothing runs the jobs here
"""Sent whatever is generated."""


def ask(case: schemathesis.Case, address: str) -> None:
    case.headers = {**(case.headers or {}), **HEADERS}
    # What is well formed may still mean nothing: a statement that is none, a table that no source has.
    excluded = [positive_data_acceptance]
    if case.path == "/ready":
        excluded.append(not_a_server_error)  # it says that nothing runs the jobs here
    if case.path == "/v1/sources/upload":
        excluded.append(negative_data_rejection)  # any bytes are a file
    case.call_and_validate(base_url=address, excluded_checks=excluded)


@schema.parametrize()
@hypothesis.settings(
    max_examples=10, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
def test_nothing_but_what_is_declared_is_answered(case: schemathesis.Case, address: str) -> None:
    ask(case, address)


@pytest.mark.slow
@schema.parametrize()
@hypothesis.settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_nothing_but_what_is_declared_is_answered_to_many(case: schemathesis.Case, address: str) -> None:
    ask(case, address)
