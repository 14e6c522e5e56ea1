"""What a table holds: each column described, keys, duplicates, associations, what is missing together."""

from voyant.analysis.profile.table import profile

__all__ = ["profile"]
