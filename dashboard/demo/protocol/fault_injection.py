"""Fault injection: switches that make the demo exchange fail as real exchanges do.

Each can be set at any time and combined with any other.
"""

from dataclasses import dataclass, field

POSITIONS = "/api/v2/mix/position"
"""Prefix of the position paths: `faults.rest_at(POSITIONS).empty_data = True` makes an account look flat."""
FILLS = "/api/v2/mix/order/fill"
"""Prefix of the fill paths."""
BILLS = "/api/v2/mix/account/bill"
"""The path of the bills, funding payments among them."""
CLOSED_POSITIONS = "/api/v2/mix/position/history-position"
"""The path of the closed positions."""
EVERY = 1_000_000_000
"""A number of frames that is never used up."""


@dataclass
class SocketFaults:
    """Faults of all websockets."""

    silent: bool = False
    """Accepts and acknowledges subscriptions, then sends neither data nor pong."""
    no_data: bool = False
    """Answers pings, sends no data."""
    muted_instruments: set[str] = field(default_factory=set)
    """Ids of instruments whose subscriptions are acknowledged and receive no data."""
    truncated_json: int = 0
    """The number of next data frames that are cut in half (`True`: one; `EVERY`: all)."""
    null_data: int = 0
    """The number of next data frames with `"data": null`."""
    lost_fills: int = 0
    """The number of next `fill` frames that are never sent."""
    repeated_fills: int = 0
    """The number of next `fill` frames that are sent twice."""
    unreadable_fills: int = 0
    """The number of next `fill` frames without a price."""
    held_fills: bool = False
    """Delays all `fill` frames until this is cleared, then sends them together."""
    shuffled_fills: bool = False
    """Sends `fill` frames that are due together in reverse order."""
    no_positions: int = 0
    """The number of next `positions` frames that are empty although there are positions."""
    refuse_subscription: bool = False
    """Answers each subscription with error 30001."""
    refuse_handshake: int | None = None
    """Answers the upgrade with this HTTP status, such as 401, 429 or 503."""
    retry_after_s: float | None = None
    """The Retry-After header of a refused handshake."""
    hang_handshake: bool = False
    """Accepts the connection and never answers the upgrade."""


@dataclass
class RestFaults:
    """Faults of the REST paths under one prefix."""

    status: int | None = None
    """Answers with this HTTP status, and a JSON body if `code` is set, otherwise an HTML page."""
    code: str | None = None
    """The error code in the JSON body, such as "50010" or "429"."""
    body: str | None = None
    """Answers with exactly this body."""
    truncated_json: bool = False
    """Answers with HTTP 200 and half of the JSON."""
    empty_data: bool = False
    """Answers with HTTP 200 and an empty `data`."""
    delay_s: float = 0.0
    """The delay before each answer."""
    hang: bool = False
    """Never answers."""
    symbol: str | None = None
    """The id of an instrument: requests for others do not fail."""


@dataclass
class Faults:
    """All switches. `rest` applies to REST paths for which no `rest_at(prefix)` was set."""

    ws: SocketFaults = field(default_factory=SocketFaults)
    rest: RestFaults = field(default_factory=RestFaults)
    _rest_at: dict[str, RestFaults] = field(default_factory=dict)

    def rest_at(self, prefix: str) -> RestFaults:
        """The switches of the paths with this prefix, such as `/api/v2/mix/position`."""
        return self._rest_at.setdefault(prefix, RestFaults())

    def rest_for(self, path: str, symbol: str | None = None) -> RestFaults:
        """The switches that apply to a request: those of its path's longest prefix, or the general ones."""
        prefixes = [prefix for prefix in self._rest_at if path.startswith(prefix)]
        faults = self._rest_at[max(prefixes, key=len)] if prefixes else self.rest
        return faults if faults.symbol in (None, symbol) else RestFaults()

    def clear(self) -> None:
        """Removes all faults."""
        self.ws = SocketFaults()
        self.rest = RestFaults()
        self._rest_at = {}
