"""The view of a market and its position: a flat dict of texts, which the page renders by key.

Meaning of the keys:

    pnl             the text of each element with data-bind="pnl"
    pnl:tone        the attribute data-tone of those elements; likewise for other names
    pnl:hidden      "1" if those elements are hidden, else ""
    marker:--at     a CSS custom property of those elements
    ~pnl            the value of "pnl" once nothing was received for stale:ms

Every view has the same keys. The browser computes ages, starting from age:ms.
"""

from dataclasses import replace
from functools import lru_cache

from dashboard.app.context import EngineInfo
from dashboard.domain.environment import Environment
from dashboard.domain.feed_state import FeedHealth, FeedState
from dashboard.domain.valuation import UNPRICED, Valuation
from dashboard.formatting import MISSING, Tone, feed_tone, risk_tone
from dashboard.state.runtime import MarketSnapshot
from dashboard.web.views import card_views, ladder_view, notices
from dashboard.web.views.card_views import (
    View,
    headline_price,
    market_name_view,
    pnl_view,
    position_view,
    price_view,
)
from dashboard.web.views.ladder_view import LEVEL_NAMES, levels_view
from dashboard.web.views.notices import (
    account_notice,
    feed_notice,
    no_position_text,
    risk_reason,
    withheld_notice,
)
from dashboard.web.views.selected_position import SelectedPosition

SERVER_GONE: View = {
    "state": "SERVER GONE",
    "state:tone": Tone.EMERGENCY,
    "state:icon": "gone",
    "title": "SERVER GONE",
    "feed-notice": "The dashboard's server does not answer. Trying again…",
    "feed-notice:hidden": "",
    "checked": "",
    **{f"sum-{name}": MISSING for name in ("exposure", "unrealized", "total")},
    **{f"sum-{name}:tone": Tone.UNKNOWN for name in ("exposure", "unrealized", "total")},
}
"""Overrides of the view that the browser shows while the server does not respond."""

_LIVE = (FeedState.STREAMING, FeedState.POLLING)

AGING = frozenset(
    (
        *("state", "state:tone", "state:icon", "risk", "risk:tone", "risk:icon", "title"),
        *card_views.AGING,
        *ladder_view.AGING,
        *notices.AGING,
    )
)
"""Keys that change when the price becomes too old. Each view also contains their values for that case."""


def market_view(selected: SelectedPosition, info: EngineInfo, now: int) -> View:
    """Returns the view at `now`, and the values to show if nothing more is received.

    `info` names the exchange of the selected market.
    """
    stale = replace(selected, market=_without_prices(selected), valuation=_unpriced(selected), accounts=())
    return _current_view(selected, info, now) | _stale_view(info, stale)


def changed(old: View, new: View) -> View:
    """Returns the entries of `new` that differ from `old`."""
    return {key: text for key, text in new.items() if key not in old or old[key] != text}


def _current_view(selected: SelectedPosition, info: EngineInfo, now: int) -> View:
    newest, _, _ = headline_price(selected, now)
    view = (
        market_name_view(selected, info)
        | price_view(selected, now)
        | pnl_view(selected)
        | position_view(selected, info)
        | levels_view(selected, newest.value if newest else None)
        | _feed_view(selected, info, now)
        | _risk_view(selected, info)
    )
    return view | {"title": _title(view, info), "chart:key": _chart_key(view)}


def _without_prices(selected: SelectedPosition) -> MarketSnapshot:
    """The market without any price."""
    health = FeedHealth(poll_interval_ms=0, state=FeedState.STREAMING, received_at=0)
    return MarketSnapshot(0, selected.market.key, health, selected.market.instrument)


def _unpriced(selected: SelectedPosition) -> Valuation:
    return selected.valuation if selected.position is None else UNPRICED


@lru_cache(maxsize=64)
def _stale_view(info: EngineInfo, stale: SelectedPosition) -> View:
    """The `~` keys of the view."""
    view = _current_view(stale, info, now=stale.market.health.stale_after + 1) | {"price-age:hidden": ""}
    return {f"~{key}": text for key, text in view.items() if key in AGING}


def _feed_view(selected: SelectedPosition, info: EngineInfo, now: int) -> View:
    state = _state(selected, now)
    notice, account = feed_notice(selected, info, state, now), account_notice(selected, now)
    withheld = withheld_notice(selected)
    return {
        "state": str(state),
        "state:tone": feed_tone(state),
        "state:icon": state.lower(),
        "feed-notice": notice,
        "feed-notice:hidden": "" if notice else "1",
        "account-notice": account,
        "account-notice:hidden": "" if account else "1",
        "withheld-notice": withheld,
        "withheld-notice:hidden": "" if withheld else "1",
    }


def _state(selected: SelectedPosition, now: int) -> FeedState:
    """The state of the feed: STALE also if it is connected but delivers no price."""
    state = selected.market.health.state_at(now)
    _, _, is_live = headline_price(selected, now)
    return FeedState.STALE if state in _LIVE and not is_live else state


def _risk_view(selected: SelectedPosition, info: EngineInfo) -> View:
    status = selected.valuation.status
    return {
        "risk": str(status),
        "risk:tone": risk_tone(status),
        "risk:icon": status.name.lower(),
        "risk-why": risk_reason(selected, info),
        "invitation": no_position_text(selected, info),
    }


def _title(view: View, info: EngineInfo) -> str:
    """The title of the tab: price and PnL while they are live, else the state of the feed."""
    is_live = view["price:tone"] != Tone.UNKNOWN
    figures = [view["price"], view["pnl"]] if is_live else [view["state"], "·"]
    environment = [] if info.environment is Environment.LIVE else [info.environment.upper(), "·"]
    return " ".join([*environment, *(text for text in figures if text != MISSING), view["pair"]])


def _chart_key(view: View) -> str:
    """A text that changes if the chart has to be redrawn; empty while the market is unknown."""
    return " ".join([view["pair"], *(view[f"{key}-price"] for key in LEVEL_NAMES)]) if view["quote"] else ""
