"""Environment: whether real money is shown."""

from enum import StrEnum


class Environment(StrEnum):
    """Kind of exchange that is watched."""

    LIVE = "live"
    TESTNET = "testnet"
    DEMO = "demo"

    def connection(self, exchange: str) -> str:
        """Returns the name of the connection to `exchange`, ccxt's id: bitget, bitget:testnet, demo."""
        names = {Environment.LIVE: exchange, Environment.TESTNET: f"{exchange}:testnet"}
        return names.get(self, "demo")
