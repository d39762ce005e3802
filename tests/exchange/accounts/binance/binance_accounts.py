"""Accounts on Binance, with USD-margined and coin-margined contracts."""

from tests.exchange.accounts.account_case import AccountCase, ExchangeAccounts
from tests.exchange.accounts.binance.binance_cases import (
    BOTH_LEGS,
    BTC,
    BTC_LONG,
    COIN_LONG,
    COIN_SHORT,
    COIN_SHORT_ROW,
    ETH_SHORT,
    ETH_SHORT_ROW,
    FLAT,
    INVERSE_CASES,
    LINEAR_CASES,
    LONG_LEG,
    SHORT_LEG,
)
from tests.exchange.accounts.binance.binance_rows import (
    INVERSE,
    LINEAR,
    SHARED,
    inverse_positions,
    linear_positions,
)

CASES = (
    *LINEAR_CASES,
    *INVERSE_CASES,
    FLAT,
    AccountCase(
        "both margins", "one-way",
        (linear_positions(LINEAR, ETH_SHORT_ROW), inverse_positions(INVERSE)),
        (BTC_LONG, ETH_SHORT, COIN_LONG),
    ),
    AccountCase(
        "USD-margined hedged, coin-margined one-way", "mixed",
        (BOTH_LEGS, inverse_positions(COIN_SHORT_ROW)),
        (LONG_LEG, SHORT_LEG, COIN_SHORT),
    ),
)  # fmt: skip

ACCOUNTS = ExchangeAccounts("binance", "Binance", BTC, SHARED, CASES, program="both margins")
