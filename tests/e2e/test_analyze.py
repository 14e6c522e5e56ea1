"""One command analyses a file: what it says, what it leaves, and that all of it can be proved."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.e2e.command import Shell

EXPECTED = {
    "normalize.json",
    "rejects.parquet",
    "profile.json",
    "quality.json",
    "failing_rows.parquet",
    "kpis.json",
    "insights.json",
    "narrative.json",
    "narrative.md",
    "report.html",
}


def write_orders(path: Path, rows: int = 600) -> Path:
    """Orders of two shops over 20 months; the amounts of one of them double half-way."""
    chance = random.Random(7)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Order ID", "Ordered at", "Shop", "Amount", "Note"])
        for number in range(rows):
            day = date(2023, 1, 1) + timedelta(days=number * 600 // rows)
            shop = chance.choice(["north", "south"])
            amount = chance.gauss(100, 10) * (2 if shop == "south" and number > rows // 2 else 1)
            writer.writerow([f"A{number:05}", day.isoformat(), shop, f"{amount:.2f}", chance.choice(["", "gift"])])
    return path


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    return Shell(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_orders(tmp_path_factory.mktemp("data") / "orders.csv")


@pytest.fixture(scope="module")
def result(shell: Shell, orders: Path) -> dict:  # type: ignore[type-arg]
    done = shell("analyze", orders, "--json", "--kpi", "revenue=sum(amount)")
    assert done.code == 0, done.err
    return done.json  # type: ignore[no-any-return]


def test_the_result_names_what_was_analysed(result: dict, orders: Path) -> None:  # type: ignore[type-arg]
    assert result["status"] == "completed"
    assert result["degraded"] == []
    assert result["dataset"]["table"] == "orders"
    assert result["dataset"]["rows"] == 600
    assert result["headline"]
    assert result["findings"]
    assert 0 <= result["quality"]["score"] <= 1


def test_a_declared_key_figure_is_measured(result: dict, shell: Shell) -> None:  # type: ignore[type-arg]
    (revenue,) = (kpi for kpi in result["kpis"] if kpi["name"] == "revenue")
    period = revenue["period"]
    rows = shell(
        "sql", f"SELECT sum(amount) FROM orders WHERE strftime(ordered_at, '%Y-%m') = '{period}'", "--json"
    ).json["rows"]

    assert float(rows[0][0]) == pytest.approx(revenue["value"], rel=1e-9)


def test_every_sql_of_a_finding_runs(result: dict, shell: Shell) -> None:  # type: ignore[type-arg]
    narrative = json.loads(shell("artifact", "get", result["job_id"], "narrative.json").out)
    statements = [finding["sql"] for finding in narrative["findings"]]

    assert statements
    for sql in statements:
        done = shell("sql", sql, "--json")
        assert done.code == 0, (sql, done.out)
        assert done.json["rows"]


def test_the_artifacts_are_all_there(result: dict, shell: Shell) -> None:  # type: ignore[type-arg]
    listed = {artifact["name"]: artifact for artifact in shell("artifact", "list", result["job_id"], "--json").json}

    assert set(listed) >= EXPECTED | {"manifest.json"}
    charts = [name for name in listed if name.startswith("charts/")]
    assert 3 <= len(charts) <= 36
    got = shell("artifact", "get", result["job_id"], "profile.json").out.encode()
    assert hashlib.sha256(got).hexdigest() == listed["profile.json"]["sha256"]


def test_the_manifest_holds_and_one_changed_byte_is_found(
    result: dict,
    shell: Shell,
    orders: Path,
    tmp_path: Path,  # type: ignore[type-arg]
) -> None:
    assert shell("verify", result["job_id"]).code == 0
    assert shell("analyze", orders, "--out", tmp_path / "out").code == 0
    assert shell("verify", tmp_path / "out" / "manifest.json").code == 0

    chart = next((tmp_path / "out" / "charts").glob("*.png"))
    data = bytearray(chart.read_bytes())
    data[len(data) // 2] ^= 1
    chart.write_bytes(data)
    found = shell("verify", tmp_path / "out")
    assert found.code == 3
    assert chart.name in found.out
    (tmp_path / "out" / "profile.json").unlink()
    assert "profile.json is missing" in shell("verify", tmp_path / "out").out


def test_a_replay_computes_the_same_bytes(result: dict, shell: Shell) -> None:  # type: ignore[type-arg]
    done = shell("replay", result["job_id"], "--json")

    assert done.code == 0
    computed = {entry["name"] for entry in done.json["comparisons"] if entry["computed"]}
    assert computed >= EXPECTED - {"normalize.json", "rejects.parquet"}


def test_two_homes_give_the_same_bytes(result: dict, shell: Shell, orders: Path, tmp_path: Path) -> None:  # type: ignore[type-arg]
    other = Shell(tmp_path / "other")
    again = other("analyze", orders, "--json", "--kpi", "revenue=sum(amount)").json
    hashes = [
        {
            a["name"]: a["sha256"]
            for a in s("artifact", "list", r["job_id"], "--json").json
            if a["name"] != "manifest.json"
        }
        for s, r in ((shell, result), (other, again))
    ]

    assert hashes[0] == hashes[1]
    digests = [
        json.loads(s("artifact", "get", r["job_id"], "manifest.json").out)["result_sha256"]
        for s, r in ((shell, result), (other, again))
    ]
    assert digests[0] == digests[1]


def test_the_result_fits_the_room_it_is_given(result: dict, shell: Shell) -> None:  # type: ignore[type-arg]
    whole = shell("job", "show", result["job_id"], "--json").json["result"]

    assert len(json.dumps(whole)) / 4 <= 2000
    assert whole["omitted"]["artifacts"] > 0


def test_the_terminal_words_key_figures_as_the_memo_does(shell: Shell, orders: Path, tmp_path: Path) -> None:
    done = shell("analyze", orders, "--out", tmp_path)
    lines = [line.strip() for line in done.out.split("Key figures\n")[1].split("\n\n")[0].splitlines()]
    told = [text.removesuffix(".") for text in json.loads((tmp_path / "narrative.json").read_text("utf-8"))["kpis"]]
    assert len(told) >= 2
    for line, sentence in zip(lines, told, strict=False):
        assert sentence.lower().startswith(line.lower())
        assert "_" not in line


def test_standard_input_is_a_source(shell: Shell, orders: Path) -> None:
    done = shell("analyze", "-", "--json", stdin=orders.read_bytes())

    assert done.code == 0, done.err
    assert done.json["dataset"]["rows"] == 600


def test_jobs_and_sources_are_kept_and_removed(shell: Shell, orders: Path, tmp_path: Path) -> None:
    copy = tmp_path / "passing.csv"
    copy.write_bytes(orders.read_bytes())
    job_id = shell("analyze", copy, "--json").json["job_id"]
    source = next(s for s in shell("source", "list", "--json").json["items"] if s["name"].endswith("passing.csv"))

    assert job_id in {job["id"] for job in shell("job", "list", "--json").json["items"]}
    assert source["tables"] == ["passing"]
    assert shell("sql", "SELECT count(*) FROM passing", "--json").json["rows"] == [[600]]
    assert shell("source", "remove", source["id"]).code == 0
    assert shell("sql", "SELECT count(*) FROM passing", "--json").json["error"]["code"] == "VYNT-2006"
    assert shell("job", "show", job_id, "--json").json["error"]["code"] == "VYNT-2001"


def test_pages_of_jobs_are_whole(shell: Shell, result: dict, orders: Path) -> None:  # type: ignore[type-arg]
    all_ids = [job["id"] for job in shell("job", "list", "--json").json["items"]]
    paged: list[str] = []
    cursor: str | None = None
    while True:
        more = ["--cursor", cursor] if cursor else []
        page = shell("job", "list", "--json", "--limit", "2", *more).json
        paged += [job["id"] for job in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert paged == all_ids


def test_an_interrupt_cancels_cleanly(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    big = write_orders(tmp_path / "big.csv", rows=300_000)
    process = shell.start("analyze", big)
    database = tmp_path / "home" / "artifacts"
    deadline = time.monotonic() + 60
    while not list(database.rglob("normalize.json")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert b"Traceback" not in err
    (job,) = shell("job", "list", "--json").json["items"]
    assert job["status"] == "cancelled"
    assert shell("artifact", "list", job["id"], "--json").json == []
    assert not [path for path in database.rglob("*") if path.is_file()]
    assert not list((tmp_path / "home" / "scratch").iterdir())


def test_two_processes_on_one_new_home(orders: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    processes = [shell.start("analyze", orders, "--json") for _ in range(2)]
    outcomes = [process.communicate(timeout=120) for process in processes]

    assert [process.returncode for process in processes] == [0, 0], outcomes
    jobs = shell("job", "list", "--json").json["items"]
    assert [job["status"] for job in jobs] == ["completed", "completed"]
    assert all(shell("verify", job["id"]).code == 0 for job in jobs)


def test_the_same_from_python(orders: Path) -> None:
    import voyant

    result = voyant.analyze(orders, kpis={"revenue": "sum(amount)"})

    assert result.dataset.rows == 600
    assert "revenue" in {kpi.name for kpi in result.kpis}


def test_a_source_of_nested_records_is_about_the_records(shell: Shell, tmp_path: Path) -> None:
    orders = [{"id": n, "total": n * 2.5, "items": [{"sku": f"s{k}", "n": k} for k in range(5)]} for n in range(1, 40)]
    path = tmp_path / "nested.json"
    path.write_text(json.dumps(orders))
    dataset = shell("analyze", path, "--json").json

    assert dataset["dataset"]["table"] == "nested"
    assert "nested_items" in " ".join(dataset["warnings"])


def test_a_source_is_discovered_in_both_faces(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n1,2\n")
    found = shell("source", "discover", path, "--json")
    assert (found.code, found.json["kind"], found.json["format"], found.json["problem"]) == (0, "file", "csv", None)
    assert "csv" in shell("source", "discover", path).out
    script = f"import voyant; print(voyant.discover({str(path)!r}).format)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=shell.environment, check=False
    )
    assert done.stdout == "csv\n", done.stderr
    assert shell("source", "discover", "s3://bucket/orders.csv").code == 2
