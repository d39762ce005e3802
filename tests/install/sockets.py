"""Websockets through nginx, as the page and programs open them. usage: sockets.py COUNT PATH [COOKIES] [KEY]

Says how many of COUNT sockets got their first message, and after how long the slowest had it.
"""

import asyncio
import ssl
import sys
import time
from http.cookiejar import MozillaCookieJar
from pathlib import Path

import websockets

NAME = "trade.example.org"


def headers(jar: str, key: str) -> dict[str, str]:
    given = {"X-API-Key": key} if key else {}
    if jar:
        text = Path(jar).read_text().replace("#HttpOnly_", "")
        clean = Path(jar + ".plain")
        clean.write_text(text)
        cookies = MozillaCookieJar(str(clean))
        cookies.load(ignore_discard=True)
        given["Cookie"] = "; ".join(f"{one.name}={one.value}" for one in cookies)
    return given


async def first_message(path: str, given: dict[str, str], trust: ssl.SSLContext) -> str:
    async with websockets.connect(
        f"wss://{NAME}{path}",
        host="127.0.0.1",
        port=443,
        ssl=trust,
        server_hostname=NAME,
        origin=None if "X-API-Key" in given else f"https://{NAME}",
        additional_headers=given,
        proxy=None,
        open_timeout=30,
    ) as socket:
        message = await asyncio.wait_for(socket.recv(), 20)
        arrived.append(time.monotonic())
        while len(arrived) < count:  # all of them are open at once
            await asyncio.wait_for(socket.recv(), 20)
        return str(message)


async def main(path: str, given: dict[str, str], trust: ssl.SSLContext) -> None:
    began = time.monotonic()
    messages = await asyncio.gather(*(first_message(path, given, trust) for _ in range(count)))
    print(messages[0][:300])
    print(f"{len(messages)} sockets, the slowest had its first message after {max(arrived) - began:.2f} s")


arrived: list[float] = []
count, path, jar, key, trusted = int(sys.argv[1]), *(sys.argv[2:] + [""] * 3)[:3], sys.argv[-1]
asyncio.run(main(path, headers(jar, key), ssl.create_default_context(cafile=trusted)))
