"""Detectors: each looks for one kind of finding in a frame and returns every comparison it made."""

from voyant.analysis.insights.detectors import (
    associations,
    backlog,
    concentration,
    departures,
    differences,
    distributions,
    interactions,
    missing,
    outliers,
    repetitions,
    seasons,
    shares,
    terms,
    trends,
    volume,
    windows,
)

DETECTORS = (
    trends.look,
    departures.look,
    windows.look,
    seasons.look,
    backlog.look,
    volume.look,
    distributions.look,
    concentration.look,
    repetitions.look,
    differences.look,
    interactions.look,
    shares.look,
    associations.look,
    outliers.look,
    terms.look,
    missing.look,
)
