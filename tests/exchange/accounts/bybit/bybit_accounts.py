"""Accounts on Bybit: a unified account in each mode."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    Derived,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.bybit.bybit_rows import (
    FLAT,
    POSITION,
    SHARED,
    account,
    executions,
    fill,
    positions,
)

BTC, ETH, INVERSE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
CROSS = Derived("cross", "the margin mode of the account, which applies to all of its positions")
ISOLATED = Derived("isolated", CROSS.remark)
NO_LIQUIDATION = Missing(
    "empty in cross margin while the account cannot be liquidated by this position alone"
)
NO_PNL = Missing("executions are listed without their PnL; it is computed from the fills")

# --- Linear: PnL is size × (mark − entry) in USDT

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode=CROSS, initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow("30000", "500", "61000", "3066.2"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "symbol": "ETHUSDT", "side": "Sell", "size": "2", "avgPrice": "3000", "positionValue": "6000",
    "leverage": "5", "markPrice": "2900", "liqPrice": "3580.15", "unrealisedPnl": "200",
    "positionIM": "1163.25", "positionMM": "29.5",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode=ISOLATED, initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15",
    reported=ReportedRow("6000", "200", "2900", "1163.25"),
)  # fmt: skip

# --- Inverse: one contract is 1 USD; PnL is contracts × (1 / entry − 1 / mark) in BTC

INVERSE_LONG_ROW = POSITION | {
    "symbol": "BTCUSD", "size": "30000", "positionValue": "0.5", "markPrice": "62500", "liqPrice": "",
    "unrealisedPnl": "0.02", "positionIM": "0.0505", "positionMM": "0.0026",
}  # fmt: skip
INVERSE_LONG = ExpectedPosition(
    INVERSE, "long", contracts="30000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode=CROSS, initial_margin="0.05",
    roe="40", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("0.5", "0.02", "62500", "0.0505"),
)  # fmt: skip
INVERSE_SHORT_ROW = INVERSE_LONG_ROW | {
    "side": "Sell", "size": "12000", "positionValue": "0.2", "leverage": "5", "liqPrice": "73900.5",
    "unrealisedPnl": "-0.008", "positionIM": "0.0404",
}  # fmt: skip
INVERSE_SHORT = ExpectedPosition(
    INVERSE, "short", contracts="12000", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode=ISOLATED, initial_margin="0.04",
    roe="-20", liquidation_price="73900.5",
    reported=ReportedRow("0.2", "-0.008", "62500", "0.0404"),
)  # fmt: skip

# --- Hedge mode: positionIdx 1 is the long, 2 the short

LONG_LEG_ROW = POSITION | {
    "positionIdx": 1, "size": "0.3", "positionValue": "18000", "liqPrice": "", "unrealisedPnl": "300",
    "positionIM": "1839.7",
}  # fmt: skip
SHORT_LEG_ROW = POSITION | {
    "positionIdx": 2, "side": "Sell", "size": "0.1", "avgPrice": "62000", "positionValue": "6200",
    "liqPrice": "", "unrealisedPnl": "100", "positionIM": "613.2",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="0.3", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode=CROSS, initial_margin="1800",
    roe="16.6667", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("18000", "300", "61000", "1839.7"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode=CROSS, initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("6200", "100", "61000", "613.2"),
)  # fmt: skip
BOTH_LEGS = positions("linear", LONG_LEG_ROW, SHORT_LEG_ROW)

# --- Fills. Linear: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = executions(
    "linear",
    "BTCUSDT",
    fill("p1", 0.5, "Buy", "0.5", "61000", "3.05", execType="Funding"),
    fill("f3", 1, "Sell", "0.1", "62200", "3.421", closedSize="0.1"),
    fill("f2", 2, "Buy", "0.2", "60600", "6.666"),
    fill("f1", 2.5, "Buy", "0.4", "60000", "13.2"),
)
AFTER_FILLS_ROW = POSITION | {"avgPrice": "60200", "positionValue": "30100", "unrealisedPnl": "400"}
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage="10", margin_mode=CROSS, initial_margin="3010",
    roe="13.289", liquidation_price="51234.5", adopted=False, realized_pnl="200",
    fees={"USDT": "23.287"}, funding={"USDT": "-3.05"},
    reported=ReportedRow("30100", "400", "61000", "3066.2"),
)  # fmt: skip

INVERSE_FILLS = executions(
    "inverse",
    "BTCUSD",
    fill("f3", 1, "Sell", "6000", "62500", "0.0000528", symbol="BTCUSD", closedSize="6000"),
    fill("f2", 2, "Buy", "36000", "60000", "0.00033", symbol="BTCUSD"),
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
HEDGE_FILLS = executions(
    "linear",
    "BTCUSDT",
    fill("p2", 0.5, "Buy", "0.3", "61000", "1.83", execType="Funding"),
    fill("p1", 0.5, "Sell", "0.1", "61000", "-0.61", execType="Funding"),
    fill("f3", 1, "Sell", "0.2", "61500", "6.765", closedSize="0.2"),
    fill("f2", 2, "Sell", "0.1", "62000", "3.41"),
    fill("f1", 2.5, "Buy", "0.5", "60000", "16.5"),
)
"""0.2 of the long sold at 61,500 gain 300. The long pays funding, the short receives."""

CASES = (
    AccountCase(
        "cross", "one-way",
        (account("REGULAR_MARGIN"), positions("linear", POSITION), positions("inverse", INVERSE_LONG_ROW)),
        (BTC_LONG, INVERSE_LONG),
    ),
    AccountCase(
        "isolated", "one-way",
        (
            account("ISOLATED_MARGIN"),
            positions("linear", ETH_SHORT_ROW),
            positions("inverse", INVERSE_SHORT_ROW),
        ),
        (ETH_SHORT, INVERSE_SHORT),
    ),
    AccountCase(
        "portfolio margin", "one-way",
        (account("PORTFOLIO_MARGIN"), positions("linear", POSITION | {"leverage": "", "liqPrice": ""})),
        (
            replace(
                BTC_LONG,
                leverage=Missing("in portfolio margin a position has no leverage"),
                initial_margin=Missing("in portfolio margin a position has no leverage"),
                roe=Missing("in portfolio margin a position has no leverage"),
                liquidation_price=NO_LIQUIDATION,
            ),
        ),
    ),
    AccountCase("hedge", "hedge", (BOTH_LEGS,), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (account("ISOLATED_MARGIN"), BOTH_LEGS),
        (replace(LONG_LEG, margin_mode=ISOLATED), replace(SHORT_LEG, margin_mode=ISOLATED)),
    ),
    AccountCase(
        "BTC hedged, ETH one-way", "mixed",
        (
            account("ISOLATED_MARGIN"),
            positions("linear", LONG_LEG_ROW, SHORT_LEG_ROW, ETH_SHORT_ROW),
        ),
        (
            replace(LONG_LEG, margin_mode=ISOLATED),
            replace(SHORT_LEG, margin_mode=ISOLATED),
            ETH_SHORT,
        ),
    ),
    AccountCase("flat", "one-way", (positions("linear", POSITION | FLAT, symbol="BTCUSDT"),)),
    AccountCase(
        "flat in hedge mode", "hedge",
        (positions("linear", *(POSITION | FLAT | {"positionIdx": side} for side in (1, 2))),),
    ),
    AccountCase(
        "fills", "one-way",
        (positions("linear", AFTER_FILLS_ROW), FILLS),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "0.4", "60000", "13.2 USDT", NO_PNL),
            ExpectedFill(BTC, "buy", "0.2", "60600", "6.666 USDT", NO_PNL),
            ExpectedFill(BTC, "sell", "0.1", "62200", "3.421 USDT", NO_PNL),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions("inverse", INVERSE_LONG_ROW), INVERSE_FILLS),
        (
            replace(
                INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.0003828"}
            ),
        ),
        (
            ExpectedFill(INVERSE, "buy", "36000", "60000", "0.00033 BTC", NO_PNL),
            ExpectedFill(INVERSE, "sell", "6000", "62500", "0.0000528 BTC", NO_PNL),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (BOTH_LEGS, HEDGE_FILLS),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300",
                    fees={"USDT": "23.265"}, funding={"USDT": "-1.83"}),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "3.41"}, funding={"USDT": "0.61"}),
        ),
        (
            ExpectedFill(BTC, "buy", "0.5", "60000", "16.5 USDT", NO_PNL, "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.41 USDT", NO_PNL, "short"),
            ExpectedFill(BTC, "sell", "0.2", "61500", "6.765 USDT", NO_PNL, "long"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "bybit", "Bybit", "BTC/USDT:USDT", SHARED, CASES, program="cross",
    missing={"hedge inverse": "inverse contracts are in one-way mode only"},
)  # fmt: skip
