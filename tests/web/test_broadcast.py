"""The view broadcast: each viewer gets its changes, and messages are shared."""

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as st

from dashboard.web.broadcast import ViewBroadcast

views = st.lists(
    st.fixed_dictionaries(
        {"price": st.sampled_from("123"), "pnl": st.sampled_from("ab"), "side": st.just("Long")}
    ),
    min_size=1,
)


def message(broadcast: ViewBroadcast, since: int) -> dict[str, str]:
    return json.loads(broadcast.message_since(since))["view"]


@given(views, st.data())
def test_viewer_that_skips_versions_ends_on_the_newest_view(made, data):
    made = iter(all_views := list(made))
    broadcast = ViewBroadcast(lambda: next(made))
    seen: dict[str, str] = {}
    version = 0
    for _ in all_views:
        broadcast.refresh()
        if data.draw(st.booleans()):
            seen |= message(broadcast, version)
            version = broadcast.version
    assert seen | message(broadcast, version) == all_views[-1]


def test_message_has_only_the_changes():
    made = iter([{"price": "1", "side": "Long"}, {"price": "2", "side": "Long"}])
    broadcast = ViewBroadcast(lambda: next(made))
    broadcast.refresh()
    broadcast.refresh()
    assert json.loads(broadcast.message_since(1)) == {"v": 2, "view": {"price": "2"}}
    assert message(broadcast, 0) == {"price": "2", "side": "Long"}


def test_viewers_of_one_version_share_a_message():
    broadcast = ViewBroadcast(lambda: {"price": "1"})
    broadcast.refresh()
    assert broadcast.message_since(0) is broadcast.message_since(0)


async def test_new_version_wakes_all_waiting_viewers():
    broadcast = ViewBroadcast(lambda: {"price": "1"})
    waiting = [asyncio.create_task(broadcast.wait_newer(0)) for _ in range(3)]
    await asyncio.sleep(0)
    broadcast.refresh()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert await broadcast.wait_newer(0) == 1


def test_first_view_may_contain_a_position_that_was_closed_before() -> None:
    broadcast = ViewBroadcast(lambda: {"price": "1", "#BTC/USDT:USDT": None})
    broadcast.refresh()
    assert message(broadcast, 0) == {"price": "1", "#BTC/USDT:USDT": None}
