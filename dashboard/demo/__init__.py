"""An embedded exchange on loopback that speaks Bitget's v2 wire protocol, for the demo mode and for tests."""

from .account import DEMO_KEY, DEMO_LEVELS, DEMO_PASSPHRASE, DEMO_SECRET, DemoAccount, DemoLevels
from .exchange import DemoExchange
from .faults import EVERY, FILLS, POSITIONS, Faults
from .fills import DemoFill
from .market import DemoMarket
from .orders import DemoOrder
from .position import DEMO_ENTRY, DemoPosition
from .thread import DemoThread, running_demo
from .wire import BitgetError

__all__ = [
    "DEMO_ENTRY",
    "DEMO_KEY",
    "DEMO_LEVELS",
    "DEMO_PASSPHRASE",
    "DEMO_SECRET",
    "EVERY",
    "FILLS",
    "POSITIONS",
    "BitgetError",
    "DemoAccount",
    "DemoExchange",
    "DemoFill",
    "DemoLevels",
    "DemoMarket",
    "DemoOrder",
    "DemoPosition",
    "DemoThread",
    "Faults",
    "running_demo",
]
