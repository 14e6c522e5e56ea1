"""One run over hostile data, and the page it gives, for all tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report import hostile
from voyant.lake.engine import Engine
from voyant.report import Contents, render_report


@pytest.fixture(scope="session")
def contents() -> Contents:
    with Engine() as engine:
        return hostile.contents(engine)


@pytest.fixture(scope="session")
def html(contents: Contents) -> str:
    return render_report(contents)


@pytest.fixture(scope="session")
def report(html: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html, "utf-8")
    return path
