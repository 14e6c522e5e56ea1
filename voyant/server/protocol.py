"""HTTP on the wire: what cannot be read as a request is refused with a code and a remedy, as everything else is."""

from __future__ import annotations

import sys
from http import HTTPStatus

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from voyant.api.errors import problem_of
from voyant.domain.ids import new_id
from voyant.errors import Code, InvalidInput, VoyantError
from voyant.observability.metrics import count_request

MAX_HEAD_BYTES = 65_536
"""The request's first line and its headers; the parser itself would take any number."""

METHODS = "DELETE, GET, HEAD, POST"
"""Those that any address answers; which one was meant is not read where the method is none."""


class Protocol(HttpToolsProtocol):
    """A connection of uvicorn, which itself answers what it cannot parse in plain text."""

    _head_bytes = 0
    _is_in_body = False

    def data_received(self, data: bytes) -> None:
        if not self._is_in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_body and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(
                InvalidInput(
                    f"The first line and the headers of the request are longer than {MAX_HEAD_BYTES:,} bytes.",
                    code=Code.TOO_LARGE,
                    remedy="Send what is long in the body.",
                    data={"limit": MAX_HEAD_BYTES},
                )
            )

    def on_headers_complete(self) -> None:
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_body, self._head_bytes = False, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if isinstance(sys.exception(), HttpParserInvalidMethodError):
            error = InvalidInput("The request's method is none that HTTP has.", code=Code.METHOD_NOT_ALLOWED)
            self._refuse(error, {"Allow": METHODS})
        else:
            self._refuse(InvalidInput("What was received is no HTTP/1.1 request.", code=Code.MALFORMED_HTTP))

    def _refuse(self, error: VoyantError, told: dict[str, str] | None = None) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self.shutdown()  # the request before it gets its answer whole
            return
        request_id = new_id("req")
        status, headers, body = problem_of(error, request_id)
        headers |= (told or {}) | {"X-Request-ID": request_id, "Content-Length": str(len(body)), "Connection": "close"}
        head = [
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.transport.write("\r\n".join([*head, "", ""]).encode() + body)
        self.transport.close()
        count_request("", "", status, 0)  # neither method nor address was read
