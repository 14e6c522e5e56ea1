"""The process that fits: one request is some series and how to forecast them, the answer is their outcomes.

It runs as a script, so that the libraries are loaded once, beside the reading of the source.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings

from voyant.analysis.forecast.fitting import fit
from voyant.analysis.processes import serve


def fit_all(request: bytes) -> bytes:
    """The outcome of each task."""
    tasks, plan = pickle.loads(request)  # noqa: S301 - of the process that started this one
    return pickle.dumps([fit(task, plan) for task in tasks])


if __name__ == "__main__":
    # Ctrl-C reaches the whole group of processes; the one that started this decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print
    serve({"fit": fit_all}, sys.stdin.buffer, answers)
