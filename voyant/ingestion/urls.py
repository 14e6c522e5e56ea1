"""Sources at an HTTP address: brought to a file, whole or not at all, however the server behaves."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from voyant.domain.source import without_credentials
from voyant.errors import (
    Code,
    InvalidInput,
    NotFound,
    NotPermitted,
    Rejected,
    Unavailable,
    UnexpectedReply,
    VoyantError,
)
from voyant.ingestion.protocol import Limits, Progress, no_progress

if TYPE_CHECKING:
    import httpx

_ATTEMPTS = 4
_MAX_REDIRECTS = 10
_LONGEST_PAUSE_SECONDS = 60
_CHUNK_BYTES = 256 * 1024
# Answers that another try may better: too many requests, and a gateway or service that is down for the moment.
_PASSING = frozenset({429, 502, 503, 504})
# What may be around the file on its way. The bytes are kept as they come: the reader of files unwraps them, within
# its limits.
_CODINGS = frozenset({"", "identity", "gzip", "x-gzip", "zstd"})


class Download(Struct, frozen=True):
    """A file as the server sent it.

    Attributes:
        path: Stands in the folder given, under ``name``.
        name: What the server, else the address, calls the file.
    """

    path: Path
    name: str


def download(
    url: str,
    folder: Path,
    *,
    limits: Limits,
    progress: Progress = no_progress,
    transport: httpx.BaseTransport | None = None,
) -> Download:
    """The file behind an ``http`` or ``https`` address, in ``folder``.

    Tried again, with growing pauses, where that can help: no connection, a broken transfer, a status that passes.

    Args:
        transport: In place of the network.

    Raises:
        NotPermitted: The address, or one that it redirects to, is not public, or the server refuses.
        NotFound: The server knows no such file.
        InvalidInput: It is no address, or the file is larger than ``limits`` allow.
        Unavailable: No answer, none in time, or only broken ones.
        Rejected: The server cannot be trusted.
        UnexpectedReply: The answer is not what its headers say.
    """
    import stamina

    from voyant.ingestion.http import http_client

    # Its own hook would write to standard output, where results go.
    stamina.instrumentation.set_on_retry_hooks(())
    with http_client(
        seconds=limits.download_seconds, private_addresses=limits.private_addresses, transport=transport
    ) as client:
        failure: Unavailable | None = None
        for attempt in stamina.retry_context(
            on=_pause_before_retry, attempts=_ATTEMPTS, timeout=limits.download_seconds, wait_initial=0.5, wait_max=10
        ):
            with attempt:
                try:
                    with _errors_about(url, limits):
                        return _fetch(client, url, folder, limits, progress)
                except Unavailable as error:
                    # That the time ran out while trying again says less than why it had to be tried again.
                    failure = failure if failure and error.code is Code.TIMEOUT else error
                    raise failure from error
    raise AssertionError("a retry ends with a result or an error")


def _pause_before_retry(error: Exception) -> bool | float:
    if not isinstance(error, Unavailable) or error.code is Code.TIMEOUT:
        return False
    pause = error.data.get("retry_after")
    return True if pause is None else pause <= _LONGEST_PAUSE_SECONDS and float(pause)


def _fetch(client: httpx.Client, url: str, folder: Path, limits: Limits, progress: Progress) -> Download:
    import httpx

    request: httpx.Request | None = client.build_request("GET", url, headers={"Accept-Encoding": "gzip"})
    for _ in range(_MAX_REDIRECTS + 1):
        if request is None:
            break
        response = client.send(request, stream=True)
        try:
            request = response.next_request
            if request is None:
                _check(response, url)
                path = folder / _file_name(response, url)
                _save(response, path, url, limits, progress)
                return Download(path, path.name)
        finally:
            response.close()
    raise UnexpectedReply(
        f"{without_credentials(url)} redirects more than {_MAX_REDIRECTS} times.",
        system=httpx.URL(url).host,
        code=Code.WEB_SERVER,
    )


def _check(response: httpx.Response, url: str) -> None:
    status = f"{response.status_code} {response.reason_phrase}".strip()
    message = f"{without_credentials(url)} answers {status}."
    host = response.url.host
    if response.status_code in {404, 410}:
        raise NotFound(message, remedy="Check the address.")
    if response.status_code in _PASSING:
        raise Unavailable(message, system=host, data={"status": response.status_code, "retry_after": _pause(response)})
    if 400 <= response.status_code < 500:
        remedy = "Check the address, and whether it asks for credentials or a sign-in."
        raise NotPermitted(message, code=Code.SOURCE_REFUSES, remedy=remedy, data={"status": response.status_code})
    if response.status_code != 200:
        raise UnexpectedReply(message, system=host, code=Code.WEB_SERVER, data={"status": response.status_code})
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding not in _CODINGS:
        raise UnexpectedReply(
            f"{without_credentials(url)} answers in the encoding {coding!r}, which was not asked for.",
            system=host,
            code=Code.WEB_SERVER,
        )


def _pause(response: httpx.Response) -> float | None:
    """What Retry-After asks for, in seconds from the server's own date on."""
    given = response.headers.get("Retry-After", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        then, now = parsedate_to_datetime(given), parsedate_to_datetime(response.headers.get("Date", ""))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _save(response: httpx.Response, path: Path, url: str, limits: Limits, progress: Progress) -> None:
    announced = int(response.headers.get("Content-Length", 0))
    received = 0
    _check_size(announced, url, limits)
    with path.open("wb") as file:
        for chunk in response.iter_raw(_CHUNK_BYTES):
            received += len(chunk)
            _check_size(received, url, limits)
            file.write(chunk)
            progress(received / announced if announced else 0.0)


def _check_size(size: int, url: str, limits: Limits) -> None:
    if size > limits.max_expanded_bytes:
        raise InvalidInput(
            f"{without_credentials(url)} is larger than the {limits.max_expanded_bytes:,} bytes allowed.",
            code=Code.TOO_LARGE,
            remedy="Fetch a part of it, or raise VOYANT_MAX_SOURCE_BYTES.",
        )


def _file_name(response: httpx.Response, url: str) -> str:
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    asked, answered = (PurePosixPath(unquote(urlsplit(place).path)).name for place in (url, str(response.url)))
    # The address that was asked for names the data better than where a storage service keeps it.
    candidates = [header.get_filename() or "", asked if "." in asked else "", answered, asked]
    names = (re.sub(r"[^\w.()+ -]+", "_", candidate.replace("\\", "/").rpartition("/")[2]) for candidate in candidates)
    return next((short for name in names if (short := name.strip(". ")[-100:].strip(". "))), "data")


@contextmanager
def _errors_about(url: str, limits: Limits) -> Iterator[None]:
    """Every error of the network as one of ours, with nothing secret of the address in it."""
    import httpx

    shown = without_credentials(url)
    host = shown.partition("://")[2].partition("/")[0]
    try:
        yield
    except httpx.ConnectTimeout as error:
        raise Unavailable(f"{shown} cannot be reached: no connection in time.", system=host) from error
    except httpx.TimeoutException as error:
        raise Unavailable(
            f"{shown} stopped sending, or sends too slowly to be done within {limits.download_seconds:g} seconds.",
            system=host,
            code=Code.TIMEOUT,
            remedy="Try again later, or raise VOYANT_URL_TIMEOUT_SECONDS.",
        ) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError) as error:
        raise InvalidInput(f"{shown} is not an address that can be fetched.", code=Code.UNSUPPORTED) from error
    except httpx.ConnectError as error:
        raise _no_connection(shown, host, error) from error
    except httpx.TransportError as error:
        raise Unavailable(f"{shown} breaks off its answer: {error}.", system=host) from error


def _no_connection(shown: str, host: str, error: httpx.ConnectError) -> VoyantError:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Rejected(f"{shown} cannot be trusted: {cause.reason or cause}.", system=host)
        cause = cause.__cause__ or cause.__context__
    return Unavailable(f"{shown} cannot be reached: {error}.", system=host)
