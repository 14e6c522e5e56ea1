"""No answer takes more room than it was given, whatever the data looks like; what was left out is said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mcp.agent import Agent, text_of, tokens_of
from tests.mcp.conftest import agent_of
from voyant.domain.caller import Caller
from voyant.mcp.answers import answer

ROOMS = (400, 500, 1000, 2000, 10_000)


@pytest.fixture(scope="module")
def ugly(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Agent, str, str]]:
    """An agent, a job, and the table it made: of many columns with long names, and cells of long texts."""
    columns = [
        f"The {n}th column, whose name nobody meant to be read by machines – №{n} ({'x' * 60})" for n in range(80)
    ]
    rows = [[f"{'Ärger, „Mühe“ und 中文 ' * 20}{n * m % 7}" if m % 9 == 0 else str(n * m % 97) for m in range(80)]
            for n in range(120)]  # fmt: skip
    quoted = [",".join(f'"{cell}"' for cell in row) for row in (columns, *rows)]
    path = tmp_path_factory.mktemp("ugly") / f"{'a very long name of a file ' * 6}.csv"
    path.write_text("\n".join(quoted), "utf-8")
    with agent_of(Caller(tenant="ugly", subject="tester", may_read_files=True)) as agent:
        result = agent("voyant_analyze", source=str(path), wait=300)
        yield agent, result["job_id"], str(path)


def calls(job: str, path: str, table: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        ("voyant_result", {"job_id": job}),
        ("voyant_status", {"job_id": job}),
        ("voyant_status", {}),
        ("voyant_artifact", {"job_id": job}),
        *(
            ("voyant_artifact", {"job_id": job, "name": name})
            for name in ("profile.json", "report.html", "narrative.md")
        ),
        ("voyant_sql", {"sql": f'SELECT * FROM "{table}"'}),
        ("voyant_sql", {"sql": "SELECT repeat('long ', 100000) AS text"}),
        ("voyant_tables", {}),
        ("voyant_tables", {"table": table}),
        ("voyant_discover", {"source": path}),
        ("voyant_estimate", {"source": path}),
        ("voyant_connect", {"source": path}),
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_every_tool_keeps_to_its_room(ugly: tuple[Agent, str, str], room: int) -> None:
    agent, job, path = ugly
    table = agent("voyant_tables", max_tokens=10_000)["tables"][0]["name"]
    for tool, arguments in calls(job, path, table):
        result = agent.ask(tool, **arguments, max_tokens=room)
        assert not result.is_error, (tool, result.content)
        assert tokens_of(result) <= room, (tool, arguments)
        structured = result.structured_content or {}
        assert json.loads(text_of(result)) == structured


def test_what_did_not_fit_is_said_with_how_to_get_it(ugly: tuple[Agent, str, str]) -> None:
    agent, job, _ = ugly
    table = agent("voyant_tables", max_tokens=10_000)["tables"][0]["name"]
    for tool, arguments in (
        ("voyant_result", {"job_id": job}),
        ("voyant_artifact", {"job_id": job, "name": "profile.json"}),
        ("voyant_sql", {"sql": f'SELECT * FROM "{table}"'}),
        ("voyant_tables", {"table": table}),
    ):
        omitted = agent(tool, **arguments, max_tokens=500)["omitted"]
        assert omitted["how"], tool
        assert any(isinstance(count, int) and count > 0 for count in omitted.values()), tool


TEXTS = st.builds(lambda text, times: text * times, st.text(max_size=20), st.integers(1, 60))
VALUES = (
    TEXTS | st.integers(-(10**12), 10**12) | st.lists(TEXTS, max_size=5) | st.dictionaries(TEXTS, TEXTS, max_size=3)
)


@given(st.lists(VALUES, max_size=20))
def test_any_list_of_anything_fits_and_says_what_it_lacks(items: list[Any]) -> None:
    result = answer({"items": items, "omitted": {}}, 400)
    text = json.loads(result.content[0].text)  # type: ignore[union-attr]
    assert text == result.structured_content
    if text["items"] == items:
        assert text["omitted"] == {}
    else:
        assert text["omitted"]["how"]
