"""An embedded exchange on loopback that speaks Bitget's v2 wire protocol, for the demo mode and for tests."""

from .account import (
    DEMO_ENTRY,
    DEMO_KEY,
    DEMO_LEVELS,
    DEMO_PASSPHRASE,
    DEMO_SECRET,
    DemoAccount,
    DemoLevels,
    DemoPosition,
)
from .exchange import DemoExchange
from .faults import EVERY, Faults
from .market import DemoMarket
from .thread import DemoThread, running_demo

__all__ = [
    "DEMO_ENTRY",
    "DEMO_KEY",
    "DEMO_LEVELS",
    "DEMO_PASSPHRASE",
    "DEMO_SECRET",
    "EVERY",
    "DemoAccount",
    "DemoExchange",
    "DemoLevels",
    "DemoMarket",
    "DemoPosition",
    "DemoThread",
    "Faults",
    "running_demo",
]
