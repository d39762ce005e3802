"""The rows of the table of accounts: an exchange's answers, and the figures expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.clock import wall_ms

NOW_MS = wall_ms()
"""Times in rows are relative to it: fills of fixed times would become too old."""

Query = Mapping[str, Any]
Mode = Literal["one-way", "hedge", "mixed"]


def ago(*, hours: float) -> int:
    """Returns the time some hours ago, in ms since 1970."""
    return NOW_MS - round(hours * 3_600_000)


@dataclass(frozen=True, slots=True)
class Answer:
    """An exchange's answer to one request. The first one that fits a request is sent."""

    method: str
    path: str
    body: Any
    """JSON, or a function from the request's parameters to it."""
    params: Query = field(default_factory=dict)
    """Parameters in the query or body that the request must have."""
    source: str = ""
    """Address of the documentation that the rows follow."""

    def fits(self, method: str, path: str, query: Query) -> bool:
        """True if it answers the request."""
        wanted = ((name, str(value)) for name, value in self.params.items())
        same = (method, path) == (self.method, self.path)
        return same and all(str(query.get(name)) == value for name, value in wanted)


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure that the exchange does not state, but that follows from those it states."""

    figure: str
    remark: str
    """How it follows."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A figure that is unknown."""

    remark: str
    """The reason."""


Figure = str | Derived | Missing
"""As the API writes it. One that ends with an ellipsis is compared up to there."""


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """Figures of a position that the exchange itself states, as texts; None is not stated."""

    notional: str | None = None
    unrealized_pnl: str | None = None
    mark_price: str | None = None
    initial_margin: str | None = None


@dataclass(frozen=True, slots=True)
class ExpectedPosition:
    """Figures of one position, calculated by hand, at `mark`."""

    symbol: str
    side: str
    contracts: str
    quantity: str
    """In base coins."""
    entry_price: str
    mark: str
    notional: str
    unrealized_pnl: str
    leverage: Figure
    margin_mode: Figure
    initial_margin: Figure
    roe: Figure
    liquidation_price: Figure
    reported: ReportedRow = ReportedRow()
    adopted: bool = True
    """False if the fills account for all of it."""
    realized_pnl: str = "0"
    fees: Mapping[str, str] = field(default_factory=dict)
    funding: Mapping[str, str] | Missing = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpectedFill:
    """One fill as it is read."""

    symbol: str
    side: str
    """Of the order: buy or sell."""
    contracts: str
    price: str
    fee: str | Missing
    """Amount and currency; negative is a rebate."""
    realized_pnl: str | Missing
    """As the exchange reports it."""
    position_side: str | None = None
    """In hedge mode; in one-way mode it is not shown, even if the fill has one."""


@dataclass(frozen=True, slots=True)
class AccountCase:
    """One account: its answers, and the expected figures."""

    name: str
    mode: Mode
    answers: tuple[Answer, ...]
    positions: tuple[ExpectedPosition, ...] = ()
    fills: tuple[ExpectedFill, ...] = ()
    """Oldest first."""
    unread: tuple[str, ...] = ()
    """Names of the parts of the account that could not be read."""


@dataclass(frozen=True, slots=True)
class ExchangeAccounts:
    """All accounts of one exchange. Each module `*_accounts` has one, as `ACCOUNTS`."""

    exchange: str
    """ccxt's id."""
    name: str
    symbol: str
    """The main market."""
    answers: tuple[Answer, ...]
    """Those of every account, after its own: the markets, prices, time, and empty histories."""
    cases: tuple[AccountCase, ...]
    program: str
    """The case that a test runs through `dashboard-run`: it needs an answer for each ticker."""
    missing: Mapping[str, str] = field(default_factory=dict)
    """Reasons for the empty cells of the table, each for all cells that have these words."""
    config: Mapping[str, Any] = field(default_factory=dict)
    """Options of ccxt besides the URLs and keys, such as a wallet address."""

    def case(self, name: str) -> AccountCase:
        """Returns the case of that name."""
        return next(case for case in self.cases if case.name == name)
