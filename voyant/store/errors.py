"""What our own database does to us, told as our errors."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db.utils import DatabaseErrorWrapper, OperationalError

from voyant.errors import Code, Unavailable, as_disk_full


class DatabaseAway(Unavailable, OperationalError):
    """The database does not answer, or not in time: a retry may help. To Django it is an error as it knows them."""

    default_code = Code.DATABASE

    def __init__(self, told: str) -> None:
        super().__init__(f"The database does not answer: {told}", system="database")


class OurErrors(DatabaseErrorWrapper):
    """Around all that a backend does: what may pass becomes ``DatabaseAway``, the rest what Django makes of it.

    Args:
        passes: Whether the driver's error is of that kind.
    """

    def __init__(self, wrapper: Any, passes: Callable[[BaseException], bool]) -> None:
        super().__init__(wrapper)
        self._wrapper = wrapper
        self._passes = passes

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A full disk is for an operator to mend, and told by whoever meets it.
        if isinstance(error, Exception) and self._passes(error) and as_disk_full(error) is None:
            self._wrapper.errors_occurred = True
            raise DatabaseAway(str(error).partition("\n")[0]) from error
        super().__exit__(kind, error, traceback)
