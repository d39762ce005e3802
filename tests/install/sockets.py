"""Opens websockets through nginx. usage: sockets.py COUNT PATH [COOKIES] [KEY] CERTIFICATE

Prints how many of COUNT sockets received a first message, and how long the slowest took.
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
    result = {"X-API-Key": key} if key else {}
    if jar:
        text = Path(jar).read_text().replace("#HttpOnly_", "")
        clean = Path(jar + ".plain")
        clean.write_text(text)
        cookies = MozillaCookieJar(str(clean))
        cookies.load(ignore_discard=True)
        result["Cookie"] = "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)
    return result


async def first_message(path: str, request_headers: dict[str, str], trust: ssl.SSLContext) -> str:
    async with websockets.connect(
        f"wss://{NAME}{path}",
        host="127.0.0.1",
        port=443,
        ssl=trust,
        server_hostname=NAME,
        origin=None if "X-API-Key" in request_headers else f"https://{NAME}",
        additional_headers=request_headers,
        proxy=None,
        open_timeout=30,
    ) as socket:
        message = await asyncio.wait_for(socket.recv(), 20)
        arrived.append(time.monotonic())
        while len(arrived) < count:  # keep all of them open at once
            await asyncio.wait_for(socket.recv(), 20)
        return str(message)


async def main(path: str, request_headers: dict[str, str], trust: ssl.SSLContext) -> None:
    began = time.monotonic()
    messages = await asyncio.gather(*(first_message(path, request_headers, trust) for _ in range(count)))
    print(messages[0][:300])
    print(f"{len(messages)} sockets, slowest first message after {max(arrived) - began:.2f} s")


arrived: list[float] = []
count, path, jar, key, trusted = int(sys.argv[1]), *(sys.argv[2:] + [""] * 3)[:3], sys.argv[-1]
asyncio.run(main(path, headers(jar, key), ssl.create_default_context(cafile=trusted)))
