"""The environment of an exchange: live, testnet or demo."""

from enum import StrEnum


class Environment(StrEnum):
    """The kind of exchange. Only LIVE is real money."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"

    def connection(self, exchange: str) -> str:
        """Returns the name of the connection to `exchange`, ccxt's id: bitget, bitget:testnet, demo."""
        names = {Environment.LIVE: exchange, Environment.TESTNET: f"{exchange}:testnet"}
        return names.get(self, "demo")
