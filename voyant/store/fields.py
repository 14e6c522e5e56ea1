"""Fields that hold and order the same on every database: PostgreSQL has rules of its own for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# PostgreSQL refuses NUL in any text, and what is half a character (which a file name or an error may hold) has no
# form in UTF-8. U+FFFD stands in place of what is no character. What is looked up passes here too: it is not found.
_NO_CHARACTER = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")


def storable(value: Any) -> Any:
    """The value, text in it without what no database has to take.

    >>> storable({"a\\0": ["b\\0", 1]})
    {'a�': ['b�', 1]}
    """
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else value.translate(_NO_CHARACTER)
    if isinstance(value, dict):
        return {storable(key): storable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [storable(entry) for entry in value]
    return value


if TYPE_CHECKING:
    _Field = models.Field[str, str]
    _CharField = models.CharField[str, str]
    _TextField = models.TextField[str, str]
else:
    _Field, _CharField, _TextField = object, models.CharField, models.TextField


class _ByBytes(_Field):
    """Ordered by the bytes of UTF-8, whatever the language of the database: a cursor means the same everywhere."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}

    def get_prep_value(self, value: Any) -> Any:
        return storable(super().get_prep_value(value))


class Name(_ByBytes, _CharField):
    """A text of bounded length."""


class Text(_ByBytes, _TextField):
    """A text."""


class Json(models.JSONField):
    """Plain data."""

    def get_prep_value(self, value: Any) -> Any:
        return storable(super().get_prep_value(value))
