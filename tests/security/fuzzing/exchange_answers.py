"""Parsers of answers: each account of the table, with values replaced, read through ccxt's real clients."""

import asyncio
import json
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hypothesis import strategies as st

from dashboard.clock import wall_ms
from dashboard.errors import DashboardError
from dashboard.exchange.account_client import AccountClient
from dashboard.exchange.account_uid import fetch_account_uid
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.exchange_client import ExchangeClient
from tests.exchange.accounts.account_case import Answer, ExchangeAccounts
from tests.exchange.accounts.account_reading import KEYS
from tests.exchange.accounts.account_table import all_accounts
from tests.exchange.accounts.uid_answers import UID_ANSWERS
from tests.exchange.stub_session import StubSession, _parameters, _Response
from tests.security.fuzzing.parser import Parser
from tests.security.fuzzing.values import Mutations, mutated, mutations

_DAY_MS = 24 * 3_600_000
_PARTS = ("positions", "fills", "funding", "closed", "tiers", "candles", "ticker", "id", "markets")


class _Session(StubSession):
    """Sends the answers of an account with values replaced."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        super().__init__()
        self._answers = tuple(answers)
        self.replacements: Mutations = []

    def _respond(self, method: str, url: Any, options: Any) -> _Response:
        address = urlsplit(str(url))
        query = {**dict(parse_qsl(address.query)), **_parameters(address.query, options.get("data"))}
        found = next((each for each in self._answers if each.fits(method, address.path, query)), None)
        if found is None:
            return _Response({}, 404, {})
        body = found.body(query) if callable(found.body) else found.body
        return _Response(mutated(json.loads(json.dumps(body)), self.replacements), 200, {})


class _Account:
    """The clients of one account, which are made once."""

    def __init__(self, accounts: ExchangeAccounts) -> None:
        self._accounts = accounts
        self._loop = asyncio.new_event_loop()
        answers = [answer for case in accounts.cases for answer in case.answers]
        uid = [UID_ANSWERS[accounts.exchange][1]] if accounts.exchange in UID_ANSWERS else []
        self._session = _Session((*answers, *accounts.answers, *uid))
        self._loop.run_until_complete(self._open())

    async def _open(self) -> None:
        quick = {"enableRateLimit": False, "timeout_on_exit": 0, "session": self._session}
        credentials = Credentials(self._accounts.exchange, config={**KEYS, **self._accounts.config, **quick})
        self._markets = ExchangeClient(credentials)
        self._client = AccountClient(credentials, self._markets)
        self._main = await self._markets.resolve_instrument(self._accounts.symbol)

    def read(self, given: tuple[str, Mutations]) -> Any:
        """Reads one part of the account, with these values replaced."""
        part, self._session.replacements = given
        try:
            return self._loop.run_until_complete(self._read(part))
        finally:
            self._session.replacements = []

    async def _read(self, part: str) -> Any:
        until = wall_ms()
        since = until - _DAY_MS
        match part:
            case "positions":
                return (await self._client.fetch_positions(self._main)).positions
            case "fills":
                return await self._client.fetch_fills(self._main, since, until)
            case "funding":
                return await self._client.fetch_funding(self._main, since, until)
            case "closed":
                return await self._client.fetch_closed_positions(since)
            case "tiers":
                return await self._markets.fetch_margin_tiers(self._main)
            case "candles":
                return await self._markets.fetch_candles(self._main, "5m")
            case "ticker":
                return await self._markets.fetch_ticker(self._main)
            case "id":
                return await fetch_account_uid(self._client._ccxt)
            case _:
                fresh = ExchangeClient(
                    Credentials(self._accounts.exchange, config={"session": self._session})
                )
                try:
                    return await fresh.resolve_instrument(self._accounts.symbol)
                finally:
                    await fresh.close()


@cache
def _account(accounts: int) -> _Account:
    return _Account(all_accounts()[accounts])


def _parser(number: int, accounts: ExchangeAccounts) -> Parser:
    parts = st.sampled_from(_PARTS[:4]) | st.sampled_from(_PARTS)
    return Parser(
        f"answers of {accounts.exchange}",
        st.tuples(parts, mutations),
        lambda given: _account(number).read(given),
        (DashboardError,),
        cost=20,
    )


PARSERS = tuple(_parser(number, accounts) for number, accounts in enumerate(all_accounts()))
