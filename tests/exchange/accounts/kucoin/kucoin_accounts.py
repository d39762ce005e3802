"""Accounts on KuCoin, by ccxt's id `kucoin`."""

from tests.exchange.accounts.account_case import ExchangeAccounts
from tests.exchange.accounts.kucoin.kucoin_cases import BTC, CASES
from tests.exchange.accounts.kucoin.kucoin_rows import SHARED

ACCOUNTS = ExchangeAccounts(
    "kucoin", "KuCoin", BTC, SHARED, CASES, program="cross",
    missing={"mixed": "the mode is that of the whole account"},
)  # fmt: skip
