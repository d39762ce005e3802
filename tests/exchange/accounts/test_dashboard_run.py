"""`dashboard-run` on each exchange, with nothing but its URLs changed, up to the API."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.exchange.accounts.account_case import ExchangeAccounts
from tests.exchange.accounts.account_reading import KEYS
from tests.exchange.accounts.account_table import all_accounts
from tests.exchange.accounts.stub_exchange import StubExchange
from tests.exchange.accounts.uid_answers import uid_answers
from tests.waiting import TIMEOUT_S

pytestmark = pytest.mark.longest


@pytest.mark.parametrize("accounts", all_accounts(), ids=lambda accounts: accounts.exchange)
async def test_positions_are_served_at_live_prices(accounts: ExchangeAccounts, tmp_path: Path) -> None:
    case = accounts.case(accounts.program)
    expected = {
        (each.symbol, each.side): (each.quantity, each.entry_price, each.mark) for each in case.positions
    }
    async with StubExchange(case.answers + accounts.answers + uid_answers(accounts.exchange)) as stub:
        file = tmp_path / "exchange.json"
        file.write_text(json.dumps({**KEYS, **accounts.config, **stub.ccxt_config(accounts.exchange)}))
        flags = [
            f"--exchange={accounts.exchange}",
            f"--exchange-config={file}",
            f"--symbol={accounts.symbol}",
        ]
        shown = await _shown_by_dashboard(*flags, f"--log-dir={tmp_path / 'trail'}", expected=expected)
        assert (shown, stub.unanswered) == (expected, [])


async def _shown_by_dashboard(*flags: str, expected: dict[Any, Any]) -> dict[Any, Any]:
    """Returns size, entry and price of each position, once they are as expected or time is over."""
    command = [sys.executable, "-m", "dashboard.cli", "--port=0", "--no-browser", "--no-websocket", *flags]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    shown: dict[Any, Any] = {}
    try:
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        url = next(word for word in line.split() if word.startswith("http"))
        async with asyncio.timeout(TIMEOUT_S), httpx.AsyncClient() as client:
            while shown != expected:
                answer = (await client.get(f"{url}/api/v1/positions")).json()
                shown = {
                    (each["symbol"], each["side"]): (
                        each["quantity"], each["entry_price"], each["current_price"],
                    )
                    for each in answer["positions"].values()
                }  # fmt: skip
                await asyncio.sleep(0.05)
    except TimeoutError:
        pass  # the caller compares
    finally:
        process.kill()
        await process.communicate()
    return shown
