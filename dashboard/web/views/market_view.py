"""The view: everything the page shows, as one flat dict of texts. Pure.

The page paints it by its keys alone:

    pnl             the text of each element with data-bind="pnl"
    pnl:tone        the attribute data-tone of those elements (so with any other word)
    pnl:hidden      whether they are hidden: "1" or ""
    marker:--at     a CSS custom property of those elements
    ~pnl            what to paint on "pnl" once nothing fresh was heard for stale:ms

Every view has the same keys. Ages are not texts: the browser counts them on from age:ms.
"""

from dataclasses import replace
from functools import lru_cache

from dashboard.app.context import AppContext, EngineInfo
from dashboard.domain.environment import Environment
from dashboard.domain.feed_state import FeedHealth, FeedState
from dashboard.domain.valuation import UNPRICED, Valuation
from dashboard.formatting import MISSING, Tone, feed_tone, risk_tone
from dashboard.state.runtime import MarketSnapshot
from dashboard.web.views import card_views, ladder_view, notices
from dashboard.web.views.card_views import View, gains, hero, market, position_facts, prices
from dashboard.web.views.ladder_view import RUNGS, rungs
from dashboard.web.views.notices import account_notice, feed_notice, invitation, risk_sentence
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
"""What the browser paints over everything when the server is silent."""

_LIVE = (FeedState.STREAMING, FeedState.POLLING)

AGING = frozenset(
    (
        *("state", "state:tone", "state:icon", "risk", "risk:tone", "risk:icon", "title"),
        *card_views.AGING,
        *ladder_view.AGING,
        *notices.AGING,
    )
)
"""Keys that change as the price grows old: what the page shows of them then is part of each view."""


def market_view(selected: SelectedPosition, context: AppContext, now: int) -> View:
    """Returns the view at `now`, with what the page is to show if it receives nothing more."""
    silent = replace(selected, market=_silent(selected), valuation=_unpriced(selected), accounts=())
    return _shown(selected, context, now) | _when_silent(context, context.info(), silent)


def changed(old: View, new: View) -> View:
    """Only what differs; painted over `old` it gives `new`."""
    return {key: text for key, text in new.items() if old.get(key) != text}


def _shown(selected: SelectedPosition, context: AppContext, now: int) -> View:
    newest, _, _ = hero(selected, now)
    shown = (
        market(selected, context)
        | prices(selected, now)
        | gains(selected)
        | position_facts(selected, context)
        | rungs(selected, newest.value if newest else None)
        | _feed(selected, context, now)
        | _risk(selected, context)
    )
    return shown | {"title": _title(shown, context), "chart:key": _chart_key(shown)}


def _silent(selected: SelectedPosition) -> MarketSnapshot:
    """The market without any price."""
    health = FeedHealth(poll_interval_ms=0, state=FeedState.STREAMING, received_at=0)
    return MarketSnapshot(0, selected.market.key, health, selected.market.instrument)


def _unpriced(selected: SelectedPosition) -> Valuation:
    return selected.valuation if selected.position is None else UNPRICED


@lru_cache(maxsize=64)
def _when_silent(context: AppContext, _info: EngineInfo, silent: SelectedPosition) -> View:
    """The aging keys of a silent market. `_info` may change, so it is a part of the cache's key."""
    old = _shown(silent, context, now=silent.market.health.stale_after + 1) | {"price-age:hidden": ""}
    return {f"~{key}": text for key, text in old.items() if key in AGING}


def _feed(selected: SelectedPosition, context: AppContext, now: int) -> View:
    state = _state(selected, now)
    notice, account = feed_notice(selected, context, state, now), account_notice(selected, now)
    return {
        "state": str(state),
        "state:tone": feed_tone(state),
        "state:icon": state.lower(),
        "feed-notice": notice,
        "feed-notice:hidden": "" if notice else "1",
        "account-notice": account,
        "account-notice:hidden": "" if account else "1",
    }


def _state(selected: SelectedPosition, now: int) -> FeedState:
    """The feed's state, as far as the price goes: a feed that lives but brings none is STALE here."""
    state = selected.market.health.state_at(now)
    _, _, live = hero(selected, now)
    return FeedState.STALE if state in _LIVE and not live else state


def _risk(selected: SelectedPosition, context: AppContext) -> View:
    status = selected.valuation.status
    return {
        "risk": str(status),
        "risk:tone": risk_tone(status),
        "risk:icon": status.name.lower(),
        "risk-why": risk_sentence(selected, context),
        "invitation": invitation(selected, context),
    }


def _title(shown: View, context: AppContext) -> str:
    """The tab: price and PnL while they are live, else what is wrong."""
    figures = [shown["price"], shown["pnl"]] if shown["price:tone"] != Tone.UNKNOWN else [shown["state"], "·"]
    environment = [] if context.environment is Environment.LIVE else [context.environment.upper(), "·"]
    return " ".join([*environment, *(text for text in figures if text != MISSING), shown["pair"]])


def _chart_key(shown: View) -> str:
    """Changes whenever the chart has to be drawn anew; empty while there is no market."""
    return " ".join([shown["pair"], *(shown[f"{key}-price"] for key in RUNGS)]) if shown["quote"] else ""
