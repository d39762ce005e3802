"""Accounts on Binance by the id that has coin-margined contracts only."""

from tests.exchange.accounts.account_case import ExchangeAccounts
from tests.exchange.accounts.binance.binance_cases import COIN, FLAT, INVERSE_CASES
from tests.exchange.accounts.binance.binance_rows import SHARED

ACCOUNTS = ExchangeAccounts(
    "binancecoinm", "Binance COIN-M", COIN, SHARED, (*INVERSE_CASES, FLAT), program="coin-margined, cross",
    missing={
        "linear": "USD-margined contracts are on `binance` and `binanceusdm`",
        "mixed": "the mode is that of the whole coin-margined account",
    },
)  # fmt: skip
