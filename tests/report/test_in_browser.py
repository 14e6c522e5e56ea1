"""The page in a real browser, without network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import Page, browser, needs_chromium
from voyant.report import Contents

pytestmark = needs_chromium

CUT = """[...document.querySelectorAll('.plot svg')].flatMap(svg => {
    const seen = getComputedStyle(svg).overflow === 'visible', box = svg.getBoundingClientRect();
    const [left, right] = seen ? [0, document.documentElement.clientWidth] : [box.left, box.right];
    return [...svg.querySelectorAll('text')].filter(text => {
        const {left: from, right: to, width} = text.getBoundingClientRect();
        return width && (from < left - 1 || to > right + 1);
    }).map(text => text.textContent);
})"""
"""The texts of charts that run off an edge, where they are cut."""
LIVE = "document.querySelectorAll('.plot[data-state=live]').length"


@pytest.fixture(scope="module")
def page(report: Path) -> Iterator[Page]:
    with browser() as opened:
        opened.resize(1280, 900)
        opened.prefer("light")
        opened.open(report)
        opened.draw_all()
        yield opened


def test_every_chart_comes_to_life(page: Page, contents: Contents) -> None:
    assert page.evaluate(LIVE) == len(contents.charts)
    marks = page.evaluate("[...document.querySelectorAll('.live')].map(p => p.querySelectorAll('path, text').length)")
    assert all(count > 5 for count in marks)


def test_nothing_complains_and_nothing_is_asked_of_the_network(page: Page) -> None:
    assert page.complaints == []
    assert {address.split(":")[0] for address in page.asked_for} <= {"file", "data"}


def test_no_value_has_become_a_script(page: Page) -> None:
    assert page.evaluate("typeof window.hacked") == "undefined"
    page.evaluate("document.head.appendChild(Object.assign(document.createElement('script'), {text: 'window.in = 1'}))")
    assert page.evaluate("typeof window.in") == "undefined"
    page.complaints.clear()  # the policy says that it has refused


def test_a_chart_says_what_is_under_the_pointer(page: Page) -> None:
    spot = page.evaluate(
        """(async () => {
            const bars = [...document.querySelectorAll('.live .mark-rect.role-mark path')];
            const bar = bars.find(each => each.getBoundingClientRect().width > 4);
            bar.scrollIntoView({block: 'center', behavior: 'instant'});
            await new Promise(done => setTimeout(done, 200));
            const box = bar.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];
        })()"""
    )
    page.send("Input.dispatchMouseEvent", type="mouseMoved", x=spot[0], y=spot[1])
    page.wait_for("!document.querySelector('.tip').hidden")
    assert page.evaluate("document.querySelectorAll('.tip dd').length") >= 2


def test_a_link_opens_the_evidence_that_it_leads_to(page: Page) -> None:
    page.evaluate("location.hash = '#column-1'")
    page.wait_for("document.getElementById('column-1').open")


def test_dark_is_dark_and_charts_follow(page: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.evaluate("document.querySelector('.theme').click()")
    assert page.evaluate(ground) != light
    page.wait_for("document.querySelector('.live').innerHTML.includes('#5cb2e8')")
    page.evaluate("document.querySelector('.theme').click()")


def test_on_a_phone_nothing_runs_off_the_side(report: Path) -> None:
    with browser() as phone:
        phone.resize(375, 800, mobile=True)
        phone.open(report)
        phone.draw_all()
        assert phone.evaluate(CUT) == []
        assert phone.evaluate("document.documentElement.scrollWidth") == 375
        assert phone.evaluate("Math.max(...[...document.querySelectorAll('.live svg')].map(s => s.clientWidth))") <= 375
        assert phone.complaints == []


def test_it_can_be_read_without_scripts_and_printed(report: Path, contents: Contents) -> None:
    with browser() as paper:
        paper.resize(1280, 900)
        paper.send("Emulation.setScriptExecutionDisabled", value=True)
        paper.send("Page.navigate", url=report.as_uri())
        drawn = (
            "[...document.querySelectorAll('.plot > svg')].filter(s => s.getBoundingClientRect().height > 40).length"
        )
        paper.wait_for(f"document.readyState === 'complete' && {drawn} > 0")
        assert paper.evaluate(drawn) == len(contents.charts)
        assert paper.evaluate(CUT) == []
        assert paper.pdf().startswith(b"%PDF")
