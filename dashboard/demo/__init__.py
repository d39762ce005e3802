"""An embedded exchange on loopback that speaks Bitget's v2 protocol, for the demo mode and for tests."""

from dashboard.demo.account.demo_account import DEMO_KEY, DEMO_PASSPHRASE, DEMO_SECRET, DemoAccount
from dashboard.demo.account.demo_fill import DemoFill
from dashboard.demo.account.demo_levels import DEMO_LEVELS, DemoLevels
from dashboard.demo.account.demo_order import DemoOrder
from dashboard.demo.account.demo_position import DEMO_ENTRY, DemoPosition
from dashboard.demo.demo_exchange import DemoExchange
from dashboard.demo.market.demo_market import DemoMarket
from dashboard.demo.matching.bitget_error import BitgetError
from dashboard.demo.protocol.fault_injection import EVERY, FILLS, POSITIONS, Faults
from dashboard.demo.thread import DemoThread, running_demo

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
