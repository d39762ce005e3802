"""Whether this is real money."""

from enum import StrEnum


class Environment(StrEnum):
    """What kind of exchange is watched."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"
