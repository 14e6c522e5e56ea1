"""The lock files hold every version by its hash, and leave open where packages come from."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.repo.tree import ROOT, text_files
from tools.lock import UNLOCKED

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-pip.lock")
# In pieces, so that this file holds none of them.
HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".", "crates" + ".io", "proxy.golang" + ".org")


def pinned(lock: str) -> dict[str, str]:
    """Package and version of each requirement."""
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_has_a_hash(lock: str) -> None:
    requirements = re.split(r"^(?=\w)", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert requirements
    assert [text.split()[0] for text in requirements if "--hash=sha256:" not in text] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_line_chooses_an_index(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("--") or "://" in line] == []


def test_both_locks_agree() -> None:
    assert pinned("requirements.lock").items() <= pinned("requirements-dev.lock").items()


def test_every_dependency_is_locked() -> None:
    """A dependency that was added without `make lock` would only be missed on the next fresh machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = [names for extra, names in project["project"]["optional-dependencies"].items() if extra not in UNLOCKED]
    groups = [project["project"]["dependencies"], project["dependency-groups"]["build"], *extras]
    runtime = [requirement for group in groups for requirement in group]
    names = {normalized(requirement) for requirement in runtime}
    assert names <= {normalized(name) for name in pinned("requirements.lock")}
    assert {normalized(name) for name in project["dependency-groups"]["dev"]} <= {
        normalized(name) for name in pinned("requirements-dev.lock")
    }


def test_no_file_names_a_package_registry() -> None:
    naming = [path for path in text_files() if any(host in path.read_text("utf-8") for host in HOSTS)]
    assert [str(path.relative_to(ROOT)) for path in naming] == []


def normalized(requirement: str) -> str:
    return re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0].lower().replace("_", "-").replace(".", "-")
