"""Regression: a million rows within a minute, and out-of-sample scores against scikit-learn's own models."""

from __future__ import annotations

import json
from collections.abc import Iterator

from benchmarks.data_sets import million_orders
from benchmarks.measuring import Figure, empty_home, run, voyant_command, workload


def regression() -> Iterator[Figure]:
    """The whole job on a million rows; then the same splits given to plain models of scikit-learn."""
    path = million_orders()
    with empty_home() as home:
        job = run([voyant_command(), "regression", path, "--target", "hours", "--json"], home)
    yield Figure(
        what="voyant regression, a million rows of 12 columns, time",
        measured=f"{job.seconds:.1f} s",
        value=job.seconds,
        bar=60,
    )
    yield Figure(
        what="voyant regression, a million rows of 12 columns, peak memory",
        measured=f"{job.peak:.0f} MiB",
        value=job.peak,
        bar=2500,
    )
    with empty_home() as home:
        scores = json.loads(run(workload("regression_scores", path), home).output.splitlines()[-1])
    for name, found in scores.items():
        best = max(found["plain boosting"], found["plain linear"])
        yield Figure(
            what=f"regression, share explained out of sample, {name}, below the better plain model",
            measured=(
                f"{found['voyant']:.3f} ({found['chosen']}) against {found['plain boosting']:.3f} "
                f"(HistGradientBoosting) and {found['plain linear']:.3f} (linear)"
            ),
            value=best - found["voyant"],
            bar=0.01,
        )
