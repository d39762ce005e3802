"""Messages keep every value through JSON, and times are converted between machines."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from dashboard.app.context import EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.events import InstrumentResolved, PriceReceived, Transport
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.price_basis import PriceBasis
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation
from dashboard.positions.models import LivePosition
from dashboard.replication import messages
from dashboard.replication.clock_offset import to_local_times
from dashboard.replication.messages import AccountState, MessageHeader, StateMessage
from dashboard.state.runtime import RuntimeConfig
from tests.domain.builders import LONG, entered_long, instrument, position, ticker
from tests.domain.fill_histories import ACCOUNT, histories, journal
from tests.domain.strategies import decimals
from tests.positions.harness import market_key
from tests.replication.harness import FeedStub

HEADER = MessageHeader(7, 3, 1_000, EngineInfo("Bitget", "BTCUSDT"), {"ticks": 5})


LEVELS = RiskLevels(LONG, Decimal(100), Decimal(91), trap_low=Decimal("98.50"), trap_high=Decimal(99))


def round_trip(**parts: messages.Part | MessageHeader | None) -> StateMessage:
    """Returns a message of these parts, serialized and deserialized."""
    texts = {
        name.replace("_", ":", 1): messages.serialize(part)
        for name, part in {"header": HEADER, **parts}.items()
    }
    return messages.deserialize(messages.join_parts(texts))


@given(decimals("0.000000001", "999999999999", 9), decimals("0.01", "100000", 2))
def test_market_keeps_every_value(price: Decimal, other: Decimal):
    runtime = RuntimeConfig(market_key(), 2_000)
    runtime.apply(InstrumentResolved(instrument()))
    ticker = Ticker(last=Quote(price, 9), mark=Quote(other, 8, limit_ms=15_000))
    runtime.apply(PriceReceived(Transport.STREAM, 9, ticker))
    back = round_trip(main=runtime.snapshot).main
    assert repr(back) == repr(runtime.snapshot)


@given(histories())
def test_positions_of_any_history_keep_every_value(history):
    for state in journal(history).positions:
        valuation = Valuation(RiskStatus.PROFIT, Quote(Decimal("1.50"), 3), unrealized_pnl=Decimal("2.0"))
        live = LivePosition(state, market_key(), valuation=valuation, levels=LEVELS)
        (back,) = round_trip(**{f"position_{state.key}": live}).positions.values()
        assert repr(back) == repr(live)


def test_manual_entry_keeps_every_value():
    entry = ManualEntry(entered_long(trap_low="91.50", trap_high="95"), is_restored=True)
    (back,) = round_trip(**{f"manual_{market_key()}": entry}).manual.values()
    assert repr(back) == repr(entry)


def test_removed_part_is_none():
    assert round_trip(**{"market_ETH/USDT:USDT": None}).markets == {"ETH/USDT:USDT": None}


def test_header_keeps_every_value():
    assert round_trip().header == HEADER


def test_unknown_fields_are_ignored():
    text = messages.join_parts({"header": messages.serialize(HEADER)[:-1] + b',"newer":1}'})
    assert messages.deserialize(text).header == HEADER


def test_times_are_converted_to_the_clock_of_this_machine():
    feed = FeedStub().price("100")
    feed.harness.snapshot(position())
    book, ours = feed.book, feed.markets.main.snapshot
    (live,) = book.as_valued().values()
    message = StateMessage(
        replace(HEADER, clock_offset=200_000),
        main=ours,
        account=AccountState(book.summary(), book.accounts),
        positions={str(live.key): live},
    )
    # Redis' clock is 200 s ahead of the feed's and 500 s ahead of ours: ours is 300 s behind the feed's.
    there = to_local_times(message, 500_000)
    assert there.main
    assert there.main.ticker.last
    assert ours.ticker.last
    assert there.main.ticker.last.received_at == ours.ticker.last.received_at - 300_000
    assert there.main.basis == PriceBasis(ours.basis.live_since - 300_000, ours.basis.mark_from - 300_000)
    assert there.main.health.received_at == (ours.health.received_at or 0) - 300_000
    assert there.account
    assert there.account.accounts[ACCOUNT].read_at == (feed.harness.health.read_at or 0) - 300_000
    assert there.positions[str(live.key)].state == live.state


def test_converted_time_is_never_later_than_now():
    """As after Redis' clock was set back between the two sides' measurements."""
    message = StateMessage(HEADER, main=FeedStub().price("100", age=2_000).markets.main.snapshot)
    there = to_local_times(message, HEADER.clock_offset - 3_600_000).main
    assert there
    assert there.ticker.last
    assert 0 <= there.ticker.last.age(now_ms()) < 2_000


def test_message_of_the_same_clock_is_unchanged():
    message = StateMessage(HEADER, main=FeedStub().price("100").markets.main.snapshot)
    assert to_local_times(message, HEADER.clock_offset + 20) is message


def test_unknown_price_stays_unknown():
    quotes = ticker(5, last="1")
    runtime = RuntimeConfig(market_key(), 2_000)
    runtime.apply(PriceReceived(Transport.STREAM, 5, quotes))
    back = to_local_times(StateMessage(replace(HEADER, clock_offset=10_000), main=runtime.snapshot), 0).main
    assert back
    assert back.ticker.mark is None
