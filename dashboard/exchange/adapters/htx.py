"""HTX: USDT contracts by one API, coin-margined ones by two others that always have a long and a short."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ccxt.base.errors import ExchangeError

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position, Side
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.adapters.families import Params, PositionFamily
from dashboard.exchange.normalize import Raw, number, positive
from dashboard.exchange.pagination import PAGE_SIZE, Span, fetch_all_rows

_SIDES: Mapping[tuple[str, str], Side] = {
    ("buy", "open"): Side.LONG,
    ("sell", "close"): Side.LONG,
    ("sell", "open"): Side.SHORT,
    ("buy", "close"): Side.SHORT,
}
_SWAPS, _FUTURES = {"subType": "inverse", "type": "swap"}, {"subType": "inverse", "type": "future"}
_REQUESTS: Mapping[str, str] = {
    "USDT contracts": "contractPrivateGetV5TradePositionOpens",
    "coin-margined swaps": "contractPrivatePostSwapApiV1SwapPositionInfo",
    "coin-margined futures": "contractPrivatePostApiV1ContractPositionInfo",
}
"""ccxt's requests for the positions of each family."""
_SUCCESS = "200"
_MAX_MATCHES = 10_000


class HtxAdapter(AccountAdapter):
    """Reads an HTX account.

    Source: https://www.htx.com/en-us/opend/newApiPages/?id=8cb89359-77b5-11ed-9966-19594266bd8 and
    https://huobiapi.github.io/docs/coin_margined_swap/v1/en/
    """

    position_families = (
        PositionFamily("USDT contracts", covers=lambda market: bool(market["linear"])),
        PositionFamily(
            "coin-margined swaps", covers=lambda market: bool(market["inverse"] and market["swap"])
        ),
        PositionFamily(
            "coin-margined futures", covers=lambda market: bool(market["inverse"] and market["future"])
        ),
    )
    fill_streams = ({"type": "swap"}, _SWAPS, _FUTURES)

    def __init__(self, exchange: Any) -> None:
        """Makes ccxt keep the ids of executions, which may share a trade id, and raise each failure."""
        super().__init__(exchange)
        exchange.handle_errors = _with_every_failure(exchange.handle_errors)
        self._matches: OrderedDict[tuple[object, ...], list[str]] = OrderedDict()
        for parser in ("parse_trade", "parse_ws_trade"):
            setattr(exchange, parser, _with_execution_id(getattr(exchange, parser)))

    async def fetch_family(self, family: PositionFamily) -> Sequence[Raw]:
        """Returns the rows of one family. ccxt returns a response without a list as an empty one."""
        request = getattr(self.ccxt, _REQUESTS[family.name])
        return [self.ccxt.parse_position(row) for row in self.list_in(await request(), "data")]

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the three families have every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """False for a USDT contract's side `both`. Coin-margined contracts have no one-way mode."""
        info = normalize_account.info_of(row)
        return info.get("position_side") != "both" if info.get("position_side") else "cost_open" in info

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position.

        PnL from the entry is `profit_unreal` of a USDT contract, but `profit` of a coin-margined one, whose
        `profit_unreal` counts from the last settlement. ccxt's notional is its own.
        """
        read, info = super().position(row, instrument), normalize_account.info_of(row)
        opened_at = positive(info.get("created_time"))
        reported = replace(
            read.reported or ReportedFigures(),
            notional=None,
            unrealized_pnl=number(info.get("profit", info.get("profit_unreal"))),
        )
        return replace(read, opened_at=None if opened_at is None else int(opened_at), reported=reported)

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill."""
        if instrument.payoff is Payoff.LINEAR:
            return self._linear_fill(row, instrument)
        info = normalize_account.info_of(row)
        read = normalize_account.fill(row, instrument)
        side = _SIDES.get((read.trade_side, str(info.get("offset") or self._offset_of_order(row))))
        pnl = number(info.get("real_profit"))  # `profit` counts from the last settlement
        return replace(read, position_side=side, realized_pnl=pnl, hedged=True)

    def _linear_fill(self, row: Raw, instrument: Instrument) -> Fill:
        """Returns a fill. A positive fee is paid, which ccxt reverses."""
        info = normalize_account.info_of(row)
        fee = {"cost": info.get("trade_fee"), "currency": info.get("fee_currency")}
        stated = {"id": self._shared_id(row), "timestamp": info.get("created_time"), "fee": fee, "fees": None}
        return normalize_account.fill({**row, **stated}, instrument)

    def _shared_id(self, row: Raw) -> str:
        """An id that REST and websocket share, which name the executions of one match differently.

        Executions that agree in all that both state are equal, so that their number suffices.
        """
        info, own = normalize_account.info_of(row), str(row.get("id"))
        price, contracts = (number(info.get(key)) for key in ("trade_price", "trade_volume"))
        match = (info.get("trade_id"), info.get("order_id"), price, contracts)
        ids = self._matches.setdefault((*match, "-" in own), [])
        if own not in ids:
            ids.append(own)
        if len(self._matches) > _MAX_MATCHES:
            self._matches.popitem(last=False)
        return "-".join(map(str, (*match, ids.index(own) + 1)))

    def _offset_of_order(self, row: Raw) -> object:
        """Open or close, for a streamed fill: that of its order, which ccxt has just cached."""
        orders = self.ccxt.orders.hashmap if self.ccxt.orders else {}
        order = orders.get(row.get("symbol"), {}).get(row.get("order"), {})
        return normalize_account.info_of(order).get("offset")

    async def fetch_funding(self, symbol: str, since: int, until: int) -> list[Raw]:
        """Returns the payments: those of a USDT contract are listed for each margin mode by itself."""
        linear = self.ccxt.market(symbol)["linear"]
        modes: tuple[Params, ...] = ({"marginMode": "cross"}, {"marginMode": "isolated"}) if linear else ({},)
        rows: list[Raw] = []
        for mode in modes:

            async def fetch_page(span: Span, mode: Params = mode) -> list[Raw]:
                # Not by `since`: ccxt would send it to the coin-margined API under another name.
                params = {"start_time": span[0], "until": span[1], **mode}
                return list(await self.ccxt.fetch_funding_history(symbol, None, PAGE_SIZE, params))

            rows += await fetch_all_rows(self.id, fetch_page, since, until)
        return rows


def _with_every_failure(handle_errors: Callable[..., None]) -> Callable[..., None]:
    """Returns a check of responses that also raises ExchangeError for codes unknown to ccxt."""

    def handle_all(
        status: int, reason: str, url: str, method: str, headers: Any, body: str, *more: Any
    ) -> None:
        handle_errors(status, reason, url, method, headers, body, *more)
        response = more[0] if more else None
        if isinstance(response, Mapping) and str(response.get("code", _SUCCESS)) != _SUCCESS:
            raise ExchangeError(f"htx {body}")

    return handle_all


def _with_execution_id(parse: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Returns a parser of trades with the id of the execution in place of that of its match."""

    def parse_with_id(trade: Raw, market: Raw | None = None) -> dict[str, Any]:
        row = parse(trade, market)
        return {**row, "id": str(trade.get("id") or row["id"])}

    return parse_with_id
