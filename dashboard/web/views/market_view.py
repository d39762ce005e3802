"""The view: everything the page shows, as one flat dict of texts. Pure.

The page paints it by its keys alone:

    pnl             the text of each element with data-bind="pnl"
    pnl:tone        the attribute data-tone of those elements (so with any other word)
    pnl:hidden      whether they are hidden: "1" or ""
    marker:--at     a CSS custom property of those elements
    ~pnl            what to paint on "pnl" once nothing fresh was heard for stale:ms

Every view has the same keys. Ages are not texts: the browser counts them on from age:ms.
"""

from functools import lru_cache

from dashboard.app.context import AppContext, EngineInfo
from dashboard.domain.environment import Environment
from dashboard.domain.feed_state import FeedHealth, FeedState
from dashboard.domain.market import Instrument, Ticker
from dashboard.domain.position import Position
from dashboard.domain.position_selection import PositionSelection
from dashboard.domain.risk import RiskLevels
from dashboard.domain.valuation import Valuation
from dashboard.formatting import MISSING, Tone, feed_tone, risk_tone
from dashboard.state.runtime import Snapshot
from dashboard.web.views.card_views import View, gains, hero, market, position_facts, prices
from dashboard.web.views.ladder_view import RUNGS, rungs
from dashboard.web.views.notices import account_notice, feed_notice, invitation, risk_sentence

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

_AGING = (
    "price:tone",
    "price-age:hidden",
    "last:tone",
    "last:value",
    "bid:tone",
    "ask:tone",
    "mark:tone",
    "change:tone",
    "pnl",
    "pnl:tone",
    "pnl-basis",
    "roe",
    "roe:tone",
    "moved",
    "moved:tone",
    "notional",
    "liq-away",
    "stop-away",
    "alert-away",
    "trap-away",
    "entry-away",
    "target-away",
    "marker:tone",
    "state",
    "state:tone",
    "state:icon",
    "feed-notice",
    "feed-notice:hidden",
    "risk",
    "risk:tone",
    "risk:icon",
    "risk-why",
    "title",
)
"""The keys that a live price keeps alive."""


def view(snapshot: Snapshot, context: AppContext, now: int) -> View:
    """What the page shows at `now`, and what it is to show if it hears nothing more."""
    return _shown(snapshot, context, now) | _unheard(
        context, context.about(), snapshot.instrument, snapshot.holdings, snapshot.position, snapshot.levels
    )


def changed(old: View, new: View) -> View:
    """Only what differs; painted over `old` it gives `new`."""
    return {key: text for key, text in new.items() if old.get(key) != text}


def _shown(snapshot: Snapshot, context: AppContext, now: int) -> View:
    valuation = snapshot.valuation_at(now)
    newest, _, _ = hero(snapshot, now)
    shown = (
        market(snapshot, context)
        | prices(snapshot, now)
        | gains(snapshot, valuation)
        | position_facts(snapshot, context, valuation)
        | rungs(snapshot, valuation, newest.value if newest else None)
        | _feed(snapshot, context, now)
        | _risk(snapshot, context, valuation)
    )
    return shown | {"title": _title(shown, context), "chart:key": _chart_key(shown)}


@lru_cache(maxsize=64)
def _unheard(
    context: AppContext,
    _about: EngineInfo,
    instrument: Instrument | None,
    holdings: PositionSelection,
    position: Position | None,
    levels: RiskLevels | None,
) -> View:
    """The view of a price that has grown old, as far as age changes it.

    It is another one whenever any of the arguments is; what the context is about may change, too.
    """
    health = FeedHealth(poll_interval_ms=0, state=FeedState.STREAMING, received_at=0)
    silent = Snapshot(0, health, holdings, instrument, Ticker(), position, levels)
    old = _shown(silent, context, now=health.stale_after + 1) | {"price-age:hidden": ""}
    return {f"~{key}": text for key, text in old.items() if key in _AGING}


def _feed(snapshot: Snapshot, context: AppContext, now: int) -> View:
    state = _state(snapshot, now)
    notice, account = feed_notice(snapshot, context, state, now), account_notice(snapshot, now)
    return {
        "state": str(state),
        "state:tone": feed_tone(state),
        "state:icon": state.lower(),
        "feed-notice": notice,
        "feed-notice:hidden": "" if notice else "1",
        "account-notice": account,
        "account-notice:hidden": "" if account else "1",
    }


def _state(snapshot: Snapshot, now: int) -> FeedState:
    """The feed's state, as far as the price goes: a feed that lives but brings none is STALE here."""
    state = snapshot.health.state_at(now)
    _, _, live = hero(snapshot, now)
    return FeedState.STALE if state in _LIVE and not live else state


def _risk(snapshot: Snapshot, context: AppContext, valuation: Valuation) -> View:
    status = valuation.status
    return {
        "risk": str(status),
        "risk:tone": risk_tone(status),
        "risk:icon": status.name.lower(),
        "risk-why": risk_sentence(snapshot, context, valuation),
        "invitation": invitation(snapshot, context),
    }


def _title(shown: View, context: AppContext) -> str:
    """The tab: price and PnL while they are live, else what is wrong."""
    figures = [shown["price"], shown["pnl"]] if shown["price:tone"] != Tone.UNKNOWN else [shown["state"], "·"]
    environment = [] if context.environment is Environment.LIVE else [context.environment.upper(), "·"]
    return " ".join([*environment, *(text for text in figures if text != MISSING), shown["pair"]])


def _chart_key(shown: View) -> str:
    """Changes whenever the chart has to be drawn anew; empty while there is no market."""
    return " ".join([shown["pair"], *(shown[f"{key}-price"] for key in RUNGS)]) if shown["quote"] else ""
