"""Accounts on BingX: one mode for USDT and USDC contracts; coin-margined ones are kept by side."""

from dataclasses import replace

from tests.exchange.accounts.account_case import (
    AccountCase,
    ExchangeAccounts,
    ExpectedFill,
    ExpectedPosition,
    Missing,
    ReportedRow,
    ago,
)
from tests.exchange.accounts.bingx.bingx_rows import (
    COIN,
    COIN_DOC,
    LINEAR,
    MODE_DOC,
    SHARED,
    answer,
    coin_order,
    coin_orders,
    coin_positions,
    coin_trade,
    coin_trades,
    funding,
    position_mode,
    positions,
    trade,
    trades,
)

BTC, ETH, COIN_BTC = "BTC/USDT:USDT", "ETH/USDC:USDC", "BTC/USD:BTC"
HEDGE = position_mode(is_hedge=True)
NO_FUNDING = Missing("payments of coin-margined contracts are not listed")

# --- Linear: amounts in coins; PnL is size × (mark − entry)

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="isolated", initial_margin="3000",
    roe="16.6667", liquidation_price="54300.5", reported=ReportedRow("30500", "500", "61000", "3000"),
)  # fmt: skip
ETH_SHORT_ROW = LINEAR | {
    "symbol": "ETH-USDC", "currency": "USDC", "positionAmt": "2", "positionSide": "SHORT", "isolated": False,
    "avgPrice": "3000", "initialMargin": "1200.0000", "margin": "1400.0000", "leverage": 5,
    "unrealizedProfit": "200.0000", "liquidationPrice": 0, "markPrice": "2900",
    "positionValue": "5800.0000",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="cross", initial_margin="1200",
    roe="16.6667", liquidation_price=Missing("0: the account's other collateral covers the position"),
    reported=ReportedRow("5800", "200", "2900", "1200"),
)  # fmt: skip

# --- Inverse: one contract is 100 USD; PnL is USD × (1 / mark − 1 / entry) in BTC for a short

COIN_SHORT = ExpectedPosition(
    COIN_BTC, "short", contracts="120", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008", leverage="5", margin_mode="cross", initial_margin="0.04",
    roe="-20", liquidation_price="73900.5", funding=NO_FUNDING,
    reported=ReportedRow(None, "-0.008", "62500", "0.04"),
)  # fmt: skip
COIN_LONG_ROW = COIN | {
    "positionId": "2", "positionSide": "LONG", "isolated": True, "positionAmt": "300",
    "unrealizedProfit": "0.02000000", "initialMargin": "0.05000000", "liquidationPrice": 54700.5,
    "leverage": 10,
}  # fmt: skip
COIN_LONG = ExpectedPosition(
    COIN_BTC, "long", contracts="300", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="isolated", initial_margin="0.05",
    roe="40", liquidation_price="54700.5", funding=NO_FUNDING,
    reported=ReportedRow(None, "0.02", "62500", "0.05"),
)  # fmt: skip

# --- Hedge mode

LEG = {"onlyOnePosition": False}
SHORT_LEG_ROW = LINEAR | LEG | {
    "positionId": "3", "positionAmt": "0.1", "positionSide": "SHORT", "avgPrice": "62000",
    "initialMargin": "620.0000", "margin": "720.0000", "unrealizedProfit": "100.0000",
    "liquidationPrice": 67800, "positionValue": "6100.0000",
}  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode="isolated", initial_margin="620",
    roe="16.129", liquidation_price="67800", reported=ReportedRow("6100", "100", "61000", "620"),
)  # fmt: skip
UNSTATED_ROW = {name: value for name, value in LINEAR.items() if name != "onlyOnePosition"}

# --- Fills: 0.6 at 60,000, of which 0.1 sold at 62,000 gains 200; a maker gets a rebate of 1.24

FILLS = trades(
    "BTC-USDT",
    trade("d2", 1, "SELL", "0.1", "62000", "1.24", role="maker", realisedPNL="200"),
    trade("d1", 2, "BUY", "0.6", "60000", "-18"),
)
PAID = funding("BTC-USDT", {
    "symbol": "BTC-USDT", "incomeType": "FUNDING_FEE", "income": "-3.05", "asset": "USDT",
    "info": "Funding Fee", "time": ago(hours=0.5), "tranId": "17023", "tradeId": "17023",
})  # fmt: skip
HALF_SOLD = trades(
    "BTC-USDT",
    trade("d2", 1, "SELL", "0.5", "62000", "-15.5", positionSide="LONG", realisedPNL="1000"),
    trade("d1", 2, "BUY", "1", "60000", "-30", positionSide="LONG"),
)
"""1 bought, 0.5 of it sold at 62,000 gains 1,000."""
HALF = replace(BTC_LONG, adopted=False, realized_pnl="1000", fees={"USDT": "45.5"})
HALF_FILLS = (
    ExpectedFill(BTC, "buy", "1", "60000", "30 USDT", "0", "long"),
    ExpectedFill(BTC, "sell", "0.5", "62000", "15.5 USDT", "1000", "long"),
)
SHORT_TOO = trades(
    "BTC-USDT",
    trade("d4", 1, "BUY", "0.05", "61500", "-1.5375", positionSide="SHORT", realisedPNL="25"),
    trade("d3", 1.5, "SELL", "0.15", "62000", "-4.65", positionSide="SHORT"),
    trade("d2", 2, "SELL", "0.1", "62000", "-3.1", positionSide="LONG", realisedPNL="200"),
    trade("d1", 2.5, "BUY", "0.6", "60000", "-18", positionSide="LONG"),
)
"""0.1 of the long sold at 62,000 gains 200; 0.05 of the short bought back at 61,500 gains 25."""
COIN_FILLS = (
    coin_orders("BTC-USD", coin_order("8002", 1), coin_order("8001", 2)),
    coin_trades(
        coin_trade("d1", "8001", 2, "SELL", "100", "60000", commission="-0.0001"),
        coin_trade("d2", "8001", 2, "SELL", "80", "60000", commission="-0.00008"),
        coin_trade("d3", "8002", 1, "BUY", "60", "62500", commission="-0.000048",
                   realizedPnl="-0.00400000"),
    ),
)  # fmt: skip
"""6,000 × (1 / 62,500 − 1 / 60,000) = −0.004 BTC."""

CASES = (
    AccountCase("one-way", "one-way", (positions(LINEAR, ETH_SHORT_ROW),), (BTC_LONG, ETH_SHORT)),
    AccountCase(
        "hedge", "hedge", (HEDGE, positions(LINEAR | LEG, SHORT_LEG_ROW)), (BTC_LONG, SHORT_LEG)
    ),
    AccountCase(
        "hedge, cross and coin-margined", "hedge",
        (HEDGE, positions(ETH_SHORT_ROW | LEG), coin_positions(COIN, COIN_LONG_ROW)),
        (ETH_SHORT, COIN_SHORT, COIN_LONG),
    ),
    AccountCase(
        "mixed", "mixed", (positions(LINEAR), coin_positions(COIN)), (BTC_LONG, COIN_SHORT)
    ),
    AccountCase("flat", "one-way", ()),
    AccountCase(
        "coin-margined positions without answer", "one-way",
        (positions(LINEAR), answer("cswap/v1/user/positions", {}, COIN_DOC)),
        (BTC_LONG,), unread=("coin-margined contracts",),
    ),
    AccountCase(
        "fills", "one-way", (positions(LINEAR), FILLS, PAID),
        (
            replace(
                BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "16.76"}, funding={"USDT": "-3.05"}
            ),
        ),
        (
            ExpectedFill(BTC, "buy", "0.6", "60000", "18 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "-1.24 USDT", "200"),
        ),
    ),
    AccountCase(
        "half sold in hedge mode", "hedge", (HEDGE, positions(UNSTATED_ROW), HALF_SOLD), (HALF,), HALF_FILLS
    ),
    AccountCase(
        "half sold in hedge mode, mode stated by fills only", "hedge",
        (answer("swap/v1/positionSide/dual", {}, MODE_DOC), positions(UNSTATED_ROW), HALF_SOLD),
        (HALF,), HALF_FILLS,
    ),
    AccountCase(
        "fills of both legs", "hedge", (HEDGE, positions(LINEAR | LEG, SHORT_LEG_ROW), SHORT_TOO),
        (
            replace(BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "21.1"}),
            replace(SHORT_LEG, adopted=False, realized_pnl="25", fees={"USDT": "6.1875"}),
        ),
        (
            ExpectedFill(BTC, "buy", "0.6", "60000", "18 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.1 USDT", "200", "long"),
            ExpectedFill(BTC, "sell", "0.15", "62000", "4.65 USDT", "0", "short"),
            ExpectedFill(BTC, "buy", "0.05", "61500", "1.5375 USDT", "25", "short"),
        ),
    ),
    AccountCase(
        "fills of a coin-margined contract", "hedge", (HEDGE, coin_positions(COIN), *COIN_FILLS),
        (replace(COIN_SHORT, adopted=False, realized_pnl="-0.004", fees={"BTC": "0.000228"}),),
        (
            ExpectedFill(COIN_BTC, "sell", "100", "60000", "0.0001 BTC", "0", "short"),
            ExpectedFill(COIN_BTC, "sell", "80", "60000", "0.00008 BTC", "0", "short"),
            ExpectedFill(COIN_BTC, "buy", "60", "62500", "0.000048 BTC", "-0.004", "short"),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "bingx", "BingX", BTC, SHARED, CASES, program="one-way",
    missing={
        "one-way inverse": "coin-margined positions are listed by side; their mode is not reported",
    },
)  # fmt: skip
