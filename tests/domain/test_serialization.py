"""Artifacts as bytes and back, from several threads at once."""

from __future__ import annotations

import subprocess
import sys

THREADS_THAT_MEET_A_TYPE_AT_ONCE = """
import sys, threading
from msgspec import defstruct
from voyant.domain.serialization import from_json

sys.setswitchinterval(1e-6)
for number in range(40):
    inner = defstruct(f"Inner{number}", [(f"b{place}", str | None, None) for place in range(40)])
    fields = [("inner", inner), *((f"a{place}", int | None, None) for place in range(60))]
    outer = defstruct(f"Outer{number}", fields)
    gate = threading.Barrier(6)

    def read():
        gate.wait()
        assert from_json(b'{"inner": {"b3": "x"}, "a7": 5}', outer).inner.b3 == "x"

    threads = [threading.Thread(target=read) for _ in range(6)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


def test_threads_may_meet_a_type_at_once() -> None:
    """Without care the process dies of it, so it has one of its own."""
    done = subprocess.run(
        [sys.executable, "-c", THREADS_THAT_MEET_A_TYPE_AT_ONCE],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
