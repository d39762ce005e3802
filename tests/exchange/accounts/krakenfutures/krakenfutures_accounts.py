"""Accounts on Kraken Futures."""

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
from tests.exchange.accounts.krakenfutures.krakenfutures_rows import (
    INVERSE,
    ISOLATED,
    POSITION,
    SHARED,
    fill,
    fills,
    funding,
    margin,
    positions,
)

BTC, ETH, COIN = "BTC/USD:USD", "ETH/USD:USD", "BTC/USD:BTC"


def _leverage(figure: str) -> Derived:
    return Derived(figure, "in cross margin: that of the margin schedule which the account's margin fits")


CROSS = Derived("cross", "a position without a leverage of its own is in cross margin")
OWN = Derived("isolated", "a position with a leverage of its own is isolated")
NO_LIQUIDATION = Missing("not in the answers to requests")
NO_FEE = Missing("fills are requested without their fees, but streamed with them")
NO_PNL = Missing("fills are listed without their PnL; it is computed from the fills")
UNKNOWN_SCHEDULE = Missing("in cross margin, if the account's margin fits none of its two schedules")

# --- Linear: a contract is one coin; PnL is size × (mark − entry) in USD. The professional schedule is 50x

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage=_leverage("50"), margin_mode=CROSS,
    initial_margin="600", roe="83.3333", liquidation_price=NO_LIQUIDATION, reported=ReportedRow(None, "500"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | ISOLATED | {
    "symbol": "PF_ETHUSD", "side": "short", "size": 2, "price": 3000, "unrealizedPnl": 200,
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode=OWN, initial_margin="1200",
    roe="16.6667", liquidation_price=NO_LIQUIDATION, reported=ReportedRow(None, "200"),
)  # fmt: skip

# --- Inverse: a contract is 1 USD; PnL is contracts × (1 / entry − 1 / mark) in BTC

COIN_LONG = ExpectedPosition(
    COIN, "long", contracts="30000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage=_leverage("50"), margin_mode=CROSS,
    initial_margin="0.01", roe="200", liquidation_price=NO_LIQUIDATION, reported=ReportedRow(None, "0.02"),
)  # fmt: skip
NO_LEVERAGE = {
    "leverage": UNKNOWN_SCHEDULE, "initial_margin": UNKNOWN_SCHEDULE, "roe": UNKNOWN_SCHEDULE,
}  # fmt: skip

# --- Fills. Linear: 0.4 at 60,000 and 0.2 at 60,600 average 60,200; 0.1 of it sold at 62,200 gains 200

FILLS = fills(
    fill("c", 1, "sell", 0.1, 62200),
    fill("x", 1.5, "buy", 7, 3000, symbol="PF_ETHUSD"),
    fill("b", 2, "buy", 0.2, 60600),
    fill("a", 2.5, "buy", 0.4, 60000),
)
"""Of all markets."""
AFTER_FILLS = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60200", mark="61000",
    notional="30500", unrealized_pnl="400", leverage=_leverage("10"), margin_mode=CROSS,
    initial_margin="3010", roe="13.289", liquidation_price=NO_LIQUIDATION, adopted=False,
    realized_pnl="200", fees={}, funding={"USD": "-3.05"}, reported=ReportedRow(None, "400"),
)  # fmt: skip
COIN_FILLS = fills(
    fill("b", 1, "sell", 6000, 62500, symbol="PI_XBTUSD"),
    fill("a", 2, "buy", 36000, 60000, symbol="PI_XBTUSD"),
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""

CASES = (
    AccountCase(
        "cross", "one-way", (positions(POSITION, INVERSE), margin("600")), (BTC_LONG, COIN_LONG)
    ),
    AccountCase(
        "cross and isolated", "one-way",
        (positions(POSITION, ETH_SHORT_ROW), margin("1800")),
        (BTC_LONG, ETH_SHORT),
    ),
    AccountCase(
        "retail client", "one-way",
        (positions(POSITION), margin("3000")),
        (replace(BTC_LONG, leverage=_leverage("10"), initial_margin="3000", roe="16.6667"),),
    ),
    AccountCase(
        "unknown margin schedule", "one-way",
        (positions(INVERSE), margin("0")),
        (replace(COIN_LONG, **NO_LEVERAGE),),
    ),
    AccountCase(
        "PnL in another currency", "one-way",
        (positions(POSITION | ISOLATED | {"pnlCurrency": "EUR", "unrealizedPnl": 460}),),
        (
            replace(
                BTC_LONG, leverage="5", margin_mode=OWN, initial_margin="6000", roe="8.3333",
                reported=ReportedRow(),
            ),
        ),
    ),
    AccountCase("flat", "one-way", (positions(),)),
    AccountCase(
        "fills", "one-way",
        (
            positions(POSITION | {"price": 60200, "unrealizedPnl": 400}), margin("3010"), FILLS,
            funding("PF_XBTUSD", (16, 0.5, "-3.05")),
        ),
        (AFTER_FILLS,),
        (
            ExpectedFill(BTC, "buy", "0.4", "60000", NO_FEE, NO_PNL),
            ExpectedFill(BTC, "buy", "0.2", "60600", NO_FEE, NO_PNL),
            ExpectedFill(BTC, "sell", "0.1", "62200", NO_FEE, NO_PNL),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions(INVERSE), margin("0"), COIN_FILLS),
        (replace(COIN_LONG, **NO_LEVERAGE, adopted=False, realized_pnl="0.004"),),
        (
            ExpectedFill(COIN, "buy", "36000", "60000", NO_FEE, NO_PNL),
            ExpectedFill(COIN, "sell", "6000", "62500", NO_FEE, NO_PNL),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "krakenfutures", "Kraken Futures", BTC, SHARED, CASES, program="cross",
    missing={
        "hedge": "Kraken has one-way mode only",
        "mixed": "Kraken has one-way mode only",
        "inverse isolated": "inverse contracts are in cross margin only",
    },
    config={"secret": "YS1zZWNyZXQ="},
)  # fmt: skip
