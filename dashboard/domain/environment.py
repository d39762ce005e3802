"""The environment of an exchange: live, testnet or demo."""

from enum import StrEnum


class Environment(StrEnum):
    """The kind of exchange. Only LIVE is real money."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"
