"""Calls ``voyant.analyze`` twice in one process and prints how long the second call took, in seconds."""

from __future__ import annotations

import sys
import time

import voyant


def main() -> None:
    voyant.analyze(sys.argv[1])
    started = time.perf_counter()
    voyant.analyze(sys.argv[1])
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
