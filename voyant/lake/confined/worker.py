"""The process that runs callers' SQL: one request after the other, each in an engine of its own.

The engine's own limits leave gaps: what a function builds from one row is not counted before it is there, and some
functions cannot be interrupted. Here the operating system ends whatever holds more memory or takes longer than it may.
The process reads no environment and ends when its input does.
"""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from voyant.errors import InternalError, VoyantError
from voyant.lake.confined.execution import execute
from voyant.lake.confined.request import Request, encode_answer, encode_error

READY = b"ready\n"
ENGINE_SHARE = 3
"""The engine spills beyond this part of the memory; it maps about twice what it counts, and builds rows beside that."""
DEEPEST = 10_000
"""Python's calls within one another: the engine's tree of a statement is deeper than the statement."""


def main(scratch: Path, memory_bytes: int) -> None:
    """Answers requests until there are no more."""
    import pyarrow  # noqa: F401 - loaded before memory is limited and anyone waits

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    sys.setrecursionlimit(DEEPEST)
    _limit(memory_bytes)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    answers.write(READY)
    answers.flush()
    while line := requests.readline():
        _answer(Request.decode(line), answers, scratch, memory_bytes)


def _answer(request: Request, answers: BinaryIO, scratch: Path, memory_bytes: int) -> None:
    signal.setitimer(signal.ITIMER_REAL, request.seconds)
    try:
        answer = encode_answer(execute(request, scratch=scratch, memory_limit=f"{memory_bytes // ENGINE_SHARE}B"))
    except VoyantError as error:
        answer = encode_error(error)
    except MemoryError:
        raise  # nothing is sure any more: the process ends, which says what happened
    except Exception as error:  # noqa: BLE001 - the one who asked must hear of it
        answer = encode_error(InternalError(f"{type(error).__name__}: {error}"))
    signal.setitimer(signal.ITIMER_REAL, 0)
    answers.write(answer)
    answers.flush()


def _limit(memory_bytes: int) -> None:
    """Lets the process hold so much more than now, write no core, and die at its alarm without a word."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit counts something else, or nothing: the engine's own remains
        limit = _held() + memory_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _held() -> int:
    """Bytes of data that the process has mapped."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmData:")[2].split()[0]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
