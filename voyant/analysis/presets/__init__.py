"""Presets: read, fitted to a table, and told apart by how well they fit."""

from pathlib import Path

from voyant.analysis.presets.definition import NotAPreset, preset_from, refuse_bad_sql
from voyant.analysis.presets.fitting import fitting
from voyant.analysis.presets.planning import plan

BUILT_IN = Path(__file__).parent / "builtin"
"""The folder of those that come with Voyant, each a file of YAML."""

__all__ = ["BUILT_IN", "NotAPreset", "fitting", "plan", "preset_from", "refuse_bad_sql"]
