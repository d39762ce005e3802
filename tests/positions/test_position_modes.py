"""SPEC B2: the position mode belongs to a market: each position has one key and counts once."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.decimal_math import plain_number
from dashboard.domain.fill import Fill
from dashboard.domain.position import Side
from dashboard.domain.totals import PositionTotals
from tests.domain.fill_histories import histories
from tests.exchange.builders import market
from tests.positions.exchange_rows import ExchangeRows, Raw
from tests.positions.harness import BTC, TrackerHarness

ETH, COIN = "ETH/USDT:USDT", "BTC/USD:BTC"
LONG_LABEL, SHORT_LABEL = f"{BTC}:long", f"{BTC}:short"


def exposure(harness: TrackerHarness) -> str:
    """The total exposure with bitcoin at 61,000 and ether at 3,000 dollars."""
    harness.price("61000").price("3000", ETH).price("61000", COIN)
    return plain_number(harness.book.summary().total_exposure)


def labels(harness: TrackerHarness) -> dict[str, str]:
    """The signed contracts of each open position, now and after a restart."""
    shown, again = (
        {label: f"{live.state.contracts:f}" for label, live in each.open.items()}
        for each in (harness, harness.restarted())
    )
    assert shown == again
    return shown


# --- Bybit: rows state the mode, fills do not


def bybit_fill(id: int, side: str, size: str, closed: str = "0", symbol: str = "BTCUSDT") -> Raw:
    return {
        "execId": str(id), "orderId": "9", "symbol": symbol, "side": side, "execPrice": "60000",
        "execQty": size, "execType": "Trade", "execValue": "", "execFee": "1", "closedSize": closed,
        "feeCurrency": "", "isMaker": False, "execTime": str(1_000 + id), "category": "linear",
    }  # fmt: skip


def bybit_row(index: int, side: str, size: str, symbol: str = "BTCUSDT") -> Raw:
    return {
        "symbol": symbol, "positionIdx": index, "side": side, "size": size, "avgPrice": "60000",
        "leverage": "10", "liqPrice": "", "markPrice": "61000", "createdTime": "1", "tradeMode": 0,
    }  # fmt: skip


class TestBybit:
    @pytest.fixture
    def bybit(self) -> ExchangeRows:
        return ExchangeRows("bybit", market(BTC, "BTCUSDT"), market(ETH, "ETHUSDT"))

    def test_hedged_market_that_was_flat_at_the_start(self, bybit: ExchangeRows) -> None:
        bybit.snapshot(complete_until=1_000)
        bybit.stream(bybit_fill(1, "Buy", "1"))
        harness = bybit.snapshot(bybit_row(1, "Buy", "1"), requested_at=2_000)
        assert labels(harness) == {LONG_LABEL: "1"}
        assert exposure(harness) == exposure(harness.restarted()) == "61000"
        assert harness.only.difference is None
        assert harness.only.state.adopted_at is None

    def test_hedged_and_one_way_market_of_one_account(self, bybit: ExchangeRows) -> None:
        bybit.stream(
            bybit_fill(1, "Buy", "1"),
            bybit_fill(2, "Sell", "0.5"),
            bybit_fill(3, "Buy", "2", symbol="ETHUSDT"),
            bybit_fill(4, "Sell", "3", "2", symbol="ETHUSDT"),
        )
        rows = bybit_row(1, "Buy", "1"), bybit_row(2, "Sell", "0.5"), bybit_row(0, "Sell", "1", "ETHUSDT")
        harness = bybit.snapshot(*rows, requested_at=2_000)
        assert labels(harness) == {LONG_LABEL: "1", SHORT_LABEL: "-0.5", ETH: "-1"}
        assert exposure(harness) == "94500"
        assert harness.kinds.count("correction") == 0

    def test_flip_in_one_way_mode(self, bybit: ExchangeRows) -> None:
        """The side that a fill would have in hedge mode is of no use for a flip."""
        bybit.snapshot(bybit_row(0, "Buy", "2"), fills=[bybit_fill(1, "Buy", "2")], requested_at=2_000)
        bybit.stream(bybit_fill(2, "Sell", "5", "2") | {"execTime": "3000"})
        harness = bybit.snapshot(bybit_row(0, "Sell", "3"), requested_at=4_000)
        assert labels(harness) == {BTC: "-3"}
        assert harness.kinds.count("correction") == 0

    def test_switch_to_hedge_mode_while_flat(self, bybit: ExchangeRows) -> None:
        """The fills since the market was flat move to the legs; the older ones stay."""
        bybit.snapshot(bybit_row(0, "Buy", "2"), fills=[bybit_fill(1, "Buy", "2")], requested_at=1_500)
        bybit.stream(bybit_fill(2, "Sell", "2", "2") | {"execPrice": "60100", "execTime": "2000"})
        bybit.stream(*(bybit_fill(id, side, "1") | {"execTime": str(2_998 + id)} for id, side in SWITCHED))
        harness = bybit.snapshot(bybit_row(1, "Buy", "1"), bybit_row(2, "Sell", "1"), requested_at=4_000)
        assert labels(harness) == {LONG_LABEL: "1", SHORT_LABEL: "-1"}
        assert harness.kinds.count("correction") == 0
        assert harness.known[BTC].state.cumulative_totals.realized_pnl == 200
        assert harness.book.summary().realized_pnl == 200

    def test_switch_back_to_one_way_mode(self, bybit: ExchangeRows) -> None:
        bybit.snapshot(bybit_row(1, "Buy", "2"), fills=[bybit_fill(1, "Buy", "2")], requested_at=1_500)
        bybit.stream(bybit_fill(2, "Sell", "2", "2") | {"execTime": "2000"})
        bybit.stream(bybit_fill(3, "Buy", "1") | {"execTime": "3000"})
        harness = bybit.snapshot(bybit_row(0, "Buy", "1"), requested_at=4_000)
        assert labels(harness) == {BTC: "1"}
        assert harness.kinds.count("correction") == 0


SWITCHED = ((3, "Buy"), (4, "Sell"))


# --- BingX: fills state the mode, rows do not


def bingx_row(side: str, size: str) -> Raw:
    return {
        "symbol": "BTC-USDT", "positionId": side, "positionSide": side, "isolated": True, "positionAmt": size,
        "avgPrice": "60000", "leverage": 10, "positionValue": "", "markPrice": "61000",
    }  # fmt: skip


def bingx_fill(id: int, side: str, position_side: str, size: str) -> Raw:
    return {
        "orderId": "9", "symbol": "BTC-USDT", "side": side, "positionSide": position_side,
        "tradeId": str(id), "qty": size, "price": "60000", "commission": "-1", "currency": "USDT",
        "time": 1_000 + id,
    }  # fmt: skip


class TestBingX:
    @pytest.fixture
    def bingx(self) -> ExchangeRows:
        return ExchangeRows("bingx", market(BTC, "BTC-USDT"))

    def test_leg_of_which_a_half_was_sold(self, bingx: ExchangeRows) -> None:
        bingx.snapshot(bingx_row("LONG", "1"), complete_until=1_000)
        bingx.stream(bingx_fill(1, "SELL", "LONG", "0.5"))
        harness = bingx.snapshot(bingx_row("LONG", "0.5"), requested_at=2_000)
        assert labels(harness) == {LONG_LABEL: "0.5"}
        assert exposure(harness) == exposure(harness.restarted()) == "30500"

    def test_two_sides_at_once_prove_hedge_mode(self, bingx: ExchangeRows) -> None:
        bingx.snapshot(bingx_row("LONG", "1"))
        harness = bingx.snapshot(bingx_row("LONG", "1"), bingx_row("SHORT", "0.5"), requested_at=2_000)
        assert labels(harness) == {LONG_LABEL: "1", SHORT_LABEL: "-0.5"}
        assert labels(bingx.snapshot(bingx_row("SHORT", "0.5"), requested_at=3_000)) == {
            LONG_LABEL: "1",
            SHORT_LABEL: "-0.5",
        }


# --- Bitget: rows and fills state the mode, by product type


def bitget_row(symbol: str, side: str, size: str, mode: str = "hedge_mode") -> Raw:
    return {
        "marginCoin": "USDT", "symbol": symbol, "holdSide": side, "total": size, "leverage": "10",
        "openPriceAvg": "60000", "marginMode": "crossed", "posMode": mode, "liquidationPrice": "0",
        "cTime": "1",
    }  # fmt: skip


def bitget_fill(id: int, side: str, kind: str, size: str, symbol: str = "BTCUSDT", **more: str) -> Raw:
    return {
        "tradeId": str(id), "orderId": "9", "symbol": symbol, "side": side, "price": "60000",
        "baseVolume": size, "quoteVolume": "", "profit": "0", "tradeSide": kind, "posMode": "hedge_mode",
        "cTime": str(1_000 + id), "feeDetail": [{"feeCoin": "USDT", "totalFee": "-1"}], **more,
    }  # fmt: skip


def test_bitget_with_each_product_type_in_a_mode_of_its_own() -> None:
    bitget = ExchangeRows("bitget", market(BTC, "BTCUSDT"), market(COIN, "BTCUSD"))
    one_way = {"posMode": "one_way_mode", "tradeSide": "buy_single"}
    fills = [
        bitget_fill(1, "buy", "open", "1"),
        bitget_fill(2, "sell", "open", "1"),
        bitget_fill(3, "buy", "", "0.5", "BTCUSD", **one_way),
    ]
    rows = (
        bitget_row("BTCUSDT", "long", "1"),
        bitget_row("BTCUSDT", "short", "1"),
        bitget_row("BTCUSD", "long", "0.5", "one_way_mode") | {"marginCoin": "BTC"},
    )
    harness = bitget.snapshot(*rows, fills=fills, requested_at=2_000)
    assert labels(harness) == {LONG_LABEL: "1", SHORT_LABEL: "-1", COIN: "0.5"}
    assert exposure(harness) == exposure(harness.restarted()) == "152500"


def test_bitget_leg_whose_opening_is_older_than_the_history() -> None:
    """Of the long, only the closing fill is known, which is no short position."""
    fills = [
        bitget_fill(1, "sell", "open", "0.5"),
        bitget_fill(2, "buy", "close", "1", price="62000", profit="2000"),
    ]
    harness = TrackerHarness()
    for _ in range(3):
        bitget = ExchangeRows("bitget", market(BTC, "BTCUSDT"), harness=harness)
        bitget.snapshot(bitget_row("BTCUSDT", "short", "0.5"), fills=fills, requested_at=2_000)
        assert labels(harness) == {SHORT_LABEL: "-0.5"}
        assert exposure(harness) == "30500"
        assert harness.book.summary().active_positions == 1
        assert harness.only.unrealized_pnl == -500
        closed = harness.known[LONG_LABEL].state
        assert (closed.contracts, closed.cumulative_totals.realized_pnl) == (0, 2000), "Bitget's own figure"
        shown = {update.position.key.label for update in harness.announced if update.position.is_open}
        assert shown == {SHORT_LABEL}
        harness = harness.restarted()


# --- Two rows for one key


def test_okx_cross_and_isolated_position_of_one_market_add_up() -> None:
    okx = ExchangeRows("okx", market(BTC, "BTC-USDT-SWAP", contractSize="0.01"))
    harness = okx.snapshot(okx_row("1", "300", "60000", "cross"), okx_row("2", "200", "60500", "isolated"))
    assert labels(harness) == {BTC: "500"}
    held = harness.only.position
    assert (held.entry_price, held.margin_mode, held.leverage) == (60200, None, 10)
    assert exposure(harness) == "305000"


def test_okx_long_and_short_in_different_margin_modes_are_two_positions() -> None:
    okx = ExchangeRows("okx", market(BTC, "BTC-USDT-SWAP", contractSize="0.01"))
    rows = okx_row("1", "300", "60000", "cross"), okx_row("2", "-200", "60500", "isolated")
    harness = okx.snapshot(*rows)
    assert labels(harness) == {LONG_LABEL: "300", SHORT_LABEL: "-200"}
    okx.stream(
        okx_fill(1, "buy", "200", "0"), okx_fill(2, "buy", "50", "-5"), okx_fill(3, "sell", "150", "30")
    )
    assert labels(harness) == {LONG_LABEL: "350", SHORT_LABEL: "-150"}


def okx_row(id: str, contracts: str, entry: str, mode: str) -> Raw:
    return {
        "instId": "BTC-USDT-SWAP", "instType": "SWAP", "posSide": "net", "pos": contracts, "avgPx": entry,
        "mgnMode": mode, "lever": "10", "liqPx": "", "markPx": "61000", "cTime": "1", "posId": id,
    }  # fmt: skip


def okx_fill(id: int, side: str, contracts: str, pnl: str) -> Raw:
    return {
        "instType": "SWAP", "instId": "BTC-USDT-SWAP", "tradeId": str(id), "ordId": "9", "side": side,
        "posSide": "net", "fillPx": "60500", "fillSz": contracts, "fillPnl": pnl, "fee": "-1",
        "feeCcy": "USDT", "execType": "T", "ts": str(1_000 + id),
    }  # fmt: skip


# --- Whenever the mode becomes known, and however often the process restarts


@st.composite
def hedges(draw: st.DrawFn) -> list[Fill]:
    """Fills of two legs that never close more than was opened, and do not state the mode."""
    held = dict.fromkeys(Side, Decimal(0))
    made: list[Fill] = []
    for at, drawn in enumerate(draw(histories(legs=tuple(Side)))):
        leg, one = drawn.position_side, replace(drawn, traded_at=100 * at, hedged=None)
        assert leg is not None
        if (held[leg] + one.signed_contracts) * leg.sign < 0:
            one = replace(one, trade_side=one.trade_side.opposite)
        held[leg] += one.signed_contracts
        made.append(one)
    return made


@given(hedges(), st.data())
def test_positions_do_not_depend_on_when_the_mode_became_known(history: list[Fill], data: st.DataObject):
    known_at, restarted_at = (data.draw(st.integers(0, len(history))) for _ in range(2))
    harness = TrackerHarness()
    for count in range(len(history) + 1):
        if count == known_at:
            held = stated(history[:count]).open.values()
            harness.snapshot(
                *(live.position for live in held),
                position_modes={history[0].instrument.symbol: True},
                requested_at=100 * count - 1,
            )
        if count == restarted_at and (count or known_at):  # nothing is recorded before the first event
            harness = harness.restarted()
        harness.fills(*history[count : count + 1])
    assert "correction" not in [kind for kind, _ in harness.trail]
    for each in (harness, harness.restarted()):
        assert figures(each) == figures(stated(history))
        assert each.book.summary() == stated(history).book.summary()


def stated(history: list[Fill]) -> TrackerHarness:
    """The positions after fills that state hedge mode."""
    return TrackerHarness().fills(*(replace(each, hedged=True) for each in history))


def figures(harness: TrackerHarness) -> dict[str, tuple[Decimal, Decimal, PositionTotals]]:
    """Size, entry value and totals of each position that has any."""
    states = {label: live.state for label, live in harness.known.items()}
    return {
        label: (state.contracts, state.entry_value, state.cumulative_totals)
        for label, state in states.items()
        if state.contracts or state.cumulative_totals != PositionTotals()
    }
