"""What goes over Redis reads back equal, to the last digit."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given

from dashboard.app.context import EngineInfo
from dashboard.clock import now_ms
from dashboard.domain.events import InstrumentResolved, PriceReceived, Transport
from dashboard.domain.journal import Journal
from dashboard.domain.market import Quote, Ticker
from dashboard.domain.position_selection import ManualEntry
from dashboard.domain.risk import RiskLevels, RiskStatus
from dashboard.domain.valuation import Valuation
from dashboard.positions.models import LivePosition
from dashboard.replication import messages
from dashboard.replication.clock_offset import translate
from dashboard.replication.messages import AccountState, MessageHeader, StateMessage
from dashboard.state.runtime import RuntimeConfig
from tests.domain.builders import LONG, entered_long, instrument, position, ticker
from tests.domain.fill_histories import ACCOUNT, histories
from tests.domain.strategies import decimals
from tests.positions.harness import market_key
from tests.replication.harness import Source

HEAD = MessageHeader(7, 3, 1_000, EngineInfo("Bitget", "BTCUSDT"), {"ticks": 5})


LEVELS = RiskLevels(LONG, Decimal(100), Decimal(91), trap_low=Decimal("98.50"), trap_high=Decimal(99))


def over(**parts: messages.Part | MessageHeader | None) -> StateMessage:
    """A message of these parts, there and back."""
    texts = {
        name.replace("_", ":", 1): messages.serialize(part) for name, part in {"head": HEAD, **parts}.items()
    }
    return messages.deserialize(messages.join_parts(texts))


@given(decimals("0.000000001", "999999999999", 9), decimals("0.01", "100000", 2))
def test_a_market_reads_back_equal(price: Decimal, other: Decimal):
    runtime = RuntimeConfig(market_key(), 2_000)
    runtime.apply(InstrumentResolved(instrument()))
    runtime.apply(PriceReceived(Transport.STREAM, 9, Ticker(last=Quote(price, 9), mark=Quote(other, 8))))
    back = over(main=runtime.snapshot).main
    assert repr(back) == repr(runtime.snapshot)


@given(histories())
def test_positions_of_any_history_read_back_equal(history):
    journal = Journal("main")
    journal.add_all(history)
    for state in journal.positions:
        valuation = Valuation(RiskStatus.PROFIT, Quote(Decimal("1.50"), 3), unrealized_pnl=Decimal("2.0"))
        live = LivePosition(state, market_key(), valuation=valuation, levels=LEVELS)
        (back,) = over(**{f"position_{state.key}": live}).positions.values()
        assert repr(back) == repr(live)


def test_a_manual_entry_reads_back_equal():
    entry = ManualEntry(entered_long(trap_low="91.50", trap_high="95"), is_restored=True)
    (back,) = over(**{f"manual_{market_key()}": entry}).manual.values()
    assert repr(back) == repr(entry)


def test_a_part_that_is_gone_is_none():
    assert over(**{"market_ETH/USDT:USDT": None}).markets == {"ETH/USDT:USDT": None}


def test_the_head_tells_of_the_house():
    assert over().head == HEAD


def test_fields_that_are_not_known_yet_are_passed_over():
    text = messages.join_parts({"head": messages.serialize(HEAD)[:-1] + b',"newer":1}'})
    assert messages.deserialize(text).head == HEAD


def test_times_of_another_machine_are_read_on_ours():
    source = Source().price("100")
    source.harness.snapshot(position())
    book, ours = source.book, source.markets.main.snapshot
    (live,) = book.as_valued().values()
    news = StateMessage(
        replace(HEAD, clock=200_000),
        main=ours,
        account=AccountState(book.summary(), book.accounts),
        positions={str(live.key): live},
    )
    # Redis' clock is 200 s ahead of theirs, and 500 s ahead of ours: ours is 300 s behind theirs.
    there = translate(news, 500_000)
    assert there.main
    assert there.main.ticker.last
    assert ours.ticker.last
    assert there.main.ticker.last.received_at == ours.ticker.last.received_at - 300_000
    assert there.main.health.received_at == (ours.health.received_at or 0) - 300_000
    assert there.account
    assert there.account.accounts[ACCOUNT].read_at == (source.harness.health.read_at or 0) - 300_000
    assert there.positions[str(live.key)].state == live.state


def test_nothing_is_younger_than_its_arrival():
    """As where Redis' clock was set back, and the two sides have measured it at different times."""
    news = StateMessage(HEAD, main=Source().price("100", age=2_000).markets.main.snapshot)
    there = translate(news, HEAD.clock - 3_600_000).main
    assert there
    assert there.ticker.last
    assert 0 <= there.ticker.last.age(now_ms()) < 2_000


def test_two_clocks_that_are_one_are_left_alone():
    news = StateMessage(HEAD, main=Source().price("100").markets.main.snapshot)
    assert translate(news, HEAD.clock + 20) is news


def test_a_ticker_keeps_what_it_does_not_know():
    quotes = ticker(5, last="1")
    runtime = RuntimeConfig(market_key(), 2_000)
    runtime.apply(PriceReceived(Transport.STREAM, 5, quotes))
    back = translate(StateMessage(replace(HEAD, clock=10_000), main=runtime.snapshot), 0).main
    assert back
    assert back.ticker.mark is None
