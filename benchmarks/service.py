"""The figures of a running `voyant serve`; load comes from a second process."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data_sets import first_flights
from benchmarks.measuring import KIBIBYTES_OF_A_MEBIBYTE, Figure, empty_home, run, voyant_command, workload

CLIENTS = 50
JOBS = 50
ROWS = 1000


def service() -> Iterator[Figure]:
    """Start, memory, latency, throughput, and what the durable path costs."""
    with _served() as server:
        yield Figure(what="voyant serve, until ready", measured=f"{server.ready:.2f} s", value=server.ready, bar=5)
        time.sleep(3)  # what is warmed up beside the first request is part of being idle
        memory = server.memory()
        yield Figure(
            what="voyant serve, idle memory of all processes", measured=f"{memory:.0f} MiB", value=memory, bar=700
        )
        source = server.upload(first_flights(ROWS))
        server.analyze(source)
        yield from _overhead(server, source)
        yield from _many_jobs(server, source)
        yield from _reading(server, source)
        yield from _accepting(server, source)


def _overhead(server: Server, source: str) -> Iterator[Figure]:
    with empty_home() as home:
        inside = min(float(run(workload("warm_call", first_flights(ROWS)), home).output.split()[-1]) for _ in range(3))
    through = statistics.median(server.analyze(source) for _ in range(5))
    yield Figure(
        what=f"a durable job of {ROWS:,} rows against the same in process, seconds more",
        measured=f"{through:.2f} s against {inside:.2f} s",
        value=through - inside,
        bar=1,
    )


def _many_jobs(server: Server, source: str) -> Iterator[Figure]:
    before = server.processor_seconds()
    server.analyze(source)
    single = server.processor_seconds() - before
    began = time.perf_counter()
    answers = server.load("POST", "/v1/jobs/analyze", JOBS, JOBS, {"source": source})
    server.wait_until_empty()
    took = time.perf_counter() - began
    completed = server.count("completed")
    lost = JOBS - answers["statuses"].get("202", 0)
    yield Figure(
        what=f"{JOBS} jobs at once, time against their processor time one by one",
        measured=f"{took:.1f} s against {JOBS} × {single:.2f} s; {completed} completed, {lost} lost",
        value=took / (JOBS * single) + lost,
        bar=1.2,
    )


def _reading(server: Server, source: str) -> Iterator[Figure]:
    job = server.ask("GET", "/v1/jobs?limit=1")["items"][0]["id"]
    loaded = server.load("GET", f"/v1/jobs/{job}", 16, 4000)
    rate = len(loaded["seconds"]) / loaded["whole"]
    yield Figure(what="GET /v1/jobs/{id}, seconds for 500", measured=f"{rate:.0f} a second", value=500 / rate, bar=1)


def _accepting(server: Server, source: str) -> Iterator[Figure]:
    """Clients that ask once a second each, and clients that never rest: the latter find out how much there is."""
    for pause, manner in ((1.0, "one request a second each"), (0.0, "without rest")):
        loaded = server.load("POST", "/v1/jobs/ingest", CLIENTS, 5 * CLIENTS, {"source": source}, pause=pause)
        times = sorted(loaded["seconds"])
        for name, share, bar in (("p50", 0.50, 0.05), ("p99", 0.99, 0.2)):
            value = times[int(share * (len(times) - 1))]
            yield Figure(
                what=f"202 for a job, {CLIENTS} clients, {manner}, {name}",
                measured=f"{1000 * value:.0f} ms ({loaded['statuses'].get('202', 0)} of {len(times)} accepted)",
                value=value,
                bar=bar,
            )
        server.cancel_all()


@dataclass
class Server:
    """A running `voyant serve`."""

    process: subprocess.Popen[bytes]
    url: str
    ready: float

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.url}{path}", data=data, method=method, headers={"Content-Type": "application/json", **headers}
        )
        with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310
            return json.load(answer)

    def upload(self, path: Path) -> str:
        command = ["curl", "-sf", "-F", f"file=@{path}", f"{self.url}/v1/sources/upload"]
        return str(json.loads(run(command).output)["id"])

    def analyze(self, source: str) -> float:
        """Seconds until the result came."""
        started = time.perf_counter()
        self.ask("POST", "/v1/analyze", {"source": source}, Prefer="wait=300")
        return time.perf_counter() - started

    def load(
        self, method: str, path: str, clients: int, requests: int, body: object = None, *, pause: float = 0
    ) -> Any:
        given = [str(clients), str(requests), str(pause), *([] if body is None else [json.dumps(body)])]
        return json.loads(run(workload("load", f"{self.url}{path}", method, *given)).output)

    def cancel_all(self) -> None:
        """Calls off what waits, and waits for what runs."""
        for job in self.ask("GET", "/v1/jobs?status=queued&limit=500")["items"]:
            with suppress(urllib.error.HTTPError):  # it has ended meanwhile
                self.ask("POST", f"/v1/jobs/{job['id']}/cancel")
        self.wait_until_empty()

    def count(self, status: str) -> int:
        return len(self.ask("GET", f"/v1/jobs?status={status}&limit=500")["items"])

    def wait_until_empty(self) -> None:
        while self.count("queued") or self.count("running"):
            time.sleep(0.1)

    def memory(self) -> float:
        """MiB that all processes hold, shared pages counted once (proportional set size)."""
        return sum(_proportional_size(pid) for pid in self._pids())

    def processor_seconds(self) -> float:
        """Processor time of all processes that are alive, and of children that they have waited for."""
        ticks = sum(sum(map(int, _stat(pid)[11:15])) for pid in self._pids())
        return ticks / os.sysconf("SC_CLK_TCK")

    def _pids(self) -> list[int]:
        parents = {int(path.name): int(_stat(int(path.name))[1]) for path in Path("/proc").glob("[0-9]*")}
        found = [self.process.pid]
        for pid in found:
            found.extend(child for child, parent in parents.items() if parent == pid)
        return found


@contextmanager
def _served() -> Iterator[Server]:
    port, temporal_port = _free_port(), _free_port()
    with tempfile.TemporaryDirectory(prefix="voyant-benchmark-") as home, tempfile.TemporaryFile() as output:
        command = [str(voyant_command()), "serve", "--port", str(port), "--temporal-port", str(temporal_port)]
        started = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, env={**os.environ, "VOYANT_HOME": home}, stdout=output, stderr=output
        )
        server = Server(process, f"http://127.0.0.1:{port}", 0)
        try:
            while not _is_ready(server):
                time.sleep(0.02)
            server.ready = time.perf_counter() - started
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _is_ready(server: Server) -> bool:
    try:
        return bool(server.ask("GET", "/ready")["ready"])
    except (urllib.error.URLError, ConnectionError):
        return False


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name, zeros where the process is no more."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _proportional_size(pid: int) -> float:
    try:
        lines = (Path("/proc") / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / KIBIBYTES_OF_A_MEBIBYTE


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
