"""SelectedPosition: the position, or the market without a position, that a page shows."""

from dataclasses import dataclass

from dashboard.app.context import AppContext
from dashboard.domain.disagreement import Disagreement
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
"""Most characters of a label; a longer one selects the main market."""


@dataclass(frozen=True, slots=True)
class OtherPosition:
    """Another position in the market of the selected one."""

    position: Position
    is_withheld: bool = False
    """True if its size is not shown."""


@dataclass(frozen=True, slots=True)
class SelectedPosition:
    """A position with its market, for the cards, the ladder and the chart."""

    market: MarketSnapshot
    label: str = ""
    """The label of the position; the symbol of the market without a position."""
    position: Position | None = None
    levels: RiskLevels | None = None
    valuation: Valuation = Valuation(RiskStatus.UNKNOWN)
    disagreement: Disagreement | None = None
    """Contradiction of its figures to the exchange's own."""
    others: tuple[OtherPosition, ...] = ()
    """The exchange's other positions in the market, such as the other side in hedge mode."""
    chosen_side: Side | None = None
    """The side that label or user chose, where no position is shown for it."""
    manual: ManualPosition = ManualPosition()
    """The manual entry of the market: a whole position, or only levels."""
    accounts: tuple[AccountHealth, ...] = ()
    """The accounts on the exchange of the market."""
    is_known: bool = True
    """False until the accounts were read: an unknown position must not be shown as flat."""
    reason_unknown: str = ""
    """Reason why it is not known."""

    @property
    def is_withheld(self) -> bool:
        """True if no figure calculated here is shown."""
        return self.disagreement is not None and self.disagreement.is_severe


def select(context: AppContext, label: str | None) -> SelectedPosition:
    """Returns the position with this label; else the default position of its market or the main one."""
    book, label = context.positions, label or ""
    key = book.find(label) if label else None
    live = book.get(key) if key else None
    market = _market(context, live, label)
    open_positions = [each for each in book.open_in(market.key) if _is_confirmed(book, each)]
    side = _chosen_side(book, market.key, label)
    if live is None:
        shown = _default(open_positions, side)
    elif live.is_open:
        shown = live if _is_confirmed(book, live) else None
    else:  # it was closed: another position of its account may be open
        shown = _default([each for each in open_positions if each.key.account == live.key.account], side)
    return _selected(book, market, shown, open_positions, side)


def is_known(context: AppContext, label: str) -> bool:
    """True for the label of a position, open or flat, and for a watched market with or without a side."""
    if context.positions.find(label) is not None:
        return True
    symbol, _ = _symbol_and_side(label)
    key = MarketKey(context.markets.main_key.exchange, symbol)
    return "@" not in label and context.markets.get(key) is not None


def _is_confirmed(book: PositionBook, live: LivePosition) -> bool:
    """False for a position of the audit trail until its market was read: it may have been closed since."""
    account = book.accounts.get(live.key.account)
    if account is None:
        return True
    return account.read_at is not None and live.key.symbol not in account.never_read


def _chosen_side(book: PositionBook, market: MarketKey, label: str) -> Side | None:
    symbol, side = _symbol_and_side(label)
    return side if side is not None and symbol == market.symbol else book.manual_in(market).wished_side


def _market(context: AppContext, live: LivePosition | None, label: str) -> MarketSnapshot:
    """Returns the market of a position, or of the label's symbol; the main market if it is not watched."""
    main = context.markets.main
    if not label:
        return main.snapshot
    symbol, _ = _symbol_and_side(label)
    key = live.market if live else MarketKey(main.snapshot.key.exchange, symbol)
    return (context.markets.get(key) or main).snapshot


def _default(open_positions: list[LivePosition], side: Side | None) -> LivePosition | None:
    """Returns the default position of a market: the manual one, else the chosen side or the larger one."""
    manual = next((live for live in open_positions if live.is_manual), None)
    if manual is not None:
        return manual
    position = preferred((live.position for live in open_positions if live.position is not None), side)
    return next((live for live in open_positions if live.position is position), None) if position else None


def _selected(
    book: PositionBook,
    market: MarketSnapshot,
    shown: LivePosition | None,
    open_positions: list[LivePosition],
    side: Side | None,
) -> SelectedPosition:
    reason = None if open_positions else book.reason_unknown(market.key)
    is_known = market.instrument is not None and reason is None
    without = Valuation(RiskStatus.NO_POSITION if is_known else RiskStatus.UNKNOWN)
    return SelectedPosition(
        market=market,
        label=book.labels.label(shown.key) if shown else market.key.symbol,
        position=shown.position if shown else None,
        levels=shown.levels if shown else None,
        valuation=shown.valuation if shown else without,
        disagreement=shown.disagreement if shown else None,
        others=tuple(
            OtherPosition(live.position, live.is_withheld)
            for live in open_positions
            if live.position and not live.is_manual and not _same(live, shown)
        ),
        chosen_side=side,
        manual=book.manual_in(market.key).position,
        accounts=tuple(each for each in book.accounts.values() if each.exchange == market.key.exchange),
        is_known=is_known,
        reason_unknown=reason or "",
    )


def _same(live: LivePosition, shown: LivePosition | None) -> bool:
    return shown is not None and live.key == shown.key


def _symbol_and_side(label: str) -> tuple[str, Side | None]:
    symbol = label.partition("@")[0]
    for side in Side:
        if symbol.endswith(f":{side}"):
            return symbol.removesuffix(f":{side}"), side
    return symbol, None
