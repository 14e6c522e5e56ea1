"""JSON values one after the other from a text of any length, numbers kept as written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from voyant.errors import Code, InvalidInput

_CHUNK_CHARACTERS = 1 << 20


class Number(str):
    """A number as it is written: no digit is lost, however many there are."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, with a key that occurs again numbered: neither value is lost."""
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    fields = {}
    for key, value in pairs:
        name, number = key, 1
        while name in fields:
            number += 1
            name = f"{key} ({number})"
        fields[name] = value
    return fields


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=Number, strict=False
)


def decode(text: str) -> Any:
    """The value that the text is; ``ValueError`` where it is none."""
    try:
        return _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def encode(value: Any) -> str:
    """The value as compact JSON, its numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{encode(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(encode, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class JsonText:
    """A JSON text that is read from its start on, holding no more than one value at a time."""

    def __init__(self, file: IO[str], name: str, limit: int) -> None:
        self._file = file
        self._name = name
        self._limit = limit
        self._buffer = ""
        self._position = 0
        self._before = 0  # characters of the text that stand no more in the buffer
        self._ended = False

    @property
    def characters(self) -> int:
        """Read so far."""
        return self._before + self._position

    def peek(self) -> str:
        """The next character that is not blank, or nothing at the end."""
        while True:
            while self._position < len(self._buffer):
                character = self._buffer[self._position]
                if character not in " \t\r\n\ufeff":
                    return character
                self._position += 1
            if not self._fill():
                return ""

    def take(self, expected: str) -> bool:
        """Passes over the character where it is the next."""
        if self.peek() != expected:
            return False
        self._position += 1
        return True

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except json.JSONDecodeError as error:
                if not self._fill():
                    raise self.broken(error.msg, error.pos) from error
            except RecursionError as error:
                raise self.broken("nested too deeply", self._position) from error
            else:
                # A number at the end of the buffer may go on behind it.
                if end < len(self._buffer) or not self._fill():
                    self._position = end
                    return value

    def elements(self) -> Iterator[Any]:
        """The elements of the array that begins here."""
        self._pass("[")
        if self.take("]"):
            return
        while True:
            yield self.value()
            if self.take("]"):
                return
            self._pass(",")

    def fields(self) -> Iterator[str]:
        """The keys of the object that begins here; after each its value must be read."""
        self._pass("{")
        if self.take("}"):
            return
        while True:
            key = self.value()
            self._pass(":")
            yield key
            if self.take("}"):
                return
            self._pass(",")

    def _pass(self, expected: str) -> None:
        if not self.take(expected):
            found = self.peek()
            raise self.broken(f"{expected!r} expected, {found!r} found" if found else "cut off", self._position)

    def broken(self, reason: str, position: int) -> InvalidInput:
        if self._ended and position >= len(self._buffer) - 1:
            reason = "it is cut off"
        return InvalidInput(
            f"{self._name!r} is no whole JSON text: {reason} at character {self._before + position + 1:,}.",
            code=Code.UNREADABLE,
        )

    def _fill(self) -> bool:
        """Reads on, at least as much as is held already, so that a long value is tried few times."""
        if self._ended:
            return False
        held = len(self._buffer) - self._position
        if held > self._limit:
            raise InvalidInput(
                f"A value of {self._name!r} is longer than the limit max_record_bytes of {self._limit:,}.",
                code=Code.TOO_LARGE,
                remedy="Write it as several records, or raise VOYANT_MAX_RECORD_BYTES.",
            )
        chunk = self._file.read(max(_CHUNK_CHARACTERS, held))
        if not chunk:
            self._ended = True
            return False
        self._before += self._position
        self._buffer = self._buffer[self._position :] + chunk
        self._position = 0
        return True
