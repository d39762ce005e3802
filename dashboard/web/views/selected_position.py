"""SelectedPosition: the position, or the market without one, that a page looks at."""

from dataclasses import dataclass

from dashboard.app.context import AppContext
from dashboard.domain.keys import MarketKey
from dashboard.domain.manual_position import ManualPosition
from dashboard.domain.position import Position, Side
from dashboard.domain.position_selection import preferred
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation
from dashboard.positions.models import AccountHealth, LivePosition
from dashboard.positions.position_book import PositionBook
from dashboard.state.runtime import MarketSnapshot

MAX_LABEL_LENGTH = 200
"""Characters of a label; a longer one selects the main market."""


@dataclass(frozen=True, slots=True)
class SelectedPosition:
    """A position with its market, as the cards, the ladder and the chart show it."""

    market: MarketSnapshot
    label: str = ""
    """The label of the position; the market's symbol where there is none."""
    position: Position | None = None
    levels: RiskLevels | None = None
    valuation: Valuation = Valuation(RiskStatus.UNKNOWN)
    others: tuple[Position, ...] = ()
    """The exchange's other positions in the market, as in hedge mode."""
    manual: ManualPosition = ManualPosition()
    """Entered by hand in this market: a whole position, or only levels."""
    accounts: tuple[AccountHealth, ...] = ()
    """The accounts that can hold positions here."""
    is_known: bool = True
    """False while it is unknown whether there is a position; never shown as flat."""


def select(context: AppContext, label: str | None) -> SelectedPosition:
    """Returns the position with this label; the main market's where there is none such."""
    book, label = context.positions, label or ""
    key = book.find(label) if label else None
    live = book.get(key) if key else None
    market = _market(context, live, label)
    held = book.open_in(market.key)
    shown = live if live is not None and live.is_open else _default(book, market.key, label, held)
    return _selected(book, market, shown, held)


def _market(context: AppContext, live: LivePosition | None, label: str) -> MarketSnapshot:
    """The market of a position, or the market with this symbol; the main one where it is not watched."""
    main = context.markets.main
    if not label:
        return main.snapshot
    symbol, _ = _symbol_and_side(label)
    key = live.market if live else MarketKey(main.snapshot.key.exchange, symbol)
    return (context.markets.get(key) or main).snapshot


def _default(
    book: PositionBook, market: MarketKey, label: str, held: list[LivePosition]
) -> LivePosition | None:
    """The position that is shown in a market: entered by hand, else the wished or larger one."""
    manual = next((live for live in held if live.is_manual), None)
    if manual is not None:
        return manual
    symbol, side = _symbol_and_side(label)
    wished = side if side is not None and symbol == market.symbol else book.manual_in(market).wished_side
    position = preferred((live.position for live in held if live.position is not None), wished)
    return next((live for live in held if live.position is position), None) if position else None


def _selected(
    book: PositionBook, market: MarketSnapshot, shown: LivePosition | None, held: list[LivePosition]
) -> SelectedPosition:
    is_known = _is_known(book, market, held)
    without = Valuation(RiskStatus.NO_POSITION if is_known else RiskStatus.UNKNOWN)
    return SelectedPosition(
        market=market,
        label=book.labels.label(shown.key) if shown else market.key.symbol,
        position=shown.position if shown else None,
        levels=shown.levels if shown else None,
        valuation=shown.valuation if shown else without,
        others=tuple(
            live.position for live in held if live.position and not live.is_manual and not _same(live, shown)
        ),
        manual=book.manual_in(market.key).position,
        accounts=tuple(each for each in book.accounts.values() if each.exchange == market.key.exchange),
        is_known=is_known,
    )


def _is_known(book: PositionBook, market: MarketSnapshot, held: list[LivePosition]) -> bool:
    if market.instrument is None:
        return False
    return bool(held) or book.is_read(market.key.exchange)


def _same(live: LivePosition, shown: LivePosition | None) -> bool:
    return shown is not None and live.key == shown.key


def _symbol_and_side(label: str) -> tuple[str, Side | None]:
    symbol = label.partition("@")[0]
    for side in Side:
        if symbol.endswith(f":{side}"):
            return symbol.removesuffix(f":{side}"), side
    return symbol, None
