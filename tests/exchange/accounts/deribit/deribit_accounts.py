"""Accounts on Deribit: one net position in each market, in cross margin."""

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
from tests.exchange.accounts.deribit.deribit_rows import INVERSE, LINEAR, SHARED, positions, trade, trades

BTC, DATED, ETH = "BTC/USD:BTC", "BTC/USD:BTC-300927", "ETH/USDC:USDC"
MARGIN_MODE = Derived("cross", "Deribit has no isolated margin")
NO_PNL = Missing("a trade that opens has no PnL")

# --- Inverse: one contract is 10 USD; PnL is USD × (1 / entry − 1 / mark) in BTC

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="3000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="50", margin_mode=MARGIN_MODE, initial_margin="0.01",
    roe="200", liquidation_price="51234.5",
    reported=ReportedRow("0.48", "0.02", "62500", "0.0105"),
)  # fmt: skip
DATED_SHORT_ROW = INVERSE | {
    "instrument_name": "BTC-27SEP30", "direction": "sell", "size": -12800, "size_currency": -0.2,
    "average_price": 62500, "mark_price": 64000, "total_profit_loss": -0.0048, "initial_margin": 0.004,
    "estimated_liquidation_price": 0, "delta": -0.2,
}  # fmt: skip
DATED_SHORT = ExpectedPosition(
    DATED, "short", contracts="1280", quantity="0.2048", entry_price="62500", mark="64000",
    notional="0.2", unrealized_pnl="-0.0048", leverage="50", margin_mode=MARGIN_MODE,
    initial_margin="0.004096", roe="-117.1875",
    liquidation_price=Missing("0: the account's other collateral covers the position"),
    reported=ReportedRow("0.2", "-0.0048", "64000", "0.004"),
)  # fmt: skip

# --- Linear: one contract is 0.001 ETH; PnL is size × (mark − entry) in USDC

ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2000", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="50", margin_mode=MARGIN_MODE, initial_margin="120",
    roe="166.6667", liquidation_price="3580.15",
    reported=ReportedRow(None, "200", "2900", "145"),
)  # fmt: skip

# --- Fills. 6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC; 1 × (3,000 − 2,800) = 200 USDC

BTC_TRADES = trades(
    "BTC-PERPETUAL",
    trade("t3", 1, "sell", 6000, price=62500, fee=0.000048, profit_loss=0.004),
    trade("t2", 2, "buy", 36000, fee=0.0003),
)
ETH_TRADES = trades(
    "ETH_USDC-PERPETUAL",
    trade(
        "t5", 1, "buy", 1, price=2800, fee=1.4, fee_currency="USDC", profit_loss=200,
        instrument_name="ETH_USDC-PERPETUAL",
    ),
    trade("t4", 2, "sell", 3, price=3000, fee=4.5, fee_currency="USDC", instrument_name="ETH_USDC-PERPETUAL"),
)  # fmt: skip

CASES = (
    AccountCase("inverse", "one-way", (positions(INVERSE, DATED_SHORT_ROW),), (BTC_LONG, DATED_SHORT)),
    AccountCase("linear", "one-way", (positions(LINEAR),), (ETH_SHORT,)),
    AccountCase(
        "flat", "one-way", (positions(INVERSE | {"size": 0, "size_currency": 0, "direction": "zero"}),)
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions(INVERSE), BTC_TRADES),
        (replace(BTC_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.000348"}),),
        (
            ExpectedFill(BTC, "buy", "3600", "60000", "0.0003 BTC", NO_PNL),
            ExpectedFill(BTC, "sell", "600", "62500", "0.000048 BTC", "0.004"),
        ),
    ),
    AccountCase(
        "fills of a linear contract", "one-way",
        (positions(LINEAR), ETH_TRADES),
        (replace(ETH_SHORT, adopted=False, realized_pnl="200", fees={"USDC": "5.9"}),),
        (
            ExpectedFill(ETH, "sell", "3000", "3000", "4.5 USDC", NO_PNL),
            ExpectedFill(ETH, "buy", "1000", "2800", "1.4 USDC", "200"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "deribit", "Deribit", "BTC/USD:BTC", SHARED, CASES, program="inverse",
    missing={
        "hedge": "Deribit has no hedge mode",
        "mixed": "Deribit has no hedge mode",
        "isolated": MARGIN_MODE.remark,
    },
)  # fmt: skip
