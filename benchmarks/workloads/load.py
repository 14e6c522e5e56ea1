"""Asks a server over many connections at once and prints, in seconds, when each answer had come.

    load.py URL METHOD CLIENTS REQUESTS PAUSE [BODY]

prints one line of JSON: ``{"seconds": [each …], "statuses": {"202": 50}, "whole": s}``. It speaks HTTP/1.1 by hand, so
that the client costs less than the server that is measured. Each client rests for PAUSE seconds between its requests;
the first ones are spread over as long.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from urllib.parse import urlsplit


def main() -> None:
    url, method, clients, requests, pause, *body = sys.argv[1:]
    content = (body or [""])[0].encode()
    print(json.dumps(asyncio.run(_load(url, method, int(clients), int(requests), float(pause), content))))


async def _load(url: str, method: str, clients: int, requests: int, pause: float, body: bytes) -> dict[str, object]:
    parts = urlsplit(url)
    head = f"{method} {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n"
    request = f"{head}Content-Type: application/json\r\n\r\n".encode() + body
    seconds: list[float] = []
    statuses: Counter[str] = Counter()
    left = iter(range(requests))

    async def client(number: int) -> None:
        await asyncio.sleep(pause * number / clients)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for _ in left:
            started = time.perf_counter()
            writer.write(request)
            statuses[await _answer(reader)] += 1
            seconds.append(time.perf_counter() - started)
            await asyncio.sleep(pause)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*map(client, range(clients)))
    return {"seconds": seconds, "statuses": statuses, "whole": time.perf_counter() - began}


async def _answer(reader: asyncio.StreamReader) -> str:
    """Reads one answer; gives its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    lengths = [line.split(":")[1] for line in head if line.lower().startswith("content-length:")]
    await reader.readexactly(int(lengths[0]))
    return head[0].split(" ")[1]


if __name__ == "__main__":
    main()
