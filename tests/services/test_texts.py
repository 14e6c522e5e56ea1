"""Half of a character, which JSON and names of files can hold, is refused before it is stored, sent or shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voyant.domain.caller import Caller
from voyant.domain.serialization import to_json
from voyant.errors import Code, InvalidInput
from voyant.services.analysis import analyze, parameters_of
from voyant.services.estimation import estimate
from voyant.services.jobs import list_jobs
from voyant.services.sources import discover, source_from
from voyant.services.sql import query
from voyant.services.submission import submit
from voyant.services.texts import require_text

HALF = "\ud800"
IN_A_NAME = "caf\udce9.csv"
"""As Python reads a name in Latin-1."""

Act = Callable[[Caller, str], Any]
ACTS: dict[str, tuple[str, Act]] = {
    "submit: name of a figure": (
        "kpis",
        lambda caller, path: submit(
            caller, "analyze", parameters_of(source_from(caller, path), kpis={HALF: "count(*)"})
        ),
    ),
    "submit: its statement": (
        "kpis",
        lambda caller, path: submit(
            caller, "kpi", parameters_of(source_from(caller, path), kpis={"n": f"count({HALF})"})
        ),
    ),
    "submit: time": (
        "time",
        lambda caller, path: submit(caller, "kpi", parameters_of(source_from(caller, path), time_column=HALF)),
    ),
    "submit: key": (
        "idempotency_key",
        lambda caller, path: submit(caller, "kpi", parameters_of(source_from(caller, path)), idempotency_key=HALF),
    ),
    "analyze": ("time", lambda caller, path: analyze(caller, source_from(caller, path), time_column=HALF)),
    "estimate": ("table", lambda caller, path: estimate(caller, source_from(caller, path, table=HALF))),
    "source": ("source", lambda caller, _: source_from(caller, f"https://example.com/{HALF}")),
    "discover": ("source", lambda caller, path: discover(caller, str(Path(path).with_name(IN_A_NAME)))),
    "query of a database": (
        "query",
        lambda caller, _: source_from(caller, "postgresql://u:pw@h/d", query=f"SELECT '{HALF}'"),
    ),
    "SQL: value": ("parameters", lambda caller, _: query(caller, "SELECT ?", parameters=[[HALF]])),
    "SQL: name of a value": ("parameters", lambda caller, _: query(caller, "SELECT 1", parameters={HALF: 1})),
}


@pytest.mark.parametrize(("name", "act"), ACTS.values(), ids=ACTS)
def test_every_way_in_refuses_it(caller: Caller, tmp_path: Path, name: str, act: Act) -> None:
    (tmp_path / IN_A_NAME).write_text("id,amount\n1,2\n")
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n1,2\n")
    with pytest.raises(InvalidInput) as refused:
        act(caller, str(path))
    assert refused.value.code is Code.INVALID_BODY
    assert refused.value.message.startswith(f"{name} holds half of a character, '\\ud")
    assert "whole characters" in refused.value.remedy
    assert to_json(refused.value.as_dict())
    assert not list_jobs(caller).items


TEXTS = st.text(st.characters(exclude_categories=()) | st.sampled_from("a\ud800\udfff"), max_size=3)
VALUES = st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


@given(VALUES)
def test_exactly_what_cannot_be_written_is_refused(value: Any) -> None:
    try:
        to_json(value)
    except UnicodeEncodeError:
        with pytest.raises(InvalidInput):
            require_text(value=value)
    else:
        require_text(value=value)
