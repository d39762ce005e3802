"""Cases of KuCoin's accounts, shared by its two ids in ccxt."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    Derived,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.kucoin.kucoin_rows import (
    INVERSE,
    ISOLATED,
    POSITION,
    UNIFIED_POSITION,
    account_mode,
    fill,
    fills,
    funding,
    positions,
    unified_positions,
)

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
NO_LIQUIDATION = Missing("0 in cross margin while the account cannot be liquidated by this position alone")
BY_MARGIN = Derived("5", "where rows lack it: the cost of the position divided by its margin")
NO_PNL = Missing("fills are listed without their PnL; it is computed from the fills")

# --- Linear: a contract of XBTUSDTM is 0.001 BTC, of ETHUSDTM 0.01 ETH; PnL is size × (mark − entry)

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="500", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5", reported=ReportedRow("30500", "500", "61000", "3000"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | ISOLATED | {
    "id": "500000000001046432", "symbol": "ETHUSDTM", "currentQty": -200, "markPrice": 2900,
    "markValue": -5800, "posCost": -6000, "posInit": 1200, "unrealisedPnl": 200, "avgEntryPrice": 3000,
    "liquidationPrice": 3580.15, "realLeverage": 4.14, "leverage": 5,
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="200", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow("5800", "200", "2900", "1200"),
)  # fmt: skip
LONG_LEG_ROW = POSITION | {
    "positionSide": "LONG", "currentQty": 300, "markValue": 18300, "posCost": 18000, "posInit": 1800,
    "unrealisedPnl": 300, "liquidationPrice": 0,
}  # fmt: skip
SHORT_LEG_ROW = LONG_LEG_ROW | {
    "id": "500000000001046433", "positionSide": "SHORT", "currentQty": -100, "markValue": -6100,
    "posCost": -6200, "posInit": 620, "unrealisedPnl": 100, "avgEntryPrice": 62000,
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="300", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage="10", margin_mode="cross", initial_margin="1800",
    roe="16.6667", liquidation_price=NO_LIQUIDATION, reported=ReportedRow("18300", "300", "61000", "1800"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="100", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="cross", initial_margin="620",
    roe="16.129", liquidation_price=NO_LIQUIDATION, reported=ReportedRow("6100", "100", "61000", "620"),
)  # fmt: skip

# --- Inverse: a contract of XBTUSDM is 1 USD; PnL is contracts × (1 / entry − 1 / mark) in BTC

COIN_LONG = ExpectedPosition(
    COIN, "long", contracts="30000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="cross", initial_margin="0.05",
    roe="40", liquidation_price="51234.5", reported=ReportedRow("0.48", "0.02", "62500", "0.05"),
)  # fmt: skip
COIN_SHORT_ROW = INVERSE | ISOLATED | {
    "id": "500000000001046434", "currentQty": -12000, "markValue": 0.192, "posCost": 0.2, "posInit": 0.04,
    "unrealisedPnl": -0.008, "liquidationPrice": 73900.5, "realLeverage": 6, "leverage": 5,
}  # fmt: skip
COIN_SHORT = ExpectedPosition(
    COIN, "short", contracts="12000", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="isolated", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5", reported=ReportedRow("0.192", "-0.008", "62500", "0.04"),
)  # fmt: skip
CROSS = {"crossMode": True, "marginMode": "CROSS"}
COIN_LEGS = positions(INVERSE | {"positionSide": "LONG"}, COIN_SHORT_ROW | CROSS | {"positionSide": "SHORT"})

# --- Fills. Linear: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200


def closing(fee: str) -> dict[str, str]:
    return {"openFeePay": "0", "closeFeePay": fee}


FILLS = fills(
    "XBTUSDTM",
    fill("3", 1, "sell", 100, "62200", "3.732", **closing("3.732")),
    fill("2", 2, "buy", 200, "60600", "-0.5"),
    fill("1", 2.5, "buy", 400, "60000", "14.4"),
)
AFTER_FILLS_ROW = POSITION | {
    "avgEntryPrice": 60200, "posCost": 30100, "posInit": 3010, "unrealisedPnl": 400,
}  # fmt: skip
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="500", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage="10", margin_mode="cross", initial_margin="3010",
    roe="13.289", liquidation_price="51234.5", adopted=False, realized_pnl="200",
    fees={"USDT": "17.632"}, funding={"USDT": "-3.05"},
    reported=ReportedRow("30500", "400", "61000", "3010"),
)  # fmt: skip
HEDGE_FILLS = fills(
    "XBTUSDTM",
    fill("3", 1, "sell", 200, "61500", "7.38", **closing("7.38")),
    fill("2", 2, "sell", 100, "62000", "3.72", positionSide="SHORT"),
    fill("1", 2.5, "buy", 500, "60000", "18"),
)
"""0.2 of the long sold at 61,500 gain 300. Only one row names its side."""
IN_BTC = {"symbol": "XBTUSDM", "feeCurrency": "XBT", "settleCurrency": "XBT"}
COIN_FILLS = fills(
    "XBTUSDM",
    fill("2", 1, "sell", 6000, "62500", "0.0000576", **IN_BTC, **closing("0.0000576")),
    fill("1", 2, "buy", 36000, "60000", "0.00036", **IN_BTC),
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
COIN_HEDGE_FILLS = fills(
    "XBTUSDM",
    fill("2", 1, "sell", 12000, "60000", "0.00012", **IN_BTC),
    fill("1", 2, "buy", 30000, "60000", "0.0003", **IN_BTC),
)

CASES = (
    AccountCase("cross", "one-way", (positions(POSITION, INVERSE),), (BTC_LONG, COIN_LONG)),
    AccountCase("isolated", "one-way", (positions(ETH_SHORT_ROW, COIN_SHORT_ROW),), (ETH_SHORT, COIN_SHORT)),
    AccountCase(
        "rows without leverage", "one-way",
        (
            positions(
                {key: each for key, each in ETH_SHORT_ROW.items() if key not in ("leverage", "marginMode")}
            ),
        ),
        (replace(ETH_SHORT, leverage=BY_MARGIN),),
    ),
    AccountCase(
        "unified account", "one-way",
        (account_mode("UNIFIED"), unified_positions(UNIFIED_POSITION)),
        (
            replace(
                BTC_LONG, side="short", unrealized_pnl="-500", roe="-16.6667",
                liquidation_price=Missing("positions of a unified account are listed without it"),
                reported=ReportedRow("30500", "-500", "61000", "3050"),
            ),
        ),
    ),
    AccountCase("hedge", "hedge", (positions(LONG_LEG_ROW, SHORT_LEG_ROW),), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (positions(LONG_LEG_ROW | ISOLATED, SHORT_LEG_ROW | ISOLATED),),
        (replace(LONG_LEG, margin_mode="isolated"), replace(SHORT_LEG, margin_mode="isolated")),
    ),
    AccountCase(
        "hedge inverse", "hedge", (COIN_LEGS,), (COIN_LONG, replace(COIN_SHORT, margin_mode="cross"))
    ),
    AccountCase(
        "hedge inverse isolated", "hedge",
        (
            positions(
                INVERSE | ISOLATED | {"positionSide": "LONG"}, COIN_SHORT_ROW | {"positionSide": "SHORT"}
            ),
        ),
        (replace(COIN_LONG, margin_mode="isolated"), COIN_SHORT),
    ),
    AccountCase("flat", "one-way", (positions(),)),
    AccountCase(
        "fills", "one-way",
        (positions(AFTER_FILLS_ROW), FILLS, funding("XBTUSDTM", 239471298749817, 0.5, -3.05)),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "400", "60000", "14.4 USDT", NO_PNL),
            ExpectedFill(BTC, "buy", "200", "60600", "-0.5 USDT", NO_PNL),
            ExpectedFill(BTC, "sell", "100", "62200", "3.732 USDT", NO_PNL),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (positions(LONG_LEG_ROW, SHORT_LEG_ROW), HEDGE_FILLS),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "25.38"}),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "3.72"}),
        ),
        (
            ExpectedFill(BTC, "buy", "500", "60000", "18 USDT", NO_PNL, "long"),
            ExpectedFill(BTC, "sell", "100", "62000", "3.72 USDT", NO_PNL, "short"),
            ExpectedFill(BTC, "sell", "200", "61500", "7.38 USDT", NO_PNL, "long"),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions(INVERSE), COIN_FILLS),
        (replace(COIN_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.0004176"}),),
        (
            ExpectedFill(COIN, "buy", "36000", "60000", "0.00036 BTC", NO_PNL),
            ExpectedFill(COIN, "sell", "6000", "62500", "0.0000576 BTC", NO_PNL),
        ),
    ),
    AccountCase(
        "fills of an inverse contract in hedge mode", "hedge",
        (COIN_LEGS, COIN_HEDGE_FILLS),
        (
            replace(COIN_LONG, adopted=False, fees={"BTC": "0.0003"}),
            replace(COIN_SHORT, margin_mode="cross", adopted=False, fees={"BTC": "0.00012"}),
        ),
        (
            ExpectedFill(COIN, "buy", "30000", "60000", "0.0003 BTC", NO_PNL, "long"),
            ExpectedFill(COIN, "sell", "12000", "60000", "0.00012 BTC", NO_PNL, "short"),
        ),
    ),
)  # fmt: skip
