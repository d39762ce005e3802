"""Accounts on Aster."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.aster.aster_rows import (
    FLAT,
    POSITION,
    SHARED,
    fill,
    funding,
    history,
    positions,
)

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
NO_LIQUIDATION = Missing("0 in cross margin while the account cannot be liquidated by this position alone")

# --- PnL is size × (mark − entry)

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5", reported=ReportedRow(None, "500", "61000"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "symbol": "ETHUSDT", "positionAmt": "-2", "entryPrice": "3000", "markPrice": "2900",
    "unRealizedProfit": "200", "liquidationPrice": "3580.15", "marginType": "isolated",
    "isolatedMargin": "1400.5", "leverage": "5", "notional": "-5800", "isolatedWallet": "1200.5",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow("5800", "200", "2900"),
)  # fmt: skip
LONG_LEG_ROW = POSITION | {
    "positionSide": "LONG", "positionAmt": "0.300", "unRealizedProfit": "300", "liquidationPrice": "0",
}  # fmt: skip
SHORT_LEG_ROW = LONG_LEG_ROW | {
    "positionSide": "SHORT", "positionAmt": "-0.100", "entryPrice": "62000", "unRealizedProfit": "100",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="0.3", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price=NO_LIQUIDATION, reported=ReportedRow(None, "300", "61000"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION, reported=ReportedRow(None, "100", "61000"),
)  # fmt: skip
BOTH_LEGS = positions(LONG_LEG_ROW, SHORT_LEG_ROW)
ISOLATED = {"marginType": "isolated", "isolatedMargin": "1900"}

# --- Fills: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = history(
    "userTrades", "BTCUSDT",
    fill(1, 2.5, "BUY", "0.4", "60000", "8.4"),
    fill(2, 2, "BUY", "0.2", "60600", "-1.212"),
    fill(3, 1, "SELL", "0.1", "62200", "2.177", realizedPnl="200"),
)  # fmt: skip
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage="10", margin_mode="cross", initial_margin="3010",
    roe="13.289", liquidation_price="51234.5", adopted=False, realized_pnl="200",
    fees={"USDT": "9.365"}, funding={"USDT": "-3.05"}, reported=ReportedRow(None, "400", "61000"),
)  # fmt: skip
HEDGE_FILLS = history(
    "userTrades", "BTCUSDT",
    fill(1, 2.5, "BUY", "0.5", "60000", "10.5", positionSide="LONG"),
    fill(2, 2, "SELL", "0.1", "62000", "2.17", positionSide="SHORT"),
    fill(3, 1, "SELL", "0.2", "61500", "4.305", positionSide="LONG", realizedPnl="300"),
)  # fmt: skip
"""0.2 of the long sold at 61,500 gain 300."""

CASES = (
    AccountCase("cross", "one-way", (positions(POSITION, ETH_SHORT_ROW),), (BTC_LONG, ETH_SHORT)),
    AccountCase("hedge", "hedge", (BOTH_LEGS,), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (positions(LONG_LEG_ROW | ISOLATED, SHORT_LEG_ROW | ISOLATED | {"liquidationPrice": "68123.4"}),),
        (
            replace(LONG_LEG, margin_mode="isolated"),
            replace(SHORT_LEG, margin_mode="isolated", liquidation_price="68123.4"),
        ),
    ),
    AccountCase("flat", "one-way", (positions(FLAT),)),
    AccountCase(
        "fills", "one-way",
        (
            positions(POSITION | {"entryPrice": "60200", "unRealizedProfit": "400"}),
            FILLS,
            history("income", "BTCUSDT", funding(1, 0.5, "-3.05")),
        ),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "0.4", "60000", "8.4 USDT", "0"),
            ExpectedFill(BTC, "buy", "0.2", "60600", "-1.212 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62200", "2.177 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (BOTH_LEGS, HEDGE_FILLS),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "14.805"}),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "2.17"}),
        ),
        (
            ExpectedFill(BTC, "buy", "0.5", "60000", "10.5 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "2.17 USDT", "0", "short"),
            ExpectedFill(BTC, "sell", "0.2", "61500", "4.305 USDT", "300", "long"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "aster", "Aster", BTC, SHARED, CASES, program="cross",
    missing={
        "inverse": "all contracts are settled in USDT",
        "mixed": "the mode is that of the whole account",
    },
    config={"privateKey": "0x" + "1" * 64},
)  # fmt: skip
