"""Accounts on HTX: USDT contracts in either mode, coin-margined ones always with a long and a short."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    Derived,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
    ago,
)
from tests.exchange.accounts.htx.htx_rows import (
    FUTURE_POSITION,
    POSITION,
    SHARED,
    SWAP_POSITION,
    bills,
    futures_positions,
    positions,
    swap_positions,
    swap_trade,
    swap_trades,
    trade,
    trades,
    unreadable_positions,
)

BTC, ETH, SWAP, FUTURE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC", "BTC/USD:BTC-300927"
NEGATIVE = Missing("negative in cross margin: the account's other collateral covers the position")
UNLISTED = Missing("rows of coin-margined futures have none")
COIN_MARGIN = Derived("cross", "a long and a short of a coin-margined contract share one account's margin")

# --- Linear: one contract is 0.001 BTC or 0.01 ETH; PnL is size × (mark − entry) in USDT

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="500", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price=NEGATIVE, reported=ReportedRow(None, "500", "61000", "3050"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "contract_code": "ETH-USDT", "direction": "sell", "margin_mode": "isolated", "open_avg_price": "3000",
    "volume": "200", "lever_rate": 5, "liquidation_price": "3580.15", "initial_margin": "1160",
    "margin": "1400", "profit_unreal": "200", "profit_rate": "0.1667", "mark_price": "2900",
    "last_price": "2899.5",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="200", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow(None, "200", "2900", "1160"),
)  # fmt: skip

# --- Linear in hedge mode: two legs of one contract

LONG_LEG_ROW = POSITION | {"position_side": "long"}
SHORT_LEG_ROW = POSITION | {
    "position_side": "short", "direction": "sell", "margin_mode": "isolated", "open_avg_price": "62000",
    "volume": "100", "initial_margin": "610", "margin": "610", "profit_unreal": "100",
    "liquidation_price": "67800.5",
}  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="100", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="isolated", initial_margin="620",
    roe="16.129", liquidation_price="67800.5", reported=ReportedRow(None, "100", "61000", "610"),
)  # fmt: skip

# --- Coin-margined: one contract is 100 USD; PnL is USD × (1 / entry − 1 / mark) in BTC for a long

SWAP_LONG = ExpectedPosition(
    SWAP, "long", contracts="300", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode=COIN_MARGIN, initial_margin="0.05",
    roe="40", liquidation_price="54321.5", reported=ReportedRow(None, "0.02", None, "0.048"),
)  # fmt: skip
SWAP_SHORT_ROW = SWAP_POSITION | {
    "direction": "sell", "volume": 120, "cost_open": 64000, "cost_hold": 61000, "liq_px": "",
    "profit": 0.0045, "profit_unreal": -0.0047213115, "position_margin": 0.0192, "profit_rate": 0.24,
}  # fmt: skip
SWAP_SHORT = ExpectedPosition(
    SWAP, "short", contracts="120", quantity="0.1875", entry_price="64000", mark="62500",
    notional="0.192", unrealized_pnl="0.0045", leverage="10", margin_mode=COIN_MARGIN,
    initial_margin="0.01875", roe="24",
    liquidation_price=Missing("empty while the account's collateral covers the position"),
    reported=ReportedRow(None, "0.0045", None, "0.0192"),
)  # fmt: skip
FUTURE_SHORT = ExpectedPosition(
    FUTURE, "short", contracts="128", quantity="0.2048", entry_price="62500", mark="64000",
    notional="0.2", unrealized_pnl="-0.0048", leverage="5", margin_mode=COIN_MARGIN,
    initial_margin="0.04096", roe="-11.7188", liquidation_price=UNLISTED,
    reported=ReportedRow(None, "-0.0048", None, "0.04"),
)  # fmt: skip

# --- Fills: 0.6 at 60,000, of which 0.1 sold at 62,000 gains 200

FILLS = trades(
    "BTC-USDT",
    trade("1513834754679549990", 1, "sell", 100, 62000, "3.72", profit="200", trade_id="152022999"),
    trade("1513834754679549966", 2, "buy", 300, 60000, "10.8"),
    trade("1513834754679549965", 2, "buy", 300, 60000, "10.8"),
)
"""The two buys are of one match, so that only `id` differs."""
PAID = (
    bills("BTC-USDT", "cross", {
        "id": "2194774775", "type": "31", "currency": "USDT", "amount": "-3.05",
        "contract_code": "BTC-USDT", "margin_mode": "cross", "created_time": str(ago(hours=0.5)),
    }),
    bills("BTC-USDT", "isolated", {
        "id": "2194774776", "type": "30", "currency": "USDT", "amount": "1.05",
        "contract_code": "BTC-USDT", "margin_mode": "isolated", "created_time": str(ago(hours=0.6)),
    }),
)  # fmt: skip
"""Listed by margin mode: it may have changed while the position was open."""
HEDGE_FILLS = trades(
    "BTC-USDT",
    trade("34", 1, "buy", 50, 61500, "1.845", profit="25", trade_id="4", position_side="short"),
    trade("33", 1.5, "sell", 150, 62000, "5.58", trade_id="3", position_side="short"),
    trade("32", 2, "sell", 100, 62000, "3.72", profit="200", trade_id="2", position_side="long"),
    trade("31", 2.5, "buy", 600, 60000, "21.6", trade_id="1", position_side="long"),
)
"""0.1 of the long sold at 62,000 gains 200; 0.05 of the short bought back at 61,500 gains 25."""
SWAP_FILLS = swap_trades(
    "BTC-USD",
    swap_trade(114, 1, "buy", "close", 30, 60000, -0.00002, real_profit=0.003125),
    swap_trade(113, 1.5, "sell", "open", 150, 64000, -0.0001),
    swap_trade(112, 2, "sell", "close", 60, 62500, -0.00005, real_profit=0.004),
    swap_trade(111, 2.5, "buy", "open", 360, 60000, -0.0003),
)
"""Gains in BTC.

6,000 × (1 / 60,000 − 1 / 62,500) = 0.004; 3,000 × (1 / 60,000 − 1 / 64,000) = 0.003125.
"""
CASES = (
    AccountCase("one-way", "one-way", (positions(POSITION, ETH_SHORT_ROW),), (BTC_LONG, ETH_SHORT)),
    AccountCase("hedge", "hedge", (positions(LONG_LEG_ROW, SHORT_LEG_ROW),), (BTC_LONG, SHORT_LEG)),
    AccountCase(
        "coin-margined", "hedge",
        (swap_positions(SWAP_POSITION, SWAP_SHORT_ROW), futures_positions(FUTURE_POSITION)),
        (SWAP_LONG, SWAP_SHORT, FUTURE_SHORT),
    ),
    AccountCase(
        "one-way and coin-margined", "mixed",
        (positions(POSITION), swap_positions(SWAP_SHORT_ROW)),
        (BTC_LONG, SWAP_SHORT),
    ),
    AccountCase("flat", "one-way", ()),
    AccountCase(
        "USDT contracts cannot be read", "hedge",
        (unreadable_positions(), swap_positions(SWAP_POSITION)),
        (SWAP_LONG,),
        unread=("USDT contracts",),
    ),
    AccountCase(
        "fills", "one-way",
        (positions(POSITION), FILLS, *PAID),
        (
            replace(
                BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}, funding={"USDT": "-2"}
            ),
        ),
        (
            ExpectedFill(BTC, "buy", "300", "60000", "10.8 USDT", "0"),
            ExpectedFill(BTC, "buy", "300", "60000", "10.8 USDT", "0"),
            ExpectedFill(BTC, "sell", "100", "62000", "3.72 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (positions(LONG_LEG_ROW, SHORT_LEG_ROW), HEDGE_FILLS),
        (
            replace(BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}),
            replace(SHORT_LEG, adopted=False, realized_pnl="25", fees={"USDT": "7.425"}),
        ),
        (
            ExpectedFill(BTC, "buy", "600", "60000", "21.6 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "100", "62000", "3.72 USDT", "200", "long"),
            ExpectedFill(BTC, "sell", "150", "62000", "5.58 USDT", "0", "short"),
            ExpectedFill(BTC, "buy", "50", "61500", "1.845 USDT", "25", "short"),
        ),
    ),
    AccountCase(
        "fills of a coin-margined swap", "hedge",
        (swap_positions(SWAP_POSITION, SWAP_SHORT_ROW), SWAP_FILLS),
        (
            replace(SWAP_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.00035"}),
            replace(SWAP_SHORT, adopted=False, realized_pnl="0.003125", fees={"BTC": "0.00012"}),
        ),
        (
            ExpectedFill(SWAP, "buy", "360", "60000", "0.0003 BTC", "0", "long"),
            ExpectedFill(SWAP, "sell", "60", "62500", "0.00005 BTC", "0.004", "long"),
            ExpectedFill(SWAP, "sell", "150", "64000", "0.0001 BTC", "0", "short"),
            ExpectedFill(SWAP, "buy", "30", "60000", "0.00002 BTC", "0.003125", "short"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "htx", "HTX", "BTC/USDT:USDT", SHARED, CASES, program="one-way",
    missing={
        "one-way inverse": "coin-margined contracts have no one-way mode",
        "inverse isolated": "a coin-margined contract has one margin for its long and its short",
    },
)  # fmt: skip
