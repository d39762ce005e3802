"""`python -m benchmarks.our_api FOLDER [OPTIONS]`: the API over generated fills, or over a whole engine.

The audit trail is written to FOLDER. OPTIONS is a JSON file with options of ccxt's constructor; with it the
engine reads the account of that exchange.
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


def serve_generated_fills(stack: ExitStack, folder: Path) -> None:
    """Serves fills of 0.001 coins, one for each beat, with the audit trail."""
    audit = stack.enter_context(AuditLogger(folder))
    markets, book = live_state(manual=False)
    tracker, ids = PositionTracker("benchmark", book, KEY.exchange, record=audit.record), count(1)
    app = FastAPI()
    add_api(app, context_of(markets, book))

    def publish(price: Decimal) -> None:
        number = next(ids)
        side = TradeSide.BUY if number % 2 else TradeSide.SELL
        fill = Fill(str(number), MARKET, side, price, Decimal("0.001"), number, FEE)
        tracker.apply(FillsReceived((fill,)))

    serve(app, {"beat": Pulse(publish).beat})


def serve_engine(stack: ExitStack, folder: Path, options: str) -> None:
    """Serves a whole engine that reads the account of the exchange in `options`."""
    engine = stack.enter_context(build_engine(load([f"--exchange-config={options}", f"--log-dir={folder}"])))
    app = FastAPI()
    add_api(app, engine.context)
    engine.monitor.start()
    engine.wait_until_ready()
    serve(app)


def main() -> None:
    folder, *options = sys.argv[1:]
    with ExitStack() as stack:
        if options:
            serve_engine(stack, Path(folder), options[0])
        else:
            serve_generated_fills(stack, Path(folder))


if __name__ == "__main__":
    main()
