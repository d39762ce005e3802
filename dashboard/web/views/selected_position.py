"""Which position a page looks at. Each browser has its own: the server knows it by a label alone."""

from dataclasses import replace

from dashboard.app.context import AppContext
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position import Side
from dashboard.state.runtime import Snapshot

LONGEST = 100
"""Characters of a label; whatever is longer is none."""


def symbol_of(context: AppContext, label: str | None) -> str | None:
    """The market of a position's label; None for the main one, and for one that is not watched."""
    symbol, _ = _parts(label or "")
    return symbol if symbol and symbol != context.markets.symbol and context.markets.of(symbol) else None


def snapshot_of(context: AppContext, label: str | None) -> Snapshot:
    """What is known of the position with this label; of the main market where there is none such."""
    symbol, side = _parts(label or "")
    market = context.markets.of(symbol or None) or context.markets.main
    return _on_side(market.snapshot, side if market is context.markets.of(symbol or None) else None)


def label_of(context: AppContext, snapshot: Snapshot) -> str:
    """The label of the position that is shown, as the table has it."""
    if snapshot.instrument is None or not context.about().has_account:
        return ""
    symbol, known = snapshot.instrument.symbol, context.board.get_all_positions()
    side = snapshot.position.side if snapshot.position else None
    return next((label for label in (symbol, f"{symbol}:{side}") if label in known), symbol)


def _parts(label: str) -> tuple[str, Side | None]:
    for side in Side:
        if label.endswith(f":{side}"):
            return label.removesuffix(f":{side}"), side
    return label, None


def _on_side(snapshot: Snapshot, side: Side | None) -> Snapshot:
    """The same with the other one of two positions in hedge mode."""
    holdings = snapshot.holdings
    if side is None or snapshot.instrument is None or holdings.entered.is_position:
        return snapshot
    if snapshot.position is None or snapshot.position.side is side:
        return snapshot
    wished = replace(holdings, entered=ManualPosition(side=side))
    position = wished.shown(snapshot.instrument)
    return snapshot.about(wished, position, wished.levels(position) if position else None)
