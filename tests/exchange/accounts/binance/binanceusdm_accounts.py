"""Accounts on Binance by the id that has USD-margined contracts only."""

from tests.exchange.accounts.account_case import ExchangeAccounts
from tests.exchange.accounts.binance.binance_cases import BTC, FLAT, LINEAR_CASES
from tests.exchange.accounts.binance.binance_rows import SHARED

ACCOUNTS = ExchangeAccounts(
    "binanceusdm", "Binance USD-M", BTC, SHARED, (*LINEAR_CASES, FLAT), program="cross",
    missing={
        "inverse": "coin-margined contracts are on `binance` and `binancecoinm`",
        "mixed": "the mode is that of the whole USD-margined account",
    },
)  # fmt: skip
