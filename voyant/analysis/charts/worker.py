"""The process that draws: it holds the JavaScript engine, and answers one request after the other.

It runs as a script of its own, importing nothing of Voyant, so that it is ready at once. A request is a line
``operation length`` and so many bytes, an answer a line ``ok length`` or ``error length`` and so many bytes. It ends
when its input does, so it never outlives the process that started it.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from typing import BinaryIO

import vl_convert

VEGA_LITE = "6.4"
SCALE = 1.5
"""Pixels of a PNG per unit: sharp in a document; the time to make one grows with its area."""


def compile_spec(spec: bytes) -> bytes:
    """The Vega specification of a Vega-Lite one."""
    return json.dumps(vl_convert.vegalite_to_vega(spec.decode(), vl_version=VEGA_LITE)).encode()


def draw(spec: bytes) -> bytes:
    """The SVG of a Vega specification."""
    return vl_convert.vega_to_svg(spec.decode()).encode()


def rasterize(svg: bytes) -> bytes:
    """The PNG of an SVG."""
    return bytes(vl_convert.svg_to_png(svg.decode(), scale=SCALE))


OPERATIONS: dict[str, Callable[[bytes], bytes]] = {"compile": compile_spec, "draw": draw, "rasterize": rasterize}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until there are no more requests."""
    while header := requests.readline():
        operation, length = header.split()
        payload = requests.read(int(length))
        try:
            state, answer = "ok", OPERATIONS[operation.decode()](payload)
        except ValueError as error:  # what the renderer raises for a specification that it can't draw
            state, answer = "error", str(error).encode()
        answers.write(f"{state} {len(answer)}\n".encode() + answer)
        answers.flush()


if __name__ == "__main__":
    # Ctrl-C reaches the whole group of processes; the one that started this decides what to do about it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer)
