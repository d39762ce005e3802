"""Switches that make the demo exchange fail as real ones do. Each can be set at any time, with any other."""

from dataclasses import dataclass, field

POSITIONS = "/api/v2/mix/position"
"""Where positions are asked for: `faults.rest_at(POSITIONS).empty_data = True` makes an account look flat."""
FILLS = "/api/v2/mix/order/fill"
"""Where fills are asked for."""
EVERY = 1_000_000_000
"""As many frames as there will ever be."""


@dataclass
class WebSocketFaults:
    """What the websockets do wrong."""

    silent: bool = False
    """Accepts and acknowledges, then sends neither data nor pong."""
    no_data: bool = False
    """Answers pings, sends no data."""
    truncated_json: int = 0
    """How many of the next data frames are cut short (`True`: the next one; `EVERY`: all)."""
    null_data: int = 0
    """How many of the next data frames carry `"data": null`."""
    lost_fills: int = 0
    """How many of the next `fill` frames are never sent."""
    repeated_fills: int = 0
    """How many of the next `fill` frames are sent twice."""
    held_fills: bool = False
    """Keeps `fill` frames back until this is cleared; then they come together."""
    shuffled_fills: bool = False
    """Sends `fill` frames that come together in the wrong order."""
    no_positions: int = 0
    """How many of the next `positions` frames are empty, though there are positions."""
    refuse_subscription: bool = False
    """Answers each subscription with error 30001."""
    refuse_handshake: int | None = None
    """Answers the upgrade with this HTTP status, such as 401, 429 or 503."""
    retry_after: float | None = None
    """Seconds, in the Retry-After header of a refused handshake."""
    hang_handshake: bool = False
    """Accepts the connection and never answers the upgrade."""


@dataclass
class RestFaults:
    """What the REST paths under one prefix do wrong."""

    status: int | None = None
    """Answers with this HTTP status: a JSON body if `code` is given, else a page of HTML."""
    code: str | None = None
    """The error code in the JSON body, such as "50010" or "429"."""
    body: str | None = None
    """This body instead, verbatim."""
    truncated_json: bool = False
    """Answers with HTTP 200 and half of the JSON."""
    empty_data: bool = False
    """Answers with HTTP 200 and nothing in `data`."""
    delay: float = 0.0
    """Seconds to wait before answering."""
    hang: bool = False
    """Never answers."""


@dataclass
class Faults:
    """All switches. `rest` holds for every REST path, `rest_at(prefix)` for those under a prefix, instead."""

    ws: WebSocketFaults = field(default_factory=WebSocketFaults)
    rest: RestFaults = field(default_factory=RestFaults)
    _rest_at: dict[str, RestFaults] = field(default_factory=dict)

    def rest_at(self, prefix: str) -> RestFaults:
        """The switches of the paths that begin with this prefix, such as `/api/v2/mix/position`."""
        return self._rest_at.setdefault(prefix, RestFaults())

    def rest_for(self, path: str) -> RestFaults:
        """The switches that hold for this path: those of the longest prefix, else the general ones."""
        fitting = [prefix for prefix in self._rest_at if path.startswith(prefix)]
        return self._rest_at[max(fitting, key=len)] if fitting else self.rest

    def clear(self) -> None:
        """Nothing is wrong any more."""
        self.ws = WebSocketFaults()
        self.rest = RestFaults()
        self._rest_at = {}
