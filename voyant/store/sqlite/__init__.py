"""SQLite as Django reaches it, with errors that are ours."""
