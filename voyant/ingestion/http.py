"""The one factory of HTTP clients, and the addresses that they may connect to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from voyant import __version__
from voyant.errors import Code, UnexpectedReply
from voyant.ingestion.addresses import require_public, resolved

if TYPE_CHECKING:
    import ssl

_MAX_HEAD_BYTES = 256 * 1024  # the protocol's reader refuses longer headers
_SURPLUS_SECONDS = 0.1


def http_client(
    *,
    seconds: float,
    connect_seconds: float = 10,
    read_seconds: float = 30,
    private_addresses: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> httpx.Client:
    """A client that follows no redirect by itself and connects only where it may.

    Args:
        seconds: Until every exchange of this client must be over, however slowly its bytes drip.
        read_seconds: The longest wait for the next byte.
        private_addresses: Whether it may connect to addresses that are not public.
        transport: In place of the network.
    """
    return httpx.Client(
        transport=transport or GuardedTransport(deadline=time.monotonic() + seconds, private=private_addresses),
        timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
        headers={"User-Agent": f"voyant/{__version__}", "Connection": "close"},
        follow_redirects=False,
        # A proxy would connect in our place, where the address cannot be checked.
        trust_env=False,
    )


class GuardedTransport(httpx.BaseTransport):
    """Sends each request over a connection of its own, to an address that was checked.

    The name is resolved once, its addresses are checked, and the connection goes to the very address that passed: a
    name that answers differently the next time (DNS rebinding) gains nothing. Host header and TLS keep the name.
    """

    def __init__(self, *, deadline: float, private: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_keepalive_connections=0,
            network_backend=_GuardedBackend(deadline, private=private),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with _errors_of_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, request.url.host),
            extensions=response.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The bytes of an answer, and an error where more arrive than its Content-Length announces.

    The protocol's own reader stops at the announced length: what follows would be lost without a word.
    """

    def __init__(self, response: httpcore.Response, host: str) -> None:
        self._response = response
        self._host = host
        lengths = [value for name, value in response.headers if name.lower() == b"content-length"]
        self._announced = int(lengths[0]) if lengths else None
        self._connection: _GuardedStream = response.extensions["network_stream"]
        self._head_bytes = _head_bytes(self._connection.beginning)

    def __iter__(self) -> Iterator[bytes]:
        with _errors_of_httpx():
            yield from self._response.iter_stream()
        if self._announced is not None and self._sends_more_than(self._announced):
            raise UnexpectedReply(
                f"{self._host!r} sends more than the {self._announced:,} bytes it announces.",
                system=self._host,
                code=Code.WEB_SERVER,
            )

    def _sends_more_than(self, announced: int) -> bool:
        if self._connection.received > self._head_bytes + announced:
            return True
        try:
            return self._connection.read(1, _SURPLUS_SECONDS) != b""
        except (httpcore.TimeoutException, httpcore.NetworkError):
            return False

    def close(self) -> None:
        self._response.close()


def _head_bytes(received: bytes | bytearray) -> int:
    """The length of the headers that an answer begins with, those of interim answers (1xx) included."""
    start = 0
    while (end := received.find(b"\r\n\r\n", start)) >= 0:
        status = received[start:end].split(b" ", 2)[1]
        start = end + 4
        if not status.startswith(b"1"):
            return start
    return len(received)


@contextmanager
def _errors_of_httpx() -> Iterator[None]:
    """httpcore's errors as those of httpx, which have the same names."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as e:
        raise getattr(httpx, type(e).__name__)(str(e)) from e


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, deadline: float, *, private: bool) -> None:
        self._deadline = deadline
        self._private = private
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._addresses(host, port):
            try:
                stream = self._network.connect_tcp(
                    address, port, _remaining(self._deadline, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _GuardedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = resolved(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return addresses if self._private else require_public(host, addresses)


class _GuardedStream(httpcore.NetworkStream):
    """A connection that waits for no byte beyond the deadline, and counts what it received.

    A timeout for each read alone never ends a server that drips.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline
        self.received = 0
        self.beginning = bytearray()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, _remaining(self._deadline, timeout))
        self.received += len(data)
        if len(self.beginning) < _MAX_HEAD_BYTES:
            self.beginning += data
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(self._deadline, timeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, _remaining(self._deadline, timeout))
        return _GuardedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def close(self) -> None:
        self._stream.close()


def _remaining(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time limit is reached")
    return left if timeout is None else min(left, timeout)
