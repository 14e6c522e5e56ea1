"""The figures, a function each: what is measured, and what it must reach."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.anomalies import anomalies
from benchmarks.data_sets import environment_python, first_flights, flights, lineitem, peer_python, shifted
from benchmarks.forecasting import forecasting
from benchmarks.insights import insights
from benchmarks.lineitem_rules import hundred_rules
from benchmarks.measuring import Figure, Run, empty_home, interleaved, median, run, voyant_command, workload
from benchmarks.nab import nab
from benchmarks.regression import regression
from benchmarks.service import service

EXAMPLES = Path(__file__).parents[1] / "examples"


def profile_step() -> Iterator[Figure]:
    """The profile step against SUMMARIZE on lineitem at scale factor 1."""
    path = lineitem(1)
    runs = interleaved(
        {"summarize": workload("summarize", path), "profile": _profile_command(path)},
        times=3,
    )
    ratio = runs["profile"].seconds / runs["summarize"].seconds
    yield Figure(
        what="profile step, lineitem SF 1, time against SUMMARIZE",
        measured=f"{_seconds(runs['profile'])} against {_seconds(runs['summarize'])}: {ratio:.2f} ×",
        value=ratio,
        bar=0.7,
    )
    yield _peak("profile step, lineitem SF 1, peak memory", runs["profile"], bar=1500)


def profile_scaling() -> Iterator[Figure]:
    """The profile step at scale factor 5 against scale factor 1."""
    runs = interleaved({str(scale): _profile_command(lineitem(scale)) for scale in (1, 5)}, times=3)
    time, memory = runs["5"].seconds / runs["1"].seconds, runs["5"].peak / runs["1"].peak
    yield Figure(
        what="profile step, lineitem SF 5, time against SF 1",
        measured=f"{_seconds(runs['5'])} against {_seconds(runs['1'])}: {time:.2f} ×",
        value=time,
        bar=5.5,
    )
    yield Figure(
        what="profile step, lineitem SF 5, peak memory against SF 1",
        measured=f"{runs['5'].peak:.0f} MiB against {runs['1'].peak:.0f} MiB: {memory:.2f} ×",
        value=memory,
        bar=1.3,
    )


def flights_csv() -> Iterator[Figure]:
    """The whole analysis of the flights as CSV, alone and against fg-data-profiling's default report."""
    with empty_home() as home:
        runs = median([run([voyant_command(), "analyze", _renamed(home, flights(), turn)], home) for turn in range(3)])
    yield Figure(what="voyant analyze, flights CSV, time", measured=_seconds(runs), value=runs.seconds, bar=10)
    yield _peak("voyant analyze, flights CSV, peak memory", runs, bar=600)
    report = run([environment_python(), _script("default_report"), flights()])
    ratio = runs.seconds / report.seconds
    yield Figure(
        what="voyant analyze, flights CSV, time against fg-data-profiling's default report",
        measured=f"{_seconds(runs)} against {_seconds(report)} ({report.peak:.0f} MiB): {ratio:.3f} ×",
        value=ratio,
        bar=0.1,
    )


def small_csv() -> Iterator[Figure]:
    """A CSV of 1,000 rows: from nothing to the result, and again in a warm process."""
    path = first_flights(1000)
    colds = []
    for _ in range(5):
        with empty_home() as home:
            colds.append(run([voyant_command(), "analyze", path], home))
    cold = median(colds)
    yield Figure(what="voyant analyze, 1,000 rows, cold", measured=_seconds(cold), value=cold.seconds, bar=4)
    with empty_home() as home:
        warm = min(float(run(workload("warm_call", path), home).output.split()[-1]) for _ in range(3))
    yield Figure(what="the same call in a warm process", measured=f"{warm:.2f} s", value=warm, bar=1)
    shown = median([run([voyant_command(), "--help"]) for _ in range(5)])
    yield Figure(what="voyant --help", measured=_seconds(shown), value=shown.seconds, bar=0.4)


def result_size() -> Iterator[Figure]:
    """Tokens of the result that an agent gets, by the byte-pair encoding cl100k_base."""
    paths = [flights(), first_flights(1000), *sorted(EXAMPLES.glob("*/*.csv*"))]
    sizes = {}
    for path in paths:
        with empty_home() as home:
            sizes[path.name] = _tokens(run([voyant_command(), "analyze", path, "--json"], home).output)
    name, size = max(sizes.items(), key=lambda item: item[1])
    yield Figure(
        what=f"result for an agent, largest of {len(paths)} tables",
        measured=f"{size:,} tokens ({name})",
        value=size,
        bar=2000,
    )


def drift() -> Iterator[Figure]:
    """Two states of a hundred columns, from the files to the result, against Evidently's preset; and at ten times the
    rows."""
    paths = shifted(356_251, 100)
    ours = median([_drift(*paths) for _ in range(3)])
    theirs = run([peer_python("evidently"), _script("drift_evidently"), *paths])
    drifted = {column["column"] for column in _last_json(ours.output)["drift"]["columns"]}
    if drifted != set(theirs.output.split()):
        raise RuntimeError(f"The verdicts differ: {sorted(drifted)} here, {theirs.output.strip()} by Evidently.")
    ratio = ours.seconds / theirs.seconds
    yield Figure(
        what="voyant drift, two files of 100 columns and 356,251 rows, time against Evidently's",
        measured=f"{_seconds(ours)} against {_seconds(theirs)} ({theirs.peak:.0f} MiB): {ratio:.3f} ×",
        value=ratio,
        bar=0.1,
    )
    yield _peak("voyant drift, two files of 100 columns and 356,251 rows, peak memory", ours, bar=1000)
    few, many = (shifted(rows, 20) for rows in (356_251, 3_562_510))
    runs = {name: median([_drift(*paths) for _ in range(3)]) for name, paths in (("few", few), ("many", many))}
    memory = runs["many"].peak / runs["few"].peak
    yield Figure(
        what="voyant drift, two files of 20 columns, peak memory at ten times the rows",
        measured=f"{runs['many'].peak:.0f} MiB against {runs['few'].peak:.0f} MiB: {memory:.2f} ×",
        value=memory,
        bar=1.2,
    )


def rules() -> Iterator[Figure]:
    """A hundred rules on lineitem at scale factor 1, against reading its columns once and against three other tools."""
    path = lineitem(1)
    described, written = path.with_suffix(".json"), path.with_name("rules.json")
    run(workload("describe", path, described))
    written.write_text(json.dumps(hundred_rules()))
    commands: dict[str, Sequence[str | Path]] = {
        "scan": workload("scan_columns", path),
        "voyant": workload("rules_voyant", path, written, described),
        **{peer: [peer_python(peer), _script(f"rules_{peer}"), path, written] for peer in _RULE_CHECKERS},
    }
    runs = interleaved(commands, times=3)
    ratio = runs["voyant"].seconds / runs["scan"].seconds
    yield Figure(
        what="100 rules, lineitem SF 1, time against reading its columns once",
        measured=f"{_seconds(runs['voyant'])} against {_seconds(runs['scan'])}: {ratio:.2f} ×",
        value=ratio,
        bar=2,
    )
    yield _peak("100 rules, lineitem SF 1, peak memory", runs["voyant"], bar=1500)
    found = {name: _last_json(runs[name].output) for name in ("voyant", *_RULE_CHECKERS)}
    for peer, title in _RULE_CHECKERS.items():
        same = "the same rows" if found[peer] == found["voyant"] else "other rows"
        ratio = runs["voyant"].seconds / runs[peer].seconds
        yield Figure(
            what=f"100 rules, lineitem SF 1, time against {title}",
            measured=f"{_seconds(runs['voyant'])} against {_seconds(runs[peer])}: {ratio:.3f} ×; {same} fail",
            value=ratio,
            bar=1,
        )


_RULE_CHECKERS = {"pointblank": "Pointblank", "great_expectations": "Great Expectations", "soda": "Soda Core"}


SECTIONS: dict[str, dict[str, Callable[[], Iterator[Figure]]]] = {
    "Analyses": {
        "profile": profile_step,
        "scaling": profile_scaling,
        "flights": flights_csv,
        "small": small_csv,
        "tokens": result_size,
        "insights": insights,
    },
    "The server": {"service": service},
    "Rules and drift": {"rules": rules, "drift": drift},
    "Forecasts": {"forecast": forecasting},
    "Regression": {"regression": regression},
    "Anomalies": {"anomalies": anomalies, "nab": nab},
}
CASES = {name: case for section in SECTIONS.values() for name, case in section.items()}


def _profile_command(path: Path) -> list[str | Path]:
    described = path.with_suffix(".json")
    run(workload("describe", path, described))
    return workload("profile_step", path, described)


def _drift(reference: Path, current: Path) -> Run:
    """From two files that Voyant has never seen to the result."""
    with empty_home() as home:
        return run(
            [voyant_command(), "drift", current, "--baseline", reference, "--json", "--max-tokens", "10000"], home
        )


def _renamed(home: dict[str, str], path: Path, turn: int) -> Path:
    """The file under another name, so that nothing of an earlier turn can be used again."""
    copy = Path(home["VOYANT_HOME"]) / f"{path.stem}_{turn}{path.suffix}"
    copy.write_bytes(path.read_bytes())
    return copy


def _seconds(measured: Run) -> str:
    return f"{measured.seconds:.2f} s"


def _peak(what: str, measured: Run, bar: float) -> Figure:
    return Figure(what=what, measured=f"{measured.peak:.0f} MiB", value=measured.peak, bar=bar)


def _tokens(text: str) -> int:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(text)
        file.flush()
        return int(run([environment_python(), _script("count_tokens"), file.name]).output)


def _last_json(output: str) -> Any:
    """What the last line says; other tools tell their progress before it."""
    return json.loads(output.strip().splitlines()[-1])


def _script(name: str) -> Path:
    """A workload that runs outside Voyant's environment."""
    return Path(__file__).parent / "workloads" / f"{name}.py"
