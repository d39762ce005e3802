"""Accounts on Hyperliquid: one net position in each market, on its own exchange and on those of builders."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
)
from tests.exchange.accounts.hyperliquid.hyperliquid_rows import (
    BTC,
    ETH,
    PERPETUALS_DOC,
    POSITIONS_DOC,
    SHARED,
    TSLA,
    WALLET,
    answer,
    builders,
    fill,
    fills,
    funding,
    listed,
    payment,
    positions,
)

BTC_MARKET, ETH_MARKET, TSLA_MARKET = "BTC/USDC:USDC", "ETH/USDC:USDC", "FLX-TSLA/USDH:USDH"

# --- PnL is size × (mark − entry), in USDC or in the collateral of a builder's exchange

BTC_LONG = ExpectedPosition(
    BTC_MARKET, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="cross", initial_margin="3000",
    roe="16.6667", liquidation_price="51234.5", reported=ReportedRow("30500", "500", "61000", "3050"),
)  # fmt: skip
COVERED = replace(BTC_LONG, liquidation_price=Missing("null: the account's other collateral covers it"))
ETH_SHORT = ExpectedPosition(
    ETH_MARKET, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow("5800", "200", "2900"),
)  # fmt: skip
TSLA_SHORT = ExpectedPosition(
    TSLA_MARKET, "short", contracts="30", quantity="30", entry_price="400", mark="410",
    notional="12300", unrealized_pnl="-300", leverage="4", margin_mode="isolated", initial_margin="3000",
    roe="-10", liquidation_price="487.8", reported=ReportedRow("12300", "-300", "410"),
)  # fmt: skip

# --- Fills: a short of 0.1 gains 100 and turns to a long of 0.6, of which 0.1 sold at 62,000 gains 200

FILLS = (
    fill(1, 4, "A", "0.1", "61000.0", dir="Open Short", fee="2.745"),
    fill(2, 3, "B", "0.7", "60000.0", dir="Short > Long", startPosition="-0.1", closedPnl="100.0",
         fee="23.1", builderFee="4.2"),
    fill(3, 1, "A", "0.1", "62000.0", dir="Close Long", startPosition="0.6", closedPnl="200.0", fee="-0.186",
         crossed=False),
)  # fmt: skip
OTHERS = tuple(
    fill(index + 10, 2 - index / 10_000, "BA"[index % 2], "1.0", "25.5", coin="@107", dir="Buy")
    for index in range(2_100)
)
"""More than a page of spot trades, between the fills of BTC."""
READ_FILLS = (
    ExpectedFill(BTC_MARKET, "sell", "0.1", "61000", "2.745 USDC", "0"),
    ExpectedFill(BTC_MARKET, "buy", "0.7", "60000", "23.1 USDC", "100"),
    ExpectedFill(BTC_MARKET, "sell", "0.1", "62000", "-0.186 USDC", "200"),
)
TSLA_FILLS = (
    fill(4, 2, "A", "30.0", "400.0", coin="flx:TSLA", dir="Open Short", fee="5.4", feeToken="USDH"),
)

CASES = (
    AccountCase("cross and isolated", "one-way", (positions(BTC, ETH),), (BTC_LONG, ETH_SHORT)),
    AccountCase("cross, covered", "one-way", (positions(BTC | {"liquidationPx": None}),), (COVERED,)),
    AccountCase(
        "market of a builder", "one-way",
        (positions(BTC), positions(TSLA, dex="flx")), (BTC_LONG, TSLA_SHORT),
    ),
    AccountCase(
        "exchange of a builder without answer", "one-way",
        (positions(BTC), answer("clearinghouseState", None, POSITIONS_DOC, dex="flx")),
        (BTC_LONG,), unread=("markets of flx",),
    ),
    AccountCase(
        "exchanges of builders not listed", "one-way",
        (positions(BTC), answer("perpDexs", {}, PERPETUALS_DOC)),
        (BTC_LONG,), unread=("markets of builders",),
    ),
    AccountCase(
        "market of a builder that is not loaded", "one-way",
        (positions(BTC), positions(TSLA | {"coin": "new:TSLA"}, dex="new"), builders("flx", "new"),
         listed({}, dex="new")),
        (BTC_LONG,), unread=("NEW-TSLA/USDC:USDC",),
    ),
    AccountCase("flat", "one-way", (positions(BTC | {"szi": "0.0", "positionValue": "0.0"}),)),
    AccountCase(
        "fills", "one-way",
        (
            positions(BTC), fills(*FILLS, *OTHERS),
            funding(payment("BTC", 0.5, "-3.05", "0.5"), payment("ETH", 0.5, "-3.05", "2.0"),
                    payment("BTC", 2.5, "0.6", "0.5")),
        ),
        (
            replace(BTC_LONG, adopted=False, realized_pnl="300", fees={"USDC": "25.659"},
                    funding={"USDC": "-2.45"}),
        ),
        READ_FILLS,
    ),
    AccountCase(
        "fills in a market of a builder", "one-way",
        (positions(TSLA, dex="flx"), fills(*TSLA_FILLS)),
        (replace(TSLA_SHORT, adopted=False, fees={"USDH": "5.4"}),),
        (ExpectedFill(TSLA_MARKET, "sell", "30", "400", "5.4 USDH", "0"),),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "hyperliquid", "Hyperliquid", BTC_MARKET, SHARED, CASES, program="cross and isolated",
    missing={
        "inverse": "Hyperliquid has no inverse contracts",
        "hedge": "Hyperliquid has no hedge mode",
        "mixed": "Hyperliquid has no hedge mode",
    },
    config={"walletAddress": WALLET},
)  # fmt: skip
