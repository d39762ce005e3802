"""Accounts on Phemex: USDT and USDC contracts in either mode, others in one-way mode."""

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
from tests.exchange.accounts.phemex.phemex_rows import (
    FLAT,
    POSITION,
    SCALED_POSITION,
    SHARED,
    funding,
    positions,
    scaled_trade,
    trade,
    trades,
)

BTC, ETH, USDC, INVERSE = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDC:USDC", "BTC/USD:BTC"
USD = "ETH/USD:USD"
CROSS = Derived("cross", "a leverage of zero or less means cross margin")
NO_PRICE = Missing(
    "the market's lowest price for a long, its highest for a short: other collateral covers it"
)

# --- USDT and USDC: amounts in coins; PnL is size × (mark − entry)

BTC_LONG = ExpectedPosition(
    BTC, "long", contracts="0.5", quantity="0.5", entry_price="60000", mark="61000",
    notional="30500", unrealized_pnl="500", leverage="10", margin_mode="isolated", initial_margin="3000",
    roe="16.6667", liquidation_price="54300.5", reported=ReportedRow("30000", None, "61000"),
)  # fmt: skip
ETH_SHORT_ROW = POSITION | {
    "symbol": "ETHUSDT", "side": "Sell", "size": "2", "valueRv": "6000", "avgEntryPriceRp": "3000",
    "avgEntryPrice": "3000", "leverageRr": "-5", "initMarginReqRr": "0.2", "liquidationPriceRp": "3580.15",
    "markPriceRp": "2900", "assignedPosBalanceRv": "1207.2",
}  # fmt: skip
ETH_SHORT = ExpectedPosition(
    ETH, "short", contracts="2", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode=CROSS, initial_margin="1200",
    roe="16.6667", liquidation_price="3580.15", reported=ReportedRow("6000", None, "2900"),
)  # fmt: skip
USDC_ROW = POSITION | {
    "symbol": "BTCUSDC",
    "currency": "USDC",
    "leverageRr": "-10",
    "liquidationPriceRp": "0.1",
}
USDC_LONG = replace(BTC_LONG, symbol=USDC, margin_mode=CROSS, liquidation_price=NO_PRICE)

# --- Hedge mode

LONG_LEG_ROW = POSITION | {"posSide": "Long", "posMode": "Hedged"}
SHORT_LEG_ROW = POSITION | {
    "posSide": "Short", "posMode": "Hedged", "side": "Sell", "size": "0.1", "valueRv": "6200",
    "avgEntryPriceRp": "62000", "avgEntryPrice": "62000", "leverageRr": "-10",
    "liquidationPriceRp": "2000000000",
}  # fmt: skip
SHORT_LEG = ExpectedPosition(
    BTC, "short", contracts="0.1", quantity="0.1", entry_price="62000", mark="61000",
    notional="6100", unrealized_pnl="100", leverage="10", margin_mode=CROSS, initial_margin="620",
    roe="16.129", liquidation_price=NO_PRICE, reported=ReportedRow("6200", None, "61000"),
)  # fmt: skip

# --- Inverse: one contract is 1 USD; PnL is USD × (1 / entry − 1 / mark) in BTC for a long

INVERSE_LONG = ExpectedPosition(
    INVERSE, "long", contracts="30000", quantity="0.5", entry_price="60000", mark="62500",
    notional="0.48", unrealized_pnl="0.02", leverage="10", margin_mode="isolated", initial_margin="0.05",
    roe="40", liquidation_price="54700.5", reported=ReportedRow("0.5", None, "62500"),
)  # fmt: skip
INVERSE_SHORT_ROW = SCALED_POSITION | {
    "side": "Sell", "leverageEr": 0, "leverage": 0, "initMarginReqEr": 1000000, "initMarginReq": 0.01,
    "size": 12000, "value": 0.2, "valueEv": 20000000, "liquidationPriceEp": 739005000,
    "liquidationPrice": 73900.5,
}  # fmt: skip
INVERSE_SHORT = ExpectedPosition(
    INVERSE, "short", contracts="12000", quantity="0.2", entry_price="60000", mark="62500",
    notional="0.192", unrealized_pnl="-0.008",
    leverage=Derived("100", "a leverage of zero is the highest: the inverse of the required margin's rate"),
    margin_mode=CROSS, initial_margin="0.002", roe="-400", liquidation_price="73900.5",
    reported=ReportedRow("0.2", None, "62500"),
)  # fmt: skip

# --- Settled in USD: one contract is 0.005 ETH

USD_ROW = SCALED_POSITION | {
    "symbol": "ETHUSD", "currency": "USD", "side": "Sell", "leverage": 5.0, "initMarginReq": 0.2, "size": 400,
    "value": 6000.0, "avgEntryPrice": 3000.0, "liquidationPrice": 3580.5, "markPrice": 2900.0,
}  # fmt: skip
USD_SHORT = ExpectedPosition(
    USD, "short", contracts="400", quantity="2", entry_price="3000", mark="2900",
    notional="5800", unrealized_pnl="200", leverage="5", margin_mode="isolated", initial_margin="1200",
    roe="16.6667", liquidation_price="3580.5", reported=ReportedRow("6000", None, "2900"),
)  # fmt: skip

# --- Fills: 0.6 at 60,000, of which 0.1 sold at 62,000 gains 200

FILLS = trades(
    "BTCUSDT",
    trade("d2", 1, "Sell", "0.1", "62000", "3.72", closed="0.1", pnl="200"),
    trade("f1", 1.5, "Buy", "0.6", "60000", "3.6", tradeType="Funding"),
    trade("d1", 2, "Buy", "0.6", "60000", "21.6"),
)
PAID = funding("BTCUSDT", {
    "symbol": "BTCUSDT", "currency": "USDT", "execQtyRq": "0.6", "side": "Buy", "execPriceRp": "60000",
    "execValueRv": "36000", "fundingRateRr": "0.0001", "feeRateRr": "0.0001", "execFeeRv": "3.6",
    "createTime": ago(hours=1.5),
})  # fmt: skip
HEDGE_FILLS = trades(
    "BTCUSDT",
    trade("d4", 1, "Buy", "0.05", "61500", "1.845", closed="0.05", pnl="25"),
    trade("d3", 1.5, "Sell", "0.15", "62000", "0", ptFeeRv="6.2"),
    trade("d2", 2, "Sell", "0.1", "62000", "3.72", closed="0.1", pnl="200"),
    trade("d1", 2.5, "Buy", "0.6", "60000", "21.6"),
)
"""0.1 of the long sold at 62,000 gains 200; 0.05 of the short bought back at 61,500 gains 25."""
HEDGE_PAID = funding(
    "BTCUSDT",
    {
        "symbol": "BTCUSDT",
        "currency": "USDT",
        "side": "Sell",
        "execFeeRv": "-0.9",
        "createTime": ago(hours=0.5),
    },
    {"symbol": "BTCUSDT", "currency": "USDT", "side": "Buy", "execFeeRv": "3", "createTime": ago(hours=0.5)},
)
INVERSE_FILLS = trades(
    "BTCUSD",
    scaled_trade("d3", 1, "Sell", 6000, 625000000, -2447),
    scaled_trade("f1", 1.5, "Buy", 36000, 600000000, 479, tradeType="Funding", action="SettleFundingFee"),
    scaled_trade("d2", 2, "Buy", 16000, 600000000, 20000, tradeType="LiqTrade"),
    scaled_trade("d1", 2.5, "Buy", 20000, 600000000, 25000),
)
"""6,000 × (1 / 60,000 − 1 / 62,500) = 0.004 BTC."""
INVERSE_PAID = funding("BTCUSD", {
    "createTime": ago(hours=1.5), "currency": "BTC", "execFeeEv": 479, "execPriceEp": 600000000,
    "execQty": 36000, "execValueEv": 60000000, "feeRateEr": 800, "fundingRateEr": 800, "side": "Buy",
    "symbol": "BTCUSD",
})  # fmt: skip
NO_PNL = Missing(
    "trades of coin-margined contracts are listed without their PnL; it is computed from the fills"
)

CASES = (
    AccountCase("one-way", "one-way", (positions("USDT", POSITION, ETH_SHORT_ROW),), (BTC_LONG, ETH_SHORT)),
    AccountCase("settled in USDC", "one-way", (positions("USDC", USDC_ROW),), (USDC_LONG,)),
    AccountCase("settled in USD", "one-way", (positions("USD", USD_ROW),), (USD_SHORT,)),
    AccountCase("inverse, isolated", "one-way", (positions("BTC", SCALED_POSITION),), (INVERSE_LONG,)),
    AccountCase("inverse, cross", "one-way", (positions("BTC", INVERSE_SHORT_ROW),), (INVERSE_SHORT,)),
    AccountCase(
        "hedge", "hedge", (positions("USDT", LONG_LEG_ROW, SHORT_LEG_ROW),), (BTC_LONG, SHORT_LEG)
    ),
    AccountCase(
        "BTC hedged, ETH one-way", "mixed",
        (positions("USDT", LONG_LEG_ROW, SHORT_LEG_ROW, ETH_SHORT_ROW), positions("BTC", SCALED_POSITION)),
        (BTC_LONG, SHORT_LEG, ETH_SHORT, INVERSE_LONG),
    ),
    AccountCase("flat", "one-way", (positions("USDT", ETH_SHORT_ROW | FLAT),)),
    AccountCase(
        "flat in hedge mode", "hedge", (positions("USDT", LONG_LEG_ROW | FLAT, SHORT_LEG_ROW | FLAT),)
    ),
    AccountCase(
        "fills", "one-way",
        (positions("USDT", POSITION), FILLS, PAID),
        (
            replace(
                BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}, funding={"USDT": "-3.6"}
            ),
        ),
        (
            ExpectedFill(BTC, "buy", "0.6", "60000", "21.6 USDT", "0"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.72 USDT", "200"),
        ),
    ),
    AccountCase(
        "fills in hedge mode", "hedge",
        (positions("USDT", LONG_LEG_ROW, SHORT_LEG_ROW), HEDGE_FILLS, HEDGE_PAID),
        (
            replace(
                BTC_LONG, adopted=False, realized_pnl="200", fees={"USDT": "25.32"}, funding={"USDT": "-3"}
            ),
            replace(
                SHORT_LEG, adopted=False, realized_pnl="25", fees={"PT": "6.2", "USDT": "1.845"},
                funding={"USDT": "0.9"},
            ),
        ),
        (
            ExpectedFill(BTC, "buy", "0.6", "60000", "21.6 USDT", "0", "long"),
            ExpectedFill(BTC, "sell", "0.1", "62000", "3.72 USDT", "200", "long"),
            ExpectedFill(BTC, "sell", "0.15", "62000", "6.2 PT", "0", "short"),
            ExpectedFill(BTC, "buy", "0.05", "61500", "1.845 USDT", "25", "short"),
        ),
    ),
    AccountCase(
        "fills of an inverse contract", "one-way",
        (positions("BTC", SCALED_POSITION), INVERSE_FILLS, INVERSE_PAID),
        (
            replace(
                INVERSE_LONG, adopted=False, realized_pnl="0.004", fees={"BTC": "0.00042553"},
                funding={"BTC": "-0.00000479"},
            ),
        ),
        (
            ExpectedFill(INVERSE, "buy", "20000", "60000", "0.00025 BTC", NO_PNL),
            ExpectedFill(INVERSE, "buy", "16000", "60000", "0.0002 BTC", NO_PNL),
            ExpectedFill(INVERSE, "sell", "6000", "62500", "-0.00002447 BTC", NO_PNL),
        ),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts(
    "phemex", "Phemex", "BTC/USDT:USDT", SHARED, CASES, program="one-way",
    missing={"hedge inverse": "hedge mode is of USDT and USDC contracts only"},
)  # fmt: skip
