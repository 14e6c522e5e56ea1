"""How views become pictures: bytes, text, order and numbers."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voyant.analysis.charts import bins, formats, order, plot_of, render, render_all, theme
from voyant.analysis.charts.views import specify
from voyant.analysis.charts.workers import drawers, painters
from voyant.domain.finding import Axis, Mark, View
from voyant.errors import InternalError
from voyant.lake.engine import Engine

CATEGORY = Axis(field="name", title="name", kind="category")
GROUP = Axis(field="group", title="group", kind="category")
NUMBER = Axis(field="value", title="value", kind="number", unit="EUR")
ROWS = [
    {"name": name, "group": group, "value": Decimal(value), "low": value - 3, "high": value + 3, "to": value + 10}
    for name, group, value in (("one", "a", 12), ("two", "b", 40), (None, "b", 7), ("<script>", "a", 21))
]
NUMBERS = [{"x": place, "value": place * place % 17, "count": place + 1} for place in range(40)]
OF_NUMBERS = Axis(field="x", title="x", kind="number")
VIEWS = {
    Mark.LINE: (View(name="v", title="Line", mark=Mark.LINE, sql="", x=OF_NUMBERS, y=NUMBER), NUMBERS),
    Mark.BAR: (View(name="v", title="Bars", mark=Mark.BAR, sql="", x=CATEGORY, y=NUMBER, highlight="two"), ROWS),
    Mark.HISTOGRAM: (
        View(name="v", title="Histogram", mark=Mark.HISTOGRAM, sql="", x=NUMBER, x2="to", y=NUMBER),
        ROWS,
    ),
    Mark.SCATTER: (
        View(
            name="v",
            title="Cells",
            mark=Mark.SCATTER,
            sql="",
            x=OF_NUMBERS,
            y=NUMBER,
            color=Axis(field="count", title="rows", kind="number"),
        ),
        NUMBERS,
    ),
    Mark.BOX: (
        View(name="v", title="Boxes", mark=Mark.BOX, sql="", x=CATEGORY, y=NUMBER, low="low", high="high"),
        ROWS,
    ),
    Mark.HEATMAP: (View(name="v", title="Heat", mark=Mark.HEATMAP, sql="", x=CATEGORY, y=GROUP, color=NUMBER), ROWS),
}
DRAW_ELSEWHERE = """
import hashlib, json, sys
from voyant.analysis.charts import render
for spec in json.load(sys.stdin):
    svg, png = render(spec)
    print(hashlib.sha256(svg.encode() + png).hexdigest())
"""


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("mark", list(Mark))
def test_every_mark_can_be_drawn(mark: Mark) -> None:
    view, rows = VIEWS[mark]
    svg, png = render(specify(view, rows))
    width, height = size_of(png)
    assert view.title in svg
    assert (width, height) > (600, 150)
    assert "<script>" not in svg
    assert svg.count('class="mark-') > 3


def test_the_same_specification_gives_the_same_bytes_in_any_process_and_order() -> None:
    import hashlib

    specs = [specify(view, rows) for view, rows in VIEWS.values()]
    here = [hashlib.sha256(svg.encode() + png).hexdigest() for svg, png in render_all(specs)]
    given_back = json.dumps(specs[::-1])
    there = subprocess.run(
        [sys.executable, "-c", DRAW_ELSEWHERE], input=given_back, capture_output=True, text=True, check=True
    )
    assert there.stdout.split() == here[::-1]


def test_ids_belong_to_the_picture_alone() -> None:
    spec = specify(*VIEWS[Mark.SCATTER])
    pictures = [svg for svg, _ in render_all([spec, spec])]
    assert pictures[0] == pictures[1]
    defined = re.findall(r'\bid="([^"]+)"', pictures[0])
    assert defined == ["v0"]
    assert f"url(#{defined[0]})" in pictures[0]


def test_the_plot_alone_has_no_title() -> None:
    svg, _ = render(specify(*VIEWS[Mark.BAR]))
    assert "Bars" in svg
    assert "Bars" not in plot_of(svg)
    assert plot_of(svg).startswith("<svg ")


def test_what_cannot_be_drawn_is_an_error_that_says_why() -> None:
    with pytest.raises(InternalError, match="renderer failed"):
        render({"mark": "nonsense", "data": {"values": []}})
    assert render(specify(*VIEWS[Mark.BAR]))[1].startswith(b"\x89PNG")


def test_a_dead_worker_is_replaced() -> None:
    for workers in (drawers(), painters()):
        workers.begin(lambda worker, _: worker.close(), None).result()
    assert len(render_all([specify(*VIEWS[Mark.BAR])] * 3)) == 3


def test_every_colour_has_a_dark_twin() -> None:
    twins = theme.dark_twins()
    for view, rows in VIEWS.values():
        used = set(re.findall(r"#[0-9a-f]{6}\b", json.dumps(specify(view, rows))))
        assert used <= set(twins), view.title


def test_namesakes_have_bars_of_their_own() -> None:
    view, _ = VIEWS[Mark.BAR]
    rows = [{"name": "same", "value": value} for value in (3, 5, 8)]
    drawn = specify(view, rows)["data"]["values"]
    assert len({bar["name"] for bar in drawn}) == 3
    assert {bar["name"].strip() for bar in drawn} == {"same"}


def test_too_many_bars_keep_both_ends_and_what_is_stressed() -> None:
    view, _ = VIEWS[Mark.BAR]
    rows = [{"name": f"n{place:02}" if place != 20 else "two", "value": 100 - place} for place in range(40)]
    spec = specify(view, rows)
    names = [bar["name"] for bar in spec["data"]["values"]]
    assert {"n00", "n39", "two"} <= set(names)
    assert "of 40 are shown" in " ".join(spec["title"]["subtitle"])


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Sunday", "Monday", "Friday"], ["Monday", "Friday", "Sunday"]),
        (["Mar", "Jan", "Feb"], ["Jan", "Feb", "Mar"]),
        (["10-20", "0-10", "100-200"], ["0-10", "10-20", "100-200"]),
        (["2003", "2001", "2002"], ["2001", "2002", "2003"]),
        (["14911", "12415", "12451"], ["14911", "12415", "12451"]),
        (["May", "Whitsun"], ["May", "Whitsun"]),
    ],
)
def test_names_with_an_order_of_their_own_keep_it(names: list[str], expected: list[str]) -> None:
    assert order.of_names(names, by_size=names) == expected


@given(st.lists(st.text(max_size=12), unique=True, max_size=20))
def test_ordering_loses_and_adds_no_name(names: list[str]) -> None:
    assert sorted(order.of_names(names, by_size=names)) == sorted(names)


@given(st.one_of(st.none(), st.floats(), st.integers(), st.decimals(), st.booleans(), st.text(max_size=5)))
@example(sys.float_info.max)
def test_numbers_in_a_specification_are_json(value: object) -> None:
    if isinstance(value, Decimal) and value.is_snan():
        return
    given_number = formats.number(value)
    assert json.loads(json.dumps(given_number, allow_nan=False)) == given_number


@given(
    values=st.lists(
        st.decimals(min_value=-10_000, max_value=10_000, places=2, allow_nan=False),
        min_size=2,
        max_size=30,
        unique=True,
    ),
    most=st.integers(min_value=2, max_value=40),
)
@settings(max_examples=40, deadline=None)
def test_each_decimal_lies_in_its_bin(values: list[Decimal], most: int) -> None:
    step = bins.width(float(min(values)), float(max(values)), most=most)
    lower, upper = bins.edges("x", step)
    rows = ", ".join(f"(CAST({value} AS DECIMAL(18,2)))" for value in values)
    with Engine(threads=1) as engine:
        found = engine.tuples(f"SELECT x, {lower}, {upper} FROM (VALUES {rows}) AS v(x)")
    assert len(found) == len(values)
    for value, low, high in found:
        assert float(low) <= float(value) < float(high)
    assert len({low for _, low, _ in found}) <= most + 1


@pytest.mark.parametrize(
    ("moments", "spoken"),
    [
        ([date(2013, 1, 1), date(2014, 1, 1)], ["2013", "2014"]),
        ([date(2013, 1, 1), date(2013, 2, 1)], ["Jan 2013", "Feb 2013"]),
        ([date(2013, 1, 1), date(2013, 2, 5)], ["1 Jan 2013", "5 Feb 2013"]),
    ],
)
def test_moments_are_spoken_no_finer_than_needed(moments: list[date], spoken: list[str]) -> None:
    texts = [formats.moment(moment) for moment in moments]
    assert list(formats.spoken_moments(texts).values()) == spoken
