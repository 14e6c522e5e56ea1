"""Quick forecasts: the methods that choose their own form take seconds, and one test is enough for them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "thorough" not in request.fixturenames:
        monkeypatch.setattr("voyant.analysis.forecast.predict._THOROUGH_BUDGET", 0.0)


@pytest.fixture
def thorough() -> None:
    """All methods compete."""
