"""Lighter: one account of a wallet is read; its past fills are listed for signed requests only."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dashboard.domain.market import Instrument
from dashboard.domain.position import Position
from dashboard.domain.unread_part import UnreadPart
from dashboard.errors import DashboardError, ExchangeLacks
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import PositionFamily, PositionRows
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.normalize import Raw, number, positive

_LEVERAGE_STEP = Decimal("0.01")


class LighterAdapter(AccountAdapter):
    """Reads one account of a wallet: the one of the option `accountIndex`, else the first.

    Source: https://apidocs.lighter.xyz/reference/account-1
    """

    fill_streams = ({},)

    def __init__(self, exchange: Any) -> None:
        """Remembers whether an account is chosen, as ccxt keeps the first one in the same option."""
        super().__init__(exchange)
        self._is_chosen = exchange.options.get("accountIndex") is not None

    async def fetch_positions(self, including: Instrument | None = None) -> PositionRows:
        """Returns the rows of the account. Other accounts of the wallet with positions are unread."""
        read = await super().fetch_positions(including)
        if self._is_chosen:
            return read
        return replace(read, unread=(*read.unread, *await self._find_other_accounts()))

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of all markets. ccxt returns a response without accounts as an empty one."""
        rows = await self._fetch_accounts("index", await self._own_index())
        return [self.ccxt.parse_position(row) for _, held in rows for row in held]

    async def _own_index(self) -> int:
        index: int = (await self.ccxt.handle_account_index({}, "fetchPositions", "accountIndex", ""))[0]
        return index

    async def _fetch_accounts(self, by: str, value: Any) -> list[tuple[int, list[Raw]]]:
        """Returns number and positions of accounts, by number or by wallet address."""
        response = await self.ccxt.publicGetAccount({"by": by, "value": value})
        accounts = self.list_in(response, "accounts")
        return [(int(each["index"]), self.list_in(each, "positions")) for each in accounts]

    async def _find_other_accounts(self) -> list[UnreadPart]:
        with suppress(DashboardError), translate_errors(self.id):
            own = await self._own_index()
            accounts = await self._fetch_accounts("l1_address", self.ccxt.walletAddress)
            return [
                _unread(f"account {index}")
                for index, held in accounts
                if index != own and any(number(row.get("position")) for row in held)
            ]
        return [_unread("other accounts of the wallet")]

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: one request returns every market."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """False: there is one net position in each market."""
        return False

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position, with the leverage of its margin fraction, which ccxt rounds down."""
        percent = positive(normalize_account.info_of(row).get("initial_margin_fraction"))
        leverage = None if percent is None else (100 / percent).quantize(_LEVERAGE_STEP).normalize()
        return replace(super().position(row, instrument), leverage=leverage)

    async def fetch_trades(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Raises ExchangeLacks: a key that signs the request could also trade, so it is not used."""
        raise ExchangeLacks(
            f"{self.id}: past fills are listed for signed requests only, which are never sent: "
            "positions begin with the exchange's figures"
        )


def _unread(name: str) -> UnreadPart:
    reason = "only one account is read: choose another by options.accountIndex in --exchange-config"
    return UnreadPart(name, reason, frozenset())
