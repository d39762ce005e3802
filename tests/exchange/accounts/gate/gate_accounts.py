"""Accounts on Gate, in USDT, in BTC and in dated futures."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.gate.gate_rows import (
    DATED,
    EXPIRY_S,
    FLAT,
    POSITION,
    SHARED,
    dated_fills,
    fill,
    fills,
    funding,
    no_account,
    positions,
)

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
FUTURE = f"BTC/USDT:USDT-{datetime.fromtimestamp(EXPIRY_S, UTC):%y%m%d}"
USDT, IN_BTC, DELIVERY = "futures/usdt", "futures/btc", "delivery/usdt"
NO_LIQUIDATION = Missing("0 in cross margin while the account cannot be liquidated by this position alone")
NO_PNL = Missing("fills are listed without their PnL; it is computed from the fills")

# --- Linear: a contract of BTC_USDT is 0.0001 BTC, of ETH_USDT 0.01 ETH; PnL is size × (mark − entry)

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="5000", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5", reported=ReportedRow("30500", "500", "61000", "3072.875"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "contract": "ETH_USDT", "size": -200, "leverage": "5", "value": "5800", "entry_price": "3000",
    "liq_price": "3580.15", "mark_price": "2900", "initial_margin": "1164.35", "unrealised_pnl": "200",
    "cross_leverage_limit": "0",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="200", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow("5800", "200", "2900", "1164.35"),
)  # fmt: skip
LONG_LEG_ROW = POSITION | {
    "mode": "dual_long", "size": 3000, "value": "18300", "unrealised_pnl": "300", "liq_price": "0",
    "initial_margin": "1843.725",
}  # fmt: skip
SHORT_LEG_ROW = POSITION | {
    "mode": "dual_short", "size": -1000, "value": "6100", "entry_price": "62000", "unrealised_pnl": "100",
    "liq_price": "0", "initial_margin": "614.575",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="3000", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("18300", "300", "61000", "1843.725"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="1000", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("6100", "100", "61000", "614.575"),
)  # fmt: skip
BOTH_LEGS = positions(USDT, LONG_LEG_ROW, SHORT_LEG_ROW)
ISOLATED = {"leverage": "10", "cross_leverage_limit": "0"}

# --- Inverse: a contract of BTC_USD is 1 USD; PnL is contracts × (1 / entry − 1 / mark) in BTC

COIN_LONG_ROW = POSITION | {
    "contract": "BTC_USD", "size": 30000, "value": "0.48", "mark_price": "62500", "unrealised_pnl": "0.02",
    "liq_price": "0", "initial_margin": "0.04836",
}  # fmt: skip
COIN_LONG = ExpectedPosition(
    COIN, "long", contracts="30000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="cross", initial_margin="0.05",
    roe="40", liquidation_price=NO_LIQUIDATION, reported=ReportedRow("0.48", "0.02", "62500", "0.04836"),
)  # fmt: skip
COIN_SHORT_ROW = COIN_LONG_ROW | {
    "size": -12000, "leverage": "5", "cross_leverage_limit": "0", "value": "0.192", "liq_price": "73900.5",
    "unrealised_pnl": "-0.008", "initial_margin": "0.038544",
}  # fmt: skip
COIN_SHORT = ExpectedPosition(
    COIN, "short", contracts="12000", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="isolated", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5", reported=ReportedRow("0.192", "-0.008", "62500", "0.038544"),
)  # fmt: skip
IN_CROSS = {"leverage": "0", "cross_leverage_limit": "5"}
COIN_LEGS = positions(
    IN_BTC, COIN_LONG_ROW | {"mode": "dual_long"}, COIN_SHORT_ROW | IN_CROSS | {"mode": "dual_short"}
)

# --- Fills. Linear: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = fills(
    "usdt",
    fill("3", 1, -1000, "62200", "4.665", close=-1000),
    fill("2", 2, 2000, "60600", "-1.212"),
    fill("1", 2.5, 4000, "60000", "18"),
    contract="BTC_USDT",
)
PAYMENTS = funding("BTC_USDT", (0.5, "-3.05", "996.95"), (0.5, "1.05", "998"))
"""Two of one time, as for the two sides in hedge mode."""
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="5000", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage="10", margin_mode="cross", initial_margin="3010",
    roe="13.289", liquidation_price="51234.5", adopted=False, realized_pnl="200",
    fees={"USDT": "21.453"}, funding={"USDT": "-2"},
    reported=ReportedRow("30500", "400", "61000", "3072.875"),
)  # fmt: skip
HEDGE_FILLS = fills(
    "usdt",
    fill("3", 1, -2000, "61500", "9.225", close=-2000),
    fill("2", 2, -1000, "62000", "4.65"),
    fill("1", 2.5, 5000, "60000", "22.5"),
    contract="BTC_USDT",
)
"""0.2 of the long sold at 61,500 gain 300."""
COIN_FILLS = fills(
    "btc",
    fill("2", 1, -6000, "62500", "0.000072", close=-6000, contract="BTC_USD"),
    fill("1", 2, 36000, "60000", "0.00045", contract="BTC_USD"),
    contract="BTC_USD",
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
COIN_HEDGE_FILLS = fills(
    "btc",
    fill("2", 1, -12000, "60000", "0.00015", contract="BTC_USD"),
    fill("1", 2, 30000, "60000", "0.000375", contract="BTC_USD"),
    contract="BTC_USD",
)
OLD_FILLS = tuple(fill(str(1000 + n), 2000 + n, 1, "50000", "0.00375", contract=DATED) for n in range(150))
"""Further back than fills are read: they end the pages."""

CASES = (
    AccountCase(
        "cross", "one-way",
        (positions(USDT, POSITION), positions(IN_BTC, COIN_LONG_ROW)),
        (BTC_LONG, COIN_LONG),
    ),
    AccountCase(
        "isolated", "one-way",
        (positions(USDT, ETH_SHORT_ROW), positions(IN_BTC, COIN_SHORT_ROW)),
        (ETH_SHORT, COIN_SHORT),
    ),
    AccountCase(
        "cross with a margin mode of its own", "one-way",
        (positions(USDT, POSITION | ISOLATED | {"pos_margin_mode": "cross"}),),
        (BTC_LONG,),
    ),
    AccountCase(
        "dated future", "one-way",
        (
            positions(DELIVERY, POSITION | {"contract": DATED}),
            dated_fills(DATED, fill("1", 1, 5000, "60000", "22.5", contract=DATED), *OLD_FILLS),
        ),
        (replace(BTC_LONG, symbol=FUTURE, adopted=False, fees={"USDT": "22.5"}),),
        (ExpectedFill(FUTURE, "buy", "5000", "60000", "22.5 USDT", NO_PNL),),
    ),
    AccountCase(
        "no account in BTC", "one-way",
        (positions(USDT, POSITION), no_account(IN_BTC), no_account(DELIVERY)),
        (BTC_LONG,),
    ),
    AccountCase("hedge", "hedge", (BOTH_LEGS,), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (positions(USDT, LONG_LEG_ROW | ISOLATED, SHORT_LEG_ROW | ISOLATED),),
        (replace(LONG_LEG, margin_mode="isolated"), replace(SHORT_LEG, margin_mode="isolated")),
    ),
    AccountCase(
        "hedge inverse", "hedge", (COIN_LEGS,), (COIN_LONG, replace(COIN_SHORT, margin_mode="cross"))
    ),
    AccountCase(
        "hedge inverse isolated", "hedge",
        (
            positions(
                IN_BTC, COIN_LONG_ROW | ISOLATED | {"mode": "dual_long"},
                COIN_SHORT_ROW | {"mode": "dual_short"},
            ),
        ),
        (replace(COIN_LONG, margin_mode="isolated"), COIN_SHORT),
    ),
    AccountCase(
        "USDT hedged, BTC one-way", "mixed",
        (BOTH_LEGS, positions(IN_BTC, COIN_SHORT_ROW)),
        (LONG_LEG, SHORT_LEG, COIN_SHORT),
    ),
    AccountCase("flat", "one-way", (positions(USDT, POSITION | FLAT),)),
    AccountCase(
        "fills", "one-way",
        (positions(USDT, POSITION | {"entry_price": "60200", "unrealised_pnl": "400"}), FILLS, PAYMENTS),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "4000", "60000", "18 USDT", NO_PNL),
            ExpectedFill(BTC, "buy", "2000", "60600", "-1.212 USDT", NO_PNL),
            ExpectedFill(BTC, "sell", "1000", "62200", "4.665 USDT", NO_PNL),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (BOTH_LEGS, HEDGE_FILLS),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "31.725"}),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "4.65"}),
        ),
        (
            ExpectedFill(BTC, "buy", "5000", "60000", "22.5 USDT", NO_PNL, "long"),
            ExpectedFill(BTC, "sell", "1000", "62000", "4.65 USDT", NO_PNL, "short"),
            ExpectedFill(BTC, "sell", "2000", "61500", "9.225 USDT", NO_PNL, "long"),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions(IN_BTC, COIN_LONG_ROW), COIN_FILLS),
        (replace(COIN_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.000522"}),),
        (
            ExpectedFill(COIN, "buy", "36000", "60000", "0.00045 BTC", NO_PNL),
            ExpectedFill(COIN, "sell", "6000", "62500", "0.000072 BTC", NO_PNL),
        ),
    ),
    AccountCase(
        "fills of an inverse contract in hedge mode", "hedge",
        (COIN_LEGS, COIN_HEDGE_FILLS),
        (
            replace(COIN_LONG, adopted=False, fees={"BTC": "0.000375"}),
            replace(COIN_SHORT, margin_mode="cross", adopted=False, fees={"BTC": "0.00015"}),
        ),
        (
            ExpectedFill(COIN, "buy", "30000", "60000", "0.000375 BTC", NO_PNL, "long"),
            ExpectedFill(COIN, "sell", "12000", "60000", "0.00015 BTC", NO_PNL, "short"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts("gate", "Gate", BTC, SHARED, CASES, program="cross")
