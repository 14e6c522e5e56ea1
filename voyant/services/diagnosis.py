"""Is this installation fit to work, and if not, what to do."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec

from msgspec import Struct

from voyant import __version__
from voyant.domain.source import without_credentials
from voyant.errors import VoyantError
from voyant.services.health import asked
from voyant.services.serving import read_serving
from voyant.settings.configuration import Settings, settings

LEAST_FREE_BYTES = 2**30


class Check(Struct, frozen=True, kw_only=True):
    """One thing looked at.

    Attributes:
        remedy: What to do; None where there is nothing to do.
    """

    name: str
    ok: bool
    found: str
    remedy: str | None = None


def diagnose() -> tuple[Check, ...]:
    """Looks at the interpreter, the settings, the home, the lake, the engine and the chart renderer."""
    checks = [Check(name="version", ok=True, found=f"Voyant {__version__}, Python {platform.python_version()}")]
    for name, look in _LOOKS:
        try:
            checks.append(look(name))
        except VoyantError as error:
            checks.append(Check(name=name, ok=False, found=f"{error.code} {error.message}", remedy=error.remedy))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what was asked for
            remedy = "Run `make setup` again; if it stays so, report it with this message."
            checks.append(Check(name=name, ok=False, found=f"{type(error).__name__}: {error}", remedy=remedy))
    return tuple(checks)


def _look_at_settings(name: str) -> Check:
    configured = settings()
    return Check(name=name, ok=True, found=f"VOYANT_HOME is {configured.home}, memory limit {configured.memory_limit}")


def _look_at_database(name: str) -> Check:
    from voyant.services.home import open_home

    open_home()
    from voyant.store.models import Job

    url = settings().database_url
    where = settings().database_path if url is None else without_credentials(url.reveal())
    return Check(name=name, ok=True, found=f"{Job.objects.count():,} jobs in {where}")


def _look_at_disk(name: str) -> Check:
    free = shutil.disk_usage(settings().home).free
    enough = free >= LEAST_FREE_BYTES
    remedy = None if enough else "Free some space, or point VOYANT_HOME at another disk."
    return Check(name=name, ok=enough, found=f"{free / 2**30:.1f} GiB free", remedy=remedy)


def _look_at_engine(name: str) -> Check:
    from voyant.lake.engine import Engine

    with Engine() as engine:
        found = engine.tuples("SELECT version()")[0][0]
    return Check(name=name, ok=True, found=f"DuckDB {found}")


def _look_at_lake(name: str) -> Check:
    from voyant.domain.caller import LOCAL_CALLER
    from voyant.services.wiring import lake

    return Check(name=name, ok=True, found=f"{len(lake().tables(LOCAL_CALLER.tenant)):,} tables")


def _look_at_charts(name: str) -> Check:
    from voyant.analysis.charts import render

    empty = {"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x"}}}
    svg, _ = render(empty)
    return Check(name=name, ok=svg.startswith("<svg"), found=f"vl-convert {version('vl-convert-python')}")


def _look_at_extras(name: str) -> Check:
    from voyant.ingestion.database_address import DRIVERS

    missing = [extra for extra, module in DRIVERS.items() if find_spec(module) is None]
    if not missing:
        return Check(name=name, ok=True, found="all installed")
    remedy = f"For these sources: pip install 'voyant[{','.join(missing)}]'"
    return Check(name=name, ok=True, found=f"not installed: {', '.join(missing)}", remedy=remedy)


def _look_at_server(name: str) -> Check:
    """The parts that jobs of REST and MCP hang on, where a server is set up; a shell needs none of them."""
    serving = read_serving()
    if serving is None and settings().temporal_address == Settings().temporal_address:
        return Check(name=name, ok=True, found="none runs on this home; start one with: voyant serve")
    restarted = (
        [f"{child.name} was started again {child.restarts} times" for child in serving.children if child.restarts]
        if serving
        else []
    )
    found = [serving.url if serving else settings().temporal_address, *restarted]
    for dependency in asked(serving.temporal_address if serving else settings().temporal_address):
        if not dependency.ok:
            return Check(
                name=name,
                ok=False,
                found=f"{dependency.name} does not answer: {dependency.problem}",
                remedy=f"Start it, or correct VOYANT_TEMPORAL_ADDRESS; logs are in {settings().home}.",
            )
        found.append(f"{dependency.name} in {dependency.milliseconds:.0f} ms")
    return Check(name=name, ok=True, found=", ".join(found))


_LOOKS: tuple[tuple[str, Callable[[str], Check]], ...] = (
    ("settings", _look_at_settings),
    ("database", _look_at_database),
    ("disk", _look_at_disk),
    ("engine", _look_at_engine),
    ("lake", _look_at_lake),
    ("charts", _look_at_charts),
    ("extras", _look_at_extras),
    ("server", _look_at_server),
)
