"""What a home bears: several processes and threads at once, a kill, a full disk, a disk that nobody may write to."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.command import VOYANT, Shell
from tests.e2e.outcomes import ROWS
from voyant.errors import Code


def test_two_processes_on_one_new_home(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    paths = []
    for name in ("orders", "visits"):
        path = tmp_path / f"{name}.csv"
        path.write_text(ROWS)
        paths.append(path)
    processes = [shell.start("analyze", path, "--json") for path in (*paths, paths[0])]
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0, out
    jobs = shell("job", "list", "--json").json
    items = jobs["items"] if isinstance(jobs, dict) else jobs
    assert [job["status"] for job in items] == ["completed"] * 3
    for job in items:
        assert shell("verify", job["id"]).code == 0
    for table in ("orders", "visits"):
        assert shell("sql", f"SELECT count(*) AS n FROM {table}", "--json").json["rows"] == [[50]]


def test_threads_of_one_process_share_a_home(tmp_path: Path) -> None:
    """The library's way in: several analyses at once in one process."""
    script = (
        "import sys, threading, voyant\n"
        "results = []\n"
        "run = lambda path: results.append(voyant.analyze(path))\n"
        "threads = [threading.Thread(target=run, args=(path,)) for path in sys.argv[1:]]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]\n"
        "assert len(results) == len(threads), results\n"
    )
    paths = []
    for name in ("orders", "visits"):
        path = tmp_path / f"{name}.csv"
        path.write_text(ROWS)
        paths.append(str(path))
    shell = Shell(tmp_path / "home")
    done = subprocess.run(
        [VOYANT.with_name("python"), "-c", script, *paths],
        capture_output=True, text=True, env=shell.environment, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_killed_process_leaves_a_home_that_works(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "home")
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n" + "".join(f"{n},{n * 1.5}\n" for n in range(2_000_000)))
    for delay in (0.5, 1.5):
        process = shell.start("analyze", path)
        time.sleep(delay)
        process.kill()
        process.communicate()
    left = shell("job", "list", "--json").json["items"]
    assert {job["status"] for job in left} <= {"failed"}
    assert all(job["error"]["code"] == str(Code.INTERNAL) and job["error"]["remedy"] for job in left)
    assert [path for part in ("artifacts", "scratch") for path in (shell.home / part).rglob("*.*")] == []
    done = shell("analyze", path, "--json")
    assert done.code == 0, done.out
    assert shell("sql", "SELECT count(*) AS n FROM orders", "--json").json["rows"] == [[2_000_000]]
    assert shell("verify", done.json["job_id"]).code == 0


UNSHARE = shutil.which("unshare")


def in_small_disk(script: str, *, size: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script in which ``folder`` is a disk of its own, which ends with it."""
    if UNSHARE is None or subprocess.run([UNSHARE, "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk of their own")
    mount = f"mount -t tmpfs -o size={size} tmpfs {folder} && export VOYANT_HOME={folder}/home && {script}"
    return subprocess.run([UNSHARE, "-rm", "sh", "-c", mount], capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("size", ["800k", "1700k"])
def test_a_full_disk(tmp_path: Path, size: str) -> None:
    """It fills up while the job is noted down, and while the table is written."""
    path, disk = tmp_path / "orders.csv", tmp_path / "disk"
    disk.mkdir()
    chance = random.Random(1)
    path.write_text(
        "id,amount,name\n" + "".join(f"{n},{chance.random()},name {chance.random()}\n" for n in range(60_000))
    )
    script = (
        f"{VOYANT} analyze {path} --json; echo $?; {VOYANT} job list --json; cd {disk}/home; "
        "find scratch artifacts lake -type f"
    )
    done = in_small_disk(script, size=size, folder=disk)
    answer, code, *rest = done.stdout.splitlines()
    error = json.loads(answer)["error"]
    assert (code, error["code"]) == ("1", str(Code.STORAGE_FULL)), done
    assert "VOYANT_HOME" in error["remedy"]
    assert "Traceback" not in done.stderr
    jobs = json.loads(rest[0])
    items = jobs["items"] if isinstance(jobs, dict) else jobs
    assert all(job["status"] == "failed" for job in items)
    assert rest[1:] == [], "no scratch, no artifact, no part of a table is left"


def test_a_read_only_home(tmp_path: Path) -> None:
    path, disk = tmp_path / "orders.csv", tmp_path / "disk"
    disk.mkdir()
    path.write_text(ROWS)
    once = f"{VOYANT} analyze {path} --json; echo $?"
    script = (
        f"mkdir {disk}/home && mount -o remount,ro {disk} && {once}; "
        f"mount -o remount,rw {disk} && {VOYANT} analyze {path} >/dev/null && mount -o remount,ro {disk} && {once}"
    )
    done = in_small_disk(script, size="50m", folder=disk)
    new, new_code, used, used_code = done.stdout.splitlines()
    for answer, code in ((new, new_code), (used, used_code)):
        error = json.loads(answer)["error"]
        assert (code, error["code"]) == ("1", str(Code.DATABASE)), done
        assert "VOYANT_HOME" in error["message"]
    assert "Traceback" not in done.stderr
