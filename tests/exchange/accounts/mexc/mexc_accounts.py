"""Accounts on MEXC: the position mode holds for the whole account."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    ReportedRow,
    ago,
)
from tests.exchange.accounts.mexc.mexc_rows import (
    INVERSE,
    POSITION,
    SHARED,
    funding,
    position_mode,
    positions,
    trade,
    trades,
)

BTC, ETH, INVERSE_BTC = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
HEDGE = position_mode(1)

# --- Linear: one contract is 0.0001 BTC or 0.01 ETH; PnL is size × (mark − entry) in USDT

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="5000", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="isolated", initial_margin="3000",
    roe="16.6667", liquidation_price="54300.5", reported=ReportedRow(initial_margin="3000"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "symbol": "ETH_USDT", "positionType": 2, "openType": 2, "holdVol": 200, "holdAvgPrice": 3000,
    "openAvgPrice": 2950, "liquidatePrice": 3580.15, "im": 1200, "leverage": 5,
}  # fmt: skip
"""A part was closed and opened again: the average of what is held differs from that of all openings."""
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="200", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="cross", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow(initial_margin="1200"),
)  # fmt: skip

# --- Inverse: one contract is 100 USD; PnL is USD × (1 / mark − 1 / entry) in BTC for a short

INVERSE_SHORT = ExpectedPosition(
    INVERSE_BTC, "short", contracts="120", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="cross", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5", reported=ReportedRow(initial_margin="0.04"),
)  # fmt: skip
INVERSE_LONG_ROW = INVERSE | {
    "positionType": 1, "openType": 1, "holdVol": 300, "liquidatePrice": 54700.5, "im": 0.05, "leverage": 10,
}  # fmt: skip
INVERSE_LONG = ExpectedPosition(
    INVERSE_BTC, "long", contracts="300", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="isolated", initial_margin="0.05",
    roe="40", liquidation_price="54700.5", reported=ReportedRow(initial_margin="0.05"),
)  # fmt: skip

# --- Hedge mode

SHORT_LEG_ROW = POSITION | {
    "positionType": 2,
    "holdVol": 1000,
    "holdAvgPrice": 62000,
    "im": 620,
    "liquidatePrice": 67800,
}
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="1000", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="isolated", initial_margin="620",
    roe="16.129", liquidation_price="67800", reported=ReportedRow(initial_margin="620"),
)  # fmt: skip

# --- Fills: 0.6 at 60,000, of which 0.1 sold at 62,000 gains 200

FILLS = trades(
    "BTC_USDT",
    trade("d2", 1, 4, 1000, 62000, 3.72, profit=200),
    trade("d1", 2, 1, 6000, 60000, 21.6),
)
PAID = funding("BTC_USDT", {
    "id": 7423910, "symbol": "BTC_USDT", "positionType": 1, "positionValue": 30500, "funding": -3.05,
    "rate": 0.0001, "settleTime": ago(hours=0.5),
})  # fmt: skip
HEDGE_FILLS = trades(
    "BTC_USDT",
    trade("d4", 1, 2, 500, 61500, 1.845, profit=25, positionMode=1),
    trade("d3", 1.5, 3, 1500, 62000, 5.58, positionMode=1),
    trade("d2", 2, 4, 1000, 62000, 3.72, profit=200, positionMode=1),
    trade("d1", 2.5, 1, 6000, 60000, 21.6, positionMode=1),
)
"""0.1 of the long sold at 62,000 gains 200; 0.05 of the short bought back at 61,500 gains 25."""
INVERSE_FILLS = trades(
    "BTC_USD",
    trade("d2", 1, 2, 60, 62500, 0.0000576, profit=-0.004, symbol="BTC_USD", feeCurrency="BTC"),
    trade("d1", 2, 3, 180, 60000, 0.00018, symbol="BTC_USD", feeCurrency="BTC"),
)
"""6,000 × (1 / 62,500 − 1 / 60,000) = −0.004 BTC."""

CASES = (
    AccountCase("one-way", "one-way", (positions(POSITION, ETH_SHORT_ROW),), (BTC_LONG, ETH_SHORT)),
    AccountCase(
        "inverse, cross", "one-way", (positions(INVERSE),), (INVERSE_SHORT,)
    ),
    AccountCase("inverse, isolated", "one-way", (positions(INVERSE_LONG_ROW),), (INVERSE_LONG,)),
    AccountCase(
        "hedge", "hedge", (HEDGE, positions(POSITION, SHORT_LEG_ROW)), (BTC_LONG, SHORT_LEG)
    ),
    AccountCase(
        "hedge, cross and inverse", "hedge",
        (HEDGE, positions(ETH_SHORT_ROW, INVERSE, INVERSE_LONG_ROW)),
        (ETH_SHORT, INVERSE_SHORT, INVERSE_LONG),
    ),
    AccountCase("flat", "one-way", ()),
    AccountCase(
        "fills", "one-way",
        (positions(POSITION), FILLS, PAID),
        (
            replace(
                BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}, funding={"USDT": "-3.05"}
            ),
        ),
        (
            ExpectedFill(BTC, "buy", "6000", "60000", "21.6 USDT", "0"),
            ExpectedFill(BTC, "sell", "1000", "62000", "3.72 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (HEDGE, positions(POSITION, SHORT_LEG_ROW), HEDGE_FILLS),
        (
            replace(BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}),
            replace(SHORT_LEG, adopted=False, realized_pnl="25", fees={"USDT": "7.425"}),
        ),
        (
            ExpectedFill(BTC, "buy", "6000", "60000", "21.6 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "1000", "62000", "3.72 USDT", "200", "long"),
            ExpectedFill(BTC, "sell", "1500", "62000", "5.58 USDT", "0", "short"),
            ExpectedFill(BTC, "buy", "500", "61500", "1.845 USDT", "25", "short"),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions(INVERSE), INVERSE_FILLS),
        (replace(INVERSE_SHORT, adopted=False, realized_pnl="-0.004", fees={"BTC": "0.0002376"}),),
        (
            ExpectedFill(INVERSE_BTC, "sell", "180", "60000", "0.00018 BTC", "0"),
            ExpectedFill(INVERSE_BTC, "buy", "60", "62500", "0.0000576 BTC", "-0.004"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "mexc", "MEXC", "BTC/USDT:USDT", SHARED, CASES, program="one-way",
    missing={
        "mixed": "the position mode holds for the whole account",
        "fills hedge inverse": "as those of linear contracts in hedge mode",
    },
)  # fmt: skip
