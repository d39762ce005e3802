"""Cases of Binance's accounts, shared by its three ids in ccxt."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    Derived,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.binance.binance_rows import (
    FLAT_INVERSE,
    INVERSE,
    LINEAR,
    fill,
    funding,
    inverse_fill,
    inverse_fills,
    inverse_positions,
    linear_fills,
    linear_funding,
    linear_positions,
)

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"


def _leverage(figure: str) -> Derived:
    return Derived(figure, "of USD-margined positions: the notional value divided by the position's margin")


CROSS = Derived("cross", "of USD-margined positions: an isolated margin of zero is cross margin")
ISOLATED = Derived("isolated", CROSS.remark)
NO_LIQUIDATION = Missing("0 in cross margin while the account cannot be liquidated by this position alone")

# --- USD-margined: PnL is size × (mark − entry); the margin of the row is that at the mark price

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage=_leverage("10"), margin_mode=CROSS,
    initial_margin="3000", roe="16.6667", liquidation_price="51234.5",
    reported=ReportedRow("30500", "500", "61000", "3050"),
)  # fmt: skip
ETH_SHORT_ROW = LINEAR | {
    "symbol": "ETHUSDT", "positionAmt": "-2", "entryPrice": "3000", "markPrice": "2900",
    "unRealizedProfit": "200", "liquidationPrice": "3580.15", "isolatedMargin": "1400.5",
    "notional": "-5800", "isolatedWallet": "1200.5", "initialMargin": "1160",
    "positionInitialMargin": "1160", "openOrderInitialMargin": "0",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage=_leverage("5"), margin_mode=ISOLATED,
    initial_margin="1200", roe="16.6667", liquidation_price="3580.15",
    reported=ReportedRow("5800", "200", "2900", "1160"),
)  # fmt: skip
LONG_LEG_ROW = LINEAR | {
    "positionSide": "LONG", "positionAmt": "0.3", "unRealizedProfit": "300", "liquidationPrice": "0",
    "notional": "18300", "initialMargin": "1830", "positionInitialMargin": "1830",
    "openOrderInitialMargin": "0",
}  # fmt: skip
SHORT_LEG_ROW = LONG_LEG_ROW | {
    "positionSide": "SHORT", "positionAmt": "-0.1", "entryPrice": "62000", "unRealizedProfit": "100",
    "notional": "-6100", "initialMargin": "610", "positionInitialMargin": "610",
}  # fmt: skip
LONG_LEG = ExpectedPosition(
    BTC, "long", contracts="0.3", quantity="0.3", entry_price="60000", mark="61000",
    notional="18300", unrealized_pnl="300", leverage=_leverage("10"), margin_mode=CROSS,
    initial_margin="1800", roe="16.6667", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("18300", "300", "61000", "1830"),
)  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage=_leverage("10"), margin_mode=CROSS,
    initial_margin="620", roe="16.129", liquidation_price=NO_LIQUIDATION,
    reported=ReportedRow("6100", "100", "61000", "610"),
)  # fmt: skip
BOTH_LEGS = linear_positions(LONG_LEG_ROW, SHORT_LEG_ROW)

# --- Coin-margined: one contract is 100 USD; PnL is contracts × 100 × (1 / entry − 1 / mark) in BTC

COIN_LONG = ExpectedPosition(
    COIN, "long", contracts="300", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="cross", initial_margin="0.05",
    roe="40", liquidation_price=NO_LIQUIDATION, reported=ReportedRow("0.48", "0.02", "62500"),
)  # fmt: skip
COIN_SHORT_ROW = INVERSE | {
    "positionAmt": "-120", "unRealizedProfit": "-0.00800000", "liquidationPrice": "73900.5", "leverage": "5",
    "marginType": "isolated", "isolatedMargin": "0.03210000", "notionalValue": "-0.192",
    "isolatedWallet": "0.0401",
}  # fmt: skip
COIN_SHORT = ExpectedPosition(
    COIN, "short", contracts="120", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="isolated", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5", reported=ReportedRow("0.192", "-0.008", "62500"),
)  # fmt: skip
ISOLATED_COINS = {"marginType": "isolated", "isolatedMargin": "0.051", "isolatedWallet": "0.05"}


def _coin_legs(**more: str) -> tuple[dict[str, object], ...]:
    return (
        INVERSE | {"positionSide": "LONG"} | more,
        COIN_SHORT_ROW | {"positionSide": "SHORT", "marginType": "cross", "isolatedMargin": "0"} | more,
    )


# --- Fills. Linear: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = linear_fills(
    "BTCUSDT",
    fill(1, 2.5, "BUY", "0.4", "60000", "9.6"),
    fill(2, 2, "BUY", "0.2", "60600", "-2.424"),
    fill(3, 1, "SELL", "0.1", "62200", "2.488", realizedPnl="200"),
)
AFTER_FILLS_ROW = LINEAR | {"entryPrice": "60200", "unRealizedProfit": "400"}
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage=_leverage("10"), margin_mode=CROSS,
    initial_margin="3010", roe="13.289", liquidation_price="51234.5", adopted=False, realized_pnl="200",
    fees={"USDT": "9.664"}, funding={"USDT": "-3.05"},
    reported=ReportedRow("30500", "400", "61000", "3050"),
)  # fmt: skip
HEDGE_FILLS = linear_fills(
    "BTCUSDT",
    fill(1, 2.5, "BUY", "0.5", "60000", "12", positionSide="LONG"),
    fill(2, 2, "SELL", "0.1", "62000", "2.48", positionSide="SHORT"),
    fill(3, 1, "SELL", "0.2", "61500", "4.92", positionSide="LONG", realizedPnl="300"),
)
"""0.2 of the long sold at 61,500 gain 300."""
COIN_FILLS = inverse_fills(
    "BTCUSD_PERP",
    inverse_fill(1, 2, "BUY", "360", "60000", "0.0003"),
    inverse_fill(2, 1, "SELL", "60", "62500", "0.000048", realizedPnl="0.004"),
)
"""60 × 100 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
HEDGED_COIN_FILLS = inverse_fills(
    "BTCUSD_PERP",
    inverse_fill(1, 2, "BUY", "300", "60000", "0.00025", positionSide="LONG"),
    inverse_fill(2, 1, "SELL", "120", "60000", "0.0001", positionSide="SHORT"),
)

LINEAR_CASES = (
    AccountCase("cross", "one-way", (linear_positions(LINEAR),), (BTC_LONG,)),
    AccountCase("isolated", "one-way", (linear_positions(ETH_SHORT_ROW),), (ETH_SHORT,)),
    AccountCase("hedge", "hedge", (BOTH_LEGS,), (LONG_LEG, SHORT_LEG)),
    AccountCase(
        "hedge isolated", "hedge",
        (
            linear_positions(
                LONG_LEG_ROW | {"isolatedMargin": "2100", "liquidationPrice": "54321"},
                SHORT_LEG_ROW | {"isolatedMargin": "720", "liquidationPrice": "68123.4"},
            ),
        ),
        (
            replace(LONG_LEG, margin_mode=ISOLATED, liquidation_price="54321"),
            replace(SHORT_LEG, margin_mode=ISOLATED, liquidation_price="68123.4"),
        ),
    ),
    AccountCase(
        "fills", "one-way",
        (linear_positions(AFTER_FILLS_ROW), FILLS, linear_funding("BTCUSDT", funding(1, 0.5, "-3.05"))),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "0.4", "60000", "9.6 USDT", "0"),
            ExpectedFill(BTC, "buy", "0.2", "60600", "-2.424 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62200", "2.488 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (BOTH_LEGS, HEDGE_FILLS),
        (
            replace(LONG_LEG, adopted=False, realized_pnl="300", fees={"USDT": "16.92"}),
            replace(SHORT_LEG, adopted=False, fees={"USDT": "2.48"}),
        ),
        (
            ExpectedFill(BTC, "buy", "0.5", "60000", "12 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "2.48 USDT", "0", "short"),
            ExpectedFill(BTC, "sell", "0.2", "61500", "4.92 USDT", "300", "long"),
        ),
    ),
)  # fmt: skip
INVERSE_CASES = (
    AccountCase("coin-margined, cross", "one-way", (inverse_positions(INVERSE),), (COIN_LONG,)),
    AccountCase("coin-margined, isolated", "one-way", (inverse_positions(COIN_SHORT_ROW),), (COIN_SHORT,)),
    AccountCase(
        "coin-margined, hedge", "hedge",
        (inverse_positions(*_coin_legs(liquidationPrice="0")),),
        (COIN_LONG, replace(COIN_SHORT, margin_mode="cross", liquidation_price=NO_LIQUIDATION)),
    ),
    AccountCase(
        "coin-margined, hedge isolated", "hedge",
        (inverse_positions(*_coin_legs(**ISOLATED_COINS, liquidationPrice="0")),),
        (
            replace(COIN_LONG, margin_mode="isolated"),
            replace(COIN_SHORT, liquidation_price=NO_LIQUIDATION),
        ),
    ),
    AccountCase(
        "coin-margined fills", "one-way",
        (inverse_positions(INVERSE), COIN_FILLS),
        (replace(COIN_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.000348"}),),
        (
            ExpectedFill(COIN, "buy", "360", "60000", "0.0003 BTC", "0"),
            ExpectedFill(COIN, "sell", "60", "62500", "0.000048 BTC", "0.004"),
        ),
    ),
    AccountCase(
        "coin-margined fills in hedge mode", "hedge",
        (inverse_positions(*_coin_legs(liquidationPrice="0")), HEDGED_COIN_FILLS),
        (
            replace(COIN_LONG, adopted=False, fees={"BTC": "0.00025"}),
            replace(
                COIN_SHORT, margin_mode="cross", liquidation_price=NO_LIQUIDATION, adopted=False,
                fees={"BTC": "0.0001"},
            ),
        ),
        (
            ExpectedFill(COIN, "buy", "300", "60000", "0.00025 BTC", "0", "long"),
            ExpectedFill(COIN, "sell", "120", "60000", "0.0001 BTC", "0", "short"),
        ),
    ),
)  # fmt: skip
FLAT = AccountCase("flat", "one-way", (linear_positions(), inverse_positions(FLAT_INVERSE)))
