"""The cards: which price PnL is calculated with, and how old it is."""

from decimal import Decimal

from dashboard.domain.events import PriceReceived, Transport
from dashboard.domain.market import Quote, Ticker
from tests.web.scenes import LONG, Scene, live
from tests.web.views.test_market_view import assert_shows


def test_mark_that_was_late_is_not_the_basis_at_once():
    scene = live().after(4_000).price("67000", mark=None).after(2_000).price("67000", mark="67100")
    assert_shows(
        scene, price="67,000.0", pnl_basis="on last, mark late", mark="67,100.0", mark__tone="neutral"
    )


def test_mark_with_a_limit_of_its_own_is_live_longer_and_shows_its_age():
    scene = Scene(LONG).resolve()
    mark = Quote(Decimal("67482.1"), scene.clock(), limit_ms=15_000)
    scene.apply(PriceReceived(Transport.STREAM, scene.clock(), Ticker(mark=mark)))
    assert_shows(scene.after(5_000), price_age__hidden="1", stale__ms="15000")
    scene.price("67000", mark=None)
    assert_shows(scene.after(1), price_age__hidden="", price__tone="neutral", pnl_basis="on mark")


def test_page_waits_for_the_last_price_before_it_counts_as_stale():
    """The server replaces the mark within a second of its limit: STALE would flash until then."""
    scene = live().after(4_000).price("67000", mark=None).after(500)
    assert_shows(scene, price_label="Mark price", age__ms="4500", stale__ms="9000")


def test_late_mark_is_a_caution():
    scene = live().price("67000").after(4_000).price("67000", mark=None).after(2_000)
    assert_shows(scene, pnl_basis="on last, mark late", pnl_basis__tone="caution")
    assert_shows(live(), pnl_basis="on mark", pnl_basis__tone="unknown")
