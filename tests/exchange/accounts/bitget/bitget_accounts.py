"""Accounts on Bitget: a classic account in each mode, and a unified one."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.bitget.bitget_rows import (
    POSITION,
    SHARED,
    bills,
    fill,
    fills,
    funding,
    hedged,
    positions,
)
from tests.exchange.accounts.bitget.bitget_unified_cases import UNIFIED_CASES

BTC, ETH, INVERSE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
USDT, COIN = "USDT-FUTURES", "COIN-FUTURES"
HEDGED = {"posMode": "hedge_mode"}
ISOLATED = {"marginMode": "isolated"}
NO_LIQUIDATION = Missing("0 while the exchange calculates none")
NO_LEG = Missing("in hedge mode bills do not name the position that paid")

# --- Linear: PnL is size × (mark − entry) in USDT

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow(None, "500", "61000", "3000"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | ISOLATED | {
    "symbol": "ETHUSDT", "holdSide": "short", "total": "2", "openPriceAvg": "3000", "leverage": "5",
    "markPrice": "2900", "liquidationPrice": "3580.15", "unrealizedPL": "200", "marginSize": "1200",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15",
    reported=ReportedRow(None, "200", "2900", "1200"),
)  # fmt: skip

# --- Coin-margined: sized in base coins; PnL is size × (1 − entry / mark) in coins, the notional is the size

INVERSE_LONG_ROW = POSITION | {
    "marginCoin": "BTC", "symbol": "BTCUSD", "markPrice": "62500", "liquidationPrice": "0",
    "unrealizedPL": "0.02", "marginSize": "0.05",
}  # fmt: skip
INVERSE_LONG = ExpectedPosition(
    INVERSE, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.5", unrealized_pnl="0.02", leverage="10", margin_mode="cross", initial_margin="0.05",
    roe="40", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow(None, "0.02", "62500", "0.05"),
)  # fmt: skip
INVERSE_SHORT_ROW = INVERSE_LONG_ROW | ISOLATED | {
    "holdSide": "short", "total": "0.2", "leverage": "5", "liquidationPrice": "73900.5",
    "unrealizedPL": "-0.008", "marginSize": "0.04",
}  # fmt: skip
INVERSE_SHORT = ExpectedPosition(
    INVERSE, "short", contracts="0.2", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.2", unrealized_pnl="-0.008", leverage="5", margin_mode="isolated", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5",
    reported=ReportedRow(None, "-0.008", "62500", "0.04"),
)  # fmt: skip

# --- Hedge mode

LONG_LEG_ROW = POSITION | HEDGED | {"total": "0.3", "unrealizedPL": "300", "marginSize": "1800"}
SHORT_LEG_ROW = POSITION | HEDGED | {
    "holdSide": "short", "total": "0.1", "openPriceAvg": "62000", "unrealizedPL": "100", "marginSize": "620",
    "liquidationPrice": "0",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="0.3", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow(None, "300", "61000", "1800"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow(None, "100", "61000", "620"),
)  # fmt: skip
BOTH_LEGS = positions(USDT, LONG_LEG_ROW, SHORT_LEG_ROW)

# --- Fills: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = fills(
    USDT,
    fill("1113", 1, "sell", "0.1", "62200", "-3.732 USDT", "200"),
    fill("1112", 2, "buy", "0.2", "60600", "-7.272 USDT"),
    fill("1111", 2.5, "buy", "0.4", "60000", "-14.4 USDT"),
)
AFTER_FILLS_ROW = POSITION | {"openPriceAvg": "60200", "unrealizedPL": "400", "marginSize": "3010"}
AFTER_FILLS = replace(
    BTC_LONG, entry_price="60200", unrealized_pnl="400", initial_margin="3010", roe="13.289", adopted=False,
    realized_pnl="200", fees={"USDT": "25.404"}, funding={"USDT": "-3.05"},
    reported=ReportedRow(None, "400", "61000", "3010"),
)  # fmt: skip
INVERSE_FILLS = fills(
    COIN,
    fill("1112", 1, "sell", "0.1", "62500", "-0.00006 BTC", "0.004", symbol="BTCUSD"),
    fill("1111", 2, "buy", "0.6", "60000", "-0.00036 BTC", symbol="BTCUSD"),
)
"""0.1 × (1 − 60,000 / 62,500) = 0.004 BTC."""
HEDGE_FILLS = fills(
    USDT,
    fill("1113", 1, "buy", "0.2", "61500", "-7.38 USDT", "300", **hedged("close")),
    fill("1112", 2, "sell", "0.1", "62000", "-3.72 USDT", **hedged("open")),
    fill("1111", 2.5, "buy", "0.5", "60000", "-18 USDT", **hedged("open")),
)
"""The side is the position's: a `buy` with tradeSide `close` sells 0.2 of the long, which gains 300."""
INVERSE_HEDGE_FILLS = fills(
    COIN,
    fill("1112", 1, "buy", "0.1", "62500", "-0.00006 BTC", "0.004", symbol="BTCUSD", **hedged("close")),
    fill("1111", 2, "buy", "0.6", "60000", "-0.00036 BTC", symbol="BTCUSD", **hedged("open")),
)

CASES = (
    AccountCase(
        "cross", "one-way",
        (positions(USDT, POSITION), positions(COIN, INVERSE_LONG_ROW)),
        (BTC_LONG, INVERSE_LONG),
    ),
    AccountCase(
        "isolated", "one-way",
        (positions(USDT, ETH_SHORT_ROW), positions(COIN, INVERSE_SHORT_ROW)),
        (ETH_SHORT, INVERSE_SHORT),
    ),
    AccountCase("hedge", "hedge", (BOTH_LEGS,), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (positions(USDT, LONG_LEG_ROW | ISOLATED, SHORT_LEG_ROW | ISOLATED),),
        (replace(LONG_LEG, margin_mode="isolated"), replace(SHORT_LEG, margin_mode="isolated")),
    ),
    AccountCase(
        "hedge of coin-margined futures", "hedge",
        (positions(COIN, INVERSE_LONG_ROW | HEDGED, INVERSE_SHORT_ROW | HEDGED),),
        (INVERSE_LONG, INVERSE_SHORT),
    ),
    AccountCase(
        "USDT futures hedged, coin-margined ones one-way", "mixed",
        (BOTH_LEGS, positions(COIN, INVERSE_LONG_ROW)),
        (LONG_LEG, SHORT_LEG, INVERSE_LONG),
    ),
    AccountCase("flat", "one-way", (positions(USDT, POSITION | {"total": "0"}),)),
    AccountCase(
        "fills", "one-way",
        (
            positions(USDT, AFTER_FILLS_ROW),
            FILLS,
            bills(USDT, funding("2221", 0.5, "-3.05")),
        ),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "0.4", "60000", "14.4 USDT", "0"),
            ExpectedFill(BTC, "buy", "0.2", "60600", "7.272 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62200", "3.732 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills of a coin-margined future", "one-way",
        (positions(COIN, INVERSE_LONG_ROW), INVERSE_FILLS),
        (replace(INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.00042"}),),
        (
            ExpectedFill(INVERSE, "buy", "0.6", "60000", "0.00036 BTC", "0"),
            ExpectedFill(INVERSE, "sell", "0.1", "62500", "0.00006 BTC", "0.004"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (BOTH_LEGS, HEDGE_FILLS, bills(USDT, funding("2221", 0.5, "-1.83"), funding("2222", 0.5, "0.61"))),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "25.38"}, funding=NO_LEG),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "3.72"}, funding=NO_LEG),
        ),
        (
            ExpectedFill(BTC, "buy", "0.5", "60000", "18 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.72 USDT", "0", "short"),
            ExpectedFill(BTC, "sell", "0.2", "61500", "7.38 USDT", "300", "long"),
        ),
    ),
    AccountCase(
        "fills of a hedged coin-margined future", "hedge",
        (positions(COIN, INVERSE_LONG_ROW | HEDGED), INVERSE_HEDGE_FILLS),
        (replace(INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.00042"}),),
        (
            ExpectedFill(INVERSE, "buy", "0.6", "60000", "0.00036 BTC", "0", "long"),
            ExpectedFill(INVERSE, "sell", "0.1", "62500", "0.00006 BTC", "0.004", "long"),
        ),
    ),
    *UNIFIED_CASES,
)  # fmt: skip

ACCOUNTS = ExchangeAccounts("bitget", "Bitget", "BTC/USDT:USDT", SHARED, CASES, program="cross")
