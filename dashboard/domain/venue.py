"""Whether this is real money."""

from enum import StrEnum


class Venue(StrEnum):
    """What kind of exchange is watched."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"
