"""The stub of an exchange as a server: it leaves no connection behind."""

import asyncio
import gc
import socket
from urllib.parse import urlsplit

from tests.exchange.accounts.stub_exchange import StubExchange
from tests.waiting import TIMEOUT_S


async def test_connection_accepted_while_the_stub_ends_is_closed() -> None:
    stub = await StubExchange([]).__aenter__()
    address = urlsplit(stub.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        await asyncio.sleep(0)  # the next iteration of the loop accepts the connection and ends the stub
        await asyncio.create_task(stub.__aexit__())
        client.setblocking(False)
        async with asyncio.timeout(TIMEOUT_S):
            assert await asyncio.get_running_loop().sock_recv(client, 1) == b""
    gc.collect()  # reports a transport that was not closed, which fails this test
