"""Face: the ``voyant`` command. Results go to standard output, progress and errors to standard error."""

from voyant.cli.main import main

__all__ = ["main"]
