"""The standard's own examples are read, come back whole, and are accounted for element by element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from tests.governance.contracts.documents import NOW
from voyant.governance.contracts import contract_of, terms_of, yaml_of
from voyant.governance.contracts.claims import entries_of
from voyant.governance.contracts.yaml_text import read_yaml

EXAMPLES = sorted((Path(__file__).parent / "odcs").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_it_comes_back_with_every_element(path: Path) -> None:
    found = contract_of(path.read_bytes())
    assert found.document == read_yaml(path.read_bytes())
    assert read_yaml(yaml_of(found)) == found.document
    assert contract_of(yaml_of(found)) == found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_library_reads_what_is_written_as_it_reads_the_example(path: Path) -> None:
    written = yaml_of(contract_of(path.read_bytes()))
    found, expected = (OpenDataContractStandard.from_string(text) for text in (written, path.read_text("utf-8")))
    assert found.model_dump(mode="json") == expected.model_dump(mode="json")  # dates are text in the standard's schema


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_every_element_is_enforced_or_said_not_to_be(path: Path) -> None:
    found = contract_of(path.read_bytes())
    terms = terms_of(found, now=NOW)
    covered = [element.path for element in terms.coverage.elements]
    assert len(covered) == len(set(covered))
    for leaf in leaves(found.document, ""):
        above = [path for path in covered if leaf == path or leaf.startswith(f"{path}/")]
        assert above, f"nobody accounts for {leaf}"
    for element in terms.coverage.elements:
        assert bool(element.clauses) != bool(element.reason)
    known = {clause.id for clause in terms.clauses}
    assert {name for element in terms.coverage.enforced for name in element.clauses} == known
    assert len(str(terms.coverage).splitlines()) == len(covered)


def leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        for place, entry in entries_of(value, path):
            yield from leaves(entry, place)
    elif path:
        yield path


def test_yaml_that_the_standards_library_writes_is_read() -> None:
    text = EXAMPLES[9].read_text("utf-8")
    assert contract_of(OpenDataContractStandard.from_string(text).to_yaml()).tables == contract_of(text).tables
    assert yaml.safe_load(text)["id"] == contract_of(text).id
