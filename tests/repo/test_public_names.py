"""What `import voyant` gives is what it says it gives, and is documented."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import voyant
from tests.repo.tree import ROOT

HEAVY = {
    "duckdb",
    "django",
    "ninja",
    "numpy",
    "obstore",
    "pandas",
    "pyarrow",
    "pyiceberg",
    "scipy",
    "sqlglot",
    "temporalio",
    "uvicorn",
    "vl_convert",
}


def test_every_exported_name_exists() -> None:
    assert [name for name in voyant.__all__ if not hasattr(voyant, name)] == []


def test_every_public_name_is_exported() -> None:
    public = {name for name, value in vars(voyant).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert public - {"annotations"} <= set(voyant.__all__)


def test_exported_names_are_sorted() -> None:
    assert sorted(voyant.__all__) == list(voyant.__all__)


def test_every_exported_name_is_documented() -> None:
    page = (ROOT / "docs" / "guide" / "python.md").read_text("utf-8")
    assert [name for name in voyant.__all__ if f"`voyant.{name}" not in page and f"voyant.{name}(" not in page] == []


def test_importing_the_library_and_the_command_costs_little() -> None:
    """What takes long to import is imported where it is first used; a person feels it in every command."""
    program = f"import sys, voyant, voyant.cli.main; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_analysis_brings_in_nothing_that_predicts() -> None:
    """It proposes predictions, and must not pay for the libraries that make them."""
    program = (
        "import sys\nfrom importlib import import_module\nfrom voyant.services.home import open_home\nopen_home()\n"
        "from voyant.workflows.pipelines import pipeline_of\n"
        "for step in pipeline_of('analyze').steps:\n    [import_module(module) for module in step.modules]\n"
        "import voyant.analysis.narrative.proposals, voyant.analysis.benchmark.columns\n"
        "print(*sorted({'statsforecast', 'statsmodels', 'sklearn'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
