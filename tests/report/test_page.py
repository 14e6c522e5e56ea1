"""What stands on the page, and that data can't become markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from tests.analysis.charts.sales import PRIVATE, column
from tests.report.hostile import ATTACK, without
from voyant.analysis.profile import profile
from voyant.domain.table import ColumnType, Dataset, Role
from voyant.lake.engine import Engine
from voyant.lake.table import EngineTable
from voyant.report import Contents, render_report


class Reader(HTMLParser):
    """Takes a page apart as a browser would."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.scripts: list[tuple[str | None, str]] = []
        self.headings: list[int] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script":
            self.scripts.append((dict(attrs).get("type"), ""))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            kind, text = self.scripts[-1]
            self.scripts[-1] = (kind, text + data)
        elif "style" not in self._open:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return Reader(html)


def test_data_stay_data(page: Reader, html: str) -> None:
    assert ATTACK.split("\u2028")[0] in page.text
    assert "{{ 7|add:7 }}" in page.text
    assert page.tags["img"] == 0
    assert page.tags["script"] == 3
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "<script>window" not in html


def test_the_charts_data_survive_their_place_in_a_script(page: Reader, contents: Contents) -> None:
    live = json.loads(page.scripts[0][1])
    assert page.scripts[0][0] == "application/json"
    assert len(live["charts"]) == len(contents.charts)
    assert "</script>" in json.dumps(live)


def test_only_the_pages_own_scripts_may_run(page: Reader) -> None:
    policy = next(value for value in page.values("content") if "script-src" in value)
    own = [text for kind, text in page.scripts if kind is None]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in own]
    assert re.findall(r"sha256-([^']+)'", policy) == digests
    assert policy.startswith("default-src 'none'")
    assert not re.search(r"script-src[^;]*unsafe", policy)


def test_nothing_is_loaded_from_anywhere(page: Reader, html: str) -> None:
    assert not page.tags["link"] + page.tags["iframe"] + page.tags["object"]
    assert not page.values("src")
    styles = html[html.index("<style>") : html.index("</style>")]
    assert all(found.startswith("data:") for found in re.findall(r"url\(([^)]*)", styles))
    assert "@import" not in styles


def test_links_lead_somewhere_on_the_page_or_to_a_file_beside_it(page: Reader) -> None:
    ids = page.values("id")
    assert not [name for name, count in Counter(ids).items() if count > 1]
    for link in page.values("href"):
        assert (link[1:] in ids) if link.startswith("#") else re.fullmatch(r"[a-z_/%0-9]+\.[a-z.0-9]+", link), link


def test_each_finding_comes_with_its_statement_and_its_evidence(html: str, contents: Contents) -> None:
    assert contents.findings
    for finding in contents.findings:
        start = html.index(f'id="{finding.id}"')
        article = html[start : html.index("</article>", start)]
        assert 'class="sql"' in article, finding.id
        for reference in finding.evidence:
            assert reference.split("#")[0] in article


def test_headings_descend_one_step_at_a_time(page: Reader) -> None:
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))


def test_pictures_have_names_and_tables_of_their_data(page: Reader, contents: Contents, html: str) -> None:
    assert html.count('<div class="plot" role="img" aria-label="') == len(contents.charts)
    assert all(name for tag, attribute, name in page.attributes if tag == "div" and attribute == "aria-label")
    for chart in contents.charts:
        assert f'id="chart-{chart.place}"' in html


def test_personal_values_stand_nowhere(html: str) -> None:
    assert PRIVATE not in html


def test_the_same_contents_give_the_same_page(contents: Contents, html: str) -> None:
    assert render_report(contents) == html


def test_what_could_not_be_made_is_said(contents: Contents) -> None:
    page = Reader(render_report(without(contents)))
    assert "The quality of the table could not be assessed." in page.text
    assert "The search for findings failed." in page.text
    assert "region" in page.text


def test_many_columns_are_capped_and_the_rest_is_said() -> None:
    names = [f"c{place}" for place in range(400)]
    with Engine() as engine:
        engine.execute(
            f"CREATE TABLE wide AS SELECT {', '.join(f'i AS {name}' for name in names)} FROM range(5) AS r(i)"
        )
        columns = tuple(column(name, ColumnType.INTEGER, "BIGINT", Role.MEASURE) for name in names)
        table = EngineTable(engine, Dataset(name="wide", rows=5, columns=columns))
        described = profile(table)
    from voyant.domain.normalization import Normalization

    normalization = Normalization(dataset=table.dataset, changes=(), rejected_cells=0)
    html = render_report(Contents(normalization=normalization, profile=described))
    assert "250 more columns are described in" in html
    assert html.count('class="column"') == 150
    assert len(html) < 1_500_000


def test_numbers_are_stressed_whole(contents: Contents) -> None:
    from voyant.domain.finding import Number
    from voyant.report.findings import sentence

    finding = contents.findings[0]
    text = "10 of 310 at 10:12 on 2011-10-04: 10 % and 10.5"
    stated = replace(finding, text=text, numbers=(Number(stated="10", value=10, row=0, column="n"),))
    assert sentence(stated) == "<b>10</b> of 310 at 10:12 on 2011-10-04: <b>10\N{NO-BREAK SPACE}%</b> and 10.5"


def test_declared_rules_stand_with_their_owner_and_rows(page: Reader, contents: Contents, html: str) -> None:
    assert contents.quality is not None
    assert contents.quality.broken_rules
    for rule in contents.quality.broken_rules:
        assert f"{rule.failed:,} of {rule.checked:,} {rule.unit}" in page.text
    assert "placed" in page.text
    assert re.search(r"row [\d,]+: amount \d", page.text)


def test_a_contract_says_what_broke_what_is_kept_and_what_nothing_checks(page: Reader) -> None:
    assert "1 of 2 clauses are kept." in page.text
    assert "30 of 3,000 rows" in page.text
    assert "row 1,001: weight " in page.text
    assert "note missing" in page.text
    assert "support/0" in page.text


def test_each_column_that_drifted_is_explained_and_pictured(page: Reader, contents: Contents) -> None:
    assert contents.drift is not None
    assert contents.drift.drifted
    for place, moved in enumerate(contents.drift.drifted):
        assert f"drift-{place}" in page.values("id")
        assert moved.summary.removeprefix(f"{moved.column}: ").split("; ")[0] in " ".join(page.text.split())
    assert {chart.name for chart in contents.charts if chart.name.startswith("drift_")}


def test_templates_stand_with_rows_statement_and_how_they_count(page: Reader, contents: Contents, html: str) -> None:
    assert contents.templates is not None
    [result] = contents.templates.results
    assert "template-0" in page.values("id")
    assert all(finding.text in page.text for finding in result.findings)
    assert all(note in page.text for note in result.notes)
    assert result.rows
    assert html.count('<th scope="col" title=') >= 1


def test_caveats_stand_at_the_findings(page: Reader, contents: Contents) -> None:
    caveats = {finding.caveat for finding in contents.findings if finding.caveat}
    assert caveats
    for caveat in caveats:
        assert " ".join(caveat.split()) in " ".join(page.text.split())
