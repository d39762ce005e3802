"""`python -m benchmarks.our_api FOLDER [OPTIONS]`: the API over a tracker fed by a pulse, or over a house.

The audit trail goes into FOLDER. With OPTIONS, a JSON file for ccxt's constructor, everything between the
exchange and the client is real.
"""

import sys
from contextlib import ExitStack
from decimal import Decimal
from itertools import count
from pathlib import Path

from fastapi import FastAPI

from benchmarks.our_server import KEY, MARKET, context_of, live_state
from benchmarks.pulse import Pulse
from benchmarks.served import serve
from dashboard.api.router import add_api
from dashboard.app.engine import build_engine
from dashboard.audit.logger import AuditLogger
from dashboard.config import load
from dashboard.domain.events import FillsReceived
from dashboard.domain.fill import Fee, Fill, TradeSide
from dashboard.positions.tracker import PositionTracker

FEE = (Fee(Decimal("0.0384"), "USDT"),)


def pulsed(stack: ExitStack, folder: Path) -> None:
    """Each beat is a fill of a thousandth of a coin, recorded as in earnest."""
    audit = stack.enter_context(AuditLogger(folder))
    markets, book = live_state(manual=False)
    tracker, ids = PositionTracker("benchmark", book, KEY.exchange, record=audit.record), count(1)
    app = FastAPI()
    add_api(app, context_of(markets, book))

    def give(price: Decimal) -> None:
        number = next(ids)
        side = TradeSide.BUY if number % 2 else TradeSide.SELL
        fill = Fill(str(number), MARKET, side, price, Decimal("0.001"), number, FEE)
        tracker.apply(FillsReceived((fill,)))

    serve(app, {"beat": Pulse(give).beat})


def whole(stack: ExitStack, folder: Path, options: str) -> None:
    """The house, with the account of the exchange that the options lead to."""
    inside = stack.enter_context(build_engine(load([f"--exchange-config={options}", f"--log-dir={folder}"])))
    app = FastAPI()
    add_api(app, inside.context)
    inside.monitor.start()
    inside.wait_until_ready()
    serve(app)


def main() -> None:
    folder, *options = sys.argv[1:]
    with ExitStack() as stack:
        if options:
            whole(stack, Path(folder), options[0])
        else:
            pulsed(stack, Path(folder))


if __name__ == "__main__":
    main()
