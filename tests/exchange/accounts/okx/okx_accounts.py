"""Accounts on OKX: contracts of several sizes, in net mode and in long/short mode."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.okx.okx_rows import (
    MARGIN_POSITION,
    POSITION,
    SHARED,
    bills,
    fill,
    fills,
    funding,
    positions,
)

BTC, ETH, INVERSE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
FUTURE = "BTC/USDT:USDT-301227"
NO_LIQUIDATION = Missing("empty while the exchange calculates none")
NO_LEVERAGE = Missing("cross positions have no leverage in portfolio margin")
NO_LEG = Missing("in long/short mode bills do not name the position that paid")
ISOLATED = {"mgnMode": "isolated", "imr": ""}

# --- Linear: a contract is 0.01 BTC or 0.1 ETH; PnL is size × (mark − entry) in USDT

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="50", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow("30500", "500", "61000", "3050"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | ISOLATED | {
    "instId": "ETH-USDT-SWAP", "pos": "-20", "avgPx": "3000", "lever": "5", "markPx": "2900",
    "liqPx": "3580.15", "upl": "200", "margin": "1200", "notionalUsd": "5800", "posId": "2",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="20", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15",
    reported=ReportedRow("5800", "200", "2900", "1200"),
)  # fmt: skip

# --- A future in cross margin, settled at 60,500 this morning: the row's entry and PnL are those since then

FUTURE_ROW = POSITION | {
    "instId": "BTC-USDT-301227", "instType": "FUTURES", "avgPx": "60500", "nonSettleAvgPx": "60000",
    "upl": "250", "settledPnl": "250", "posId": "3",
}  # fmt: skip
FUTURE_LONG = replace(BTC_LONG, symbol=FUTURE)

# --- Inverse: a contract is 100 USD; PnL is contracts × 100 × (1 / entry − 1 / mark) in BTC

INVERSE_LONG_ROW = POSITION | {
    "instId": "BTC-USD-SWAP", "ccy": "BTC", "pos": "300", "markPx": "62500", "liqPx": "", "upl": "0.02",
    "imr": "0.048", "notionalUsd": "30000", "posId": "4",
}  # fmt: skip
INVERSE_LONG = ExpectedPosition(
    INVERSE, "long", contracts="300", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="cross", initial_margin="0.05",
    roe="40", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("0.48", "0.02", "62500", "0.048"),
)  # fmt: skip
INVERSE_SHORT_ROW = INVERSE_LONG_ROW | ISOLATED | {
    "pos": "-120", "lever": "5", "liqPx": "73900.5", "upl": "-0.008", "margin": "0.04",
    "notionalUsd": "12000", "posId": "5",
}  # fmt: skip
INVERSE_SHORT = ExpectedPosition(
    INVERSE, "short", contracts="120", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="isolated", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5",
    reported=ReportedRow("0.192", "-0.008", "62500", "0.04"),
)  # fmt: skip

# --- One swap in cross and in isolated margin at once: parts of one side are one position

CROSS_PART_ROW = POSITION | {
    "pos": "300", "upl": "3000", "imr": "18300", "notionalUsd": "183000", "posId": "8",
}  # fmt: skip
ISOLATED_PART_ROW = POSITION | ISOLATED | {
    "pos": "200", "avgPx": "61000", "upl": "0", "margin": "12200", "notionalUsd": "122000",
    "liqPx": "55500.5", "posId": "9",
}  # fmt: skip
BOTH_PARTS = ExpectedPosition(
    BTC, "long", contracts="500", quantity="5", entry_price="60400", mark="61000",
    notional="305000", unrealized_pnl="3000", leverage="10",
    margin_mode=Missing("parts of one position are in cross and in isolated margin"),
    initial_margin="30200", roe="9.9338", liquidation_price="55500.5",
    reported=ReportedRow("305000", "3000", "61000", "30500"),
)  # fmt: skip
"""3 at 60,000 and 2 at 61,000 average 60,400. The nearer liquidation price is the first to be reached."""
CROSS_PART = ExpectedPosition(
    BTC, "long", contracts="300", quantity="3", entry_price="60000", mark="61000",
    notional="183000", unrealized_pnl="3000", leverage="10", margin_mode="cross", initial_margin="18000",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow("183000", "3000", "61000", "18300"),
)  # fmt: skip
ISOLATED_SHORT = ExpectedPosition(
    BTC, "short", contracts="200", quantity="2", entry_price="61000", mark="61000",
    notional="122000", unrealized_pnl="0", leverage="10", margin_mode="isolated", initial_margin="12200",
    roe="0", liquidation_price="66500.5",
    reported=ReportedRow("122000", "0", "61000", "12200"),
)  # fmt: skip

# --- Long/short mode

LONG_LEG_ROW = POSITION | {
    "posSide": "long", "pos": "30", "upl": "300", "imr": "1830", "notionalUsd": "18300", "posId": "6",
}  # fmt: skip
SHORT_LEG_ROW = POSITION | {
    "posSide": "short", "pos": "10", "avgPx": "62000", "upl": "100", "imr": "610", "notionalUsd": "6100",
    "liqPx": "", "posId": "7",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="30", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow("18300", "300", "61000", "1830"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="10", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("6100", "100", "61000", "610"),
)  # fmt: skip
HEDGED_INVERSE_ROWS = (
    INVERSE_LONG_ROW | {"posSide": "long"},
    INVERSE_SHORT_ROW | {"posSide": "short", "pos": "120"},
)

# --- Fills: 40 contracts at 60,000 and 20 at 60,600 average 60,200; 10 of them sold at 62,200 gain 200

FILLS = fills(
    fill("103", 1, "sell", "10", "62200", "-3.11 USDT", "200", tradeId=""),
    fill("102", 2, "buy", "20", "60600", "0.606 USDT", execType="M"),
    fill("101", 2.5, "buy", "40", "60000", "-12 USDT"),
)
"""The first was a liquidation, without a trade id. The second has a rebate."""
AFTER_FILLS = replace(
    BTC_LONG, entry_price="60200", unrealized_pnl="400", initial_margin="3010", roe="13.289", adopted=False,
    realized_pnl="200", fees={"USDT": "14.504"}, funding={"USDT": "-3.05"},
    reported=ReportedRow("30500", "400", "61000", "3050"),
)  # fmt: skip
OTHER_BILLS = tuple(funding(200 + number, 0.5, "0.01", "ETH-USDT-SWAP") for number in range(150))
FUNDING = bills(*reversed(OTHER_BILLS), funding(199, 0.5, "-3.05"))
"""A payment behind 150 of another instrument, which fill the newest page."""
INVERSE_FILLS = fills(
    fill("102", 1, "sell", "60", "62500", "-0.000048 BTC", "0.004", instId="BTC-USD-SWAP"),
    fill("101", 2, "buy", "360", "60000", "-0.0003 BTC", instId="BTC-USD-SWAP"),
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
HEDGE_FILLS = fills(
    fill("103", 1, "sell", "20", "61500", "-6.15 USDT", "300", posSide="long"),
    fill("102", 2, "sell", "10", "62000", "-3.1 USDT", posSide="short"),
    fill("101", 2.5, "buy", "50", "60000", "-15 USDT", posSide="long"),
)
"""20 contracts of the long sold at 61,500 gain 300."""
INVERSE_HEDGE_FILLS = fills(
    fill("103", 1, "sell", "60", "62500", "-0.000048 BTC", "0.004", instId="BTC-USD-SWAP", posSide="long"),
    fill("102", 2, "buy", "360", "60000", "-0.0003 BTC", instId="BTC-USD-SWAP", posSide="long"),
    fill("101", 2, "sell", "120", "60000", "-0.0001 BTC", instId="BTC-USD-SWAP", posSide="short"),
)

CASES = (
    AccountCase(
        "cross", "one-way",
        (positions(POSITION, INVERSE_LONG_ROW, FUTURE_ROW, MARGIN_POSITION),),
        (BTC_LONG, INVERSE_LONG, FUTURE_LONG),
    ),
    AccountCase(
        "isolated", "one-way",
        (positions(ETH_SHORT_ROW, INVERSE_SHORT_ROW),),
        (ETH_SHORT, INVERSE_SHORT),
    ),
    AccountCase(
        "portfolio margin", "one-way",
        (positions(POSITION | {"lever": ""}),),
        (replace(BTC_LONG, leverage=NO_LEVERAGE, initial_margin=NO_LEVERAGE, roe=NO_LEVERAGE),),
    ),
    AccountCase(
        "cross and isolated long of one swap", "one-way",
        (positions(CROSS_PART_ROW, ISOLATED_PART_ROW),),
        (BOTH_PARTS,),
    ),
    AccountCase(
        "cross long and isolated short of one swap", "one-way",
        (positions(CROSS_PART_ROW, ISOLATED_PART_ROW | {"pos": "-200", "liqPx": "66500.5"}),),
        (CROSS_PART, ISOLATED_SHORT),
    ),
    AccountCase("hedge", "hedge", (positions(LONG_LEG_ROW, SHORT_LEG_ROW),), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (
            positions(
                LONG_LEG_ROW | ISOLATED | {"margin": "1800"}, SHORT_LEG_ROW | ISOLATED | {"margin": "620"}
            ),
        ),
        (
            replace(LONG_LEG, margin_mode="isolated", reported=ReportedRow("18300", "300", "61000", "1800")),
            replace(SHORT_LEG, margin_mode="isolated", reported=ReportedRow("6100", "100", "61000", "620")),
        ),
    ),
    AccountCase(
        "hedge of inverse swaps", "hedge",
        (positions(*HEDGED_INVERSE_ROWS),),
        (INVERSE_LONG, INVERSE_SHORT),
    ),
    AccountCase("flat", "one-way", (positions(POSITION | {"pos": "0", "avgPx": "", "upl": ""}),)),
    AccountCase(
        "fills", "one-way",
        (positions(POSITION | {"avgPx": "60200", "upl": "400"}), FILLS, FUNDING),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "40", "60000", "12 USDT", "0"),
            ExpectedFill(BTC, "buy", "20", "60600", "-0.606 USDT", "0"),
            ExpectedFill(BTC, "sell", "10", "62200", "3.11 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills of an inverse swap", "one-way",
        (positions(INVERSE_LONG_ROW), INVERSE_FILLS),
        (replace(INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.000348"}),),
        (
            ExpectedFill(INVERSE, "buy", "360", "60000", "0.0003 BTC", "0"),
            ExpectedFill(INVERSE, "sell", "60", "62500", "0.000048 BTC", "0.004"),
        ),
    ),
    AccountCase(
        "fills in long/short mode", "hedge",
        (positions(LONG_LEG_ROW, SHORT_LEG_ROW), HEDGE_FILLS, bills(funding(200, 0.5, "-1.22"))),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "21.15"}, funding=NO_LEG),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "3.1"}, funding=NO_LEG),
        ),
        (
            ExpectedFill(BTC, "buy", "50", "60000", "15 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "10", "62000", "3.1 USDT", "0", "short"),
            ExpectedFill(BTC, "sell", "20", "61500", "6.15 USDT", "300", "long"),
        ),
    ),
    AccountCase(
        "fills of an inverse swap in long/short mode", "hedge",
        (positions(*HEDGED_INVERSE_ROWS), INVERSE_HEDGE_FILLS),
        (
            replace(INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.000348"}),
            replace(INVERSE_SHORT, adopted=False, fees={"BTC": "0.0001"}),
        ),
        (
            ExpectedFill(INVERSE, "sell", "120", "60000", "0.0001 BTC", "0", "short"),
            ExpectedFill(INVERSE, "buy", "360", "60000", "0.0003 BTC", "0", "long"),
            ExpectedFill(INVERSE, "sell", "60", "62500", "0.000048 BTC", "0.004", "long"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "okx", "OKX", "BTC/USDT:USDT", SHARED, CASES, program="cross",
    missing={"mixed": "the position mode is that of the whole account"},
)  # fmt: skip
