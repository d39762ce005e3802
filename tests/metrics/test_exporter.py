"""/metrics, /healthz and /readyz of the whole application, over HTTP."""

import json
import platform
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics

from dashboard.clock import now_ms
from dashboard.domain.events import AccountSnapshot, FillsReceived
from dashboard.domain.feed_state import FeedState
from dashboard.metrics.collector import FeedStatsCollector
from dashboard.metrics.exporter import add_metrics
from dashboard.metrics.feed_stats import Reading
from dashboard.metrics.registry import LOGIN_FAILURES
from tests.domain.fill_histories import fill
from tests.metrics.conftest import PATHS, Served, value
from tests.waiting import PATIENCE_S, until


def reading(**more: object) -> Reading:
    """One from a feed that streams."""
    usual = {
        "read_at": now_ms(), "started_at": 1.7e9, "ticks": 5, "state": "STREAMING", "feed_age": 100,
        "stale_after": 5_000, "price_ages": {"BTC/USDT:USDT": 100}, "open_positions": 2,
    }  # fmt: skip
    return usual | more


async def scraped(feed_stats: Reading | None) -> str:
    """What an application says that heard this of its feed."""
    app = FastAPI()
    add_metrics(app, feed_stats=lambda: feed_stats, ready=lambda: None)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://context.test") as client:
        return (await client.get("/metrics")).text


class TestForms:
    def test_prometheus_reads_it(self, served):
        served.scene.resolve().price("100")
        answer = served.get("/metrics")
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        families = served.families()
        ours = {name for name in families if name.startswith("dashboard_")}
        assert families.keys() - ours == {name for name in families if name.startswith("process_")}
        for name in ours:
            assert families[name].documentation.endswith("."), name
        assert families["dashboard_ticks"].type == "counter"
        assert families["dashboard_update_latency_seconds"].type == "histogram"

    def test_so_does_one_that_wants_openmetrics(self, served):
        served.scene.resolve().price("100")
        answer = served.get("/metrics", Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
        assert answer.text.endswith("# EOF\n")
        plain = {sample.name for family in served.families().values() for sample in family.samples}
        assert {sample.name for family in open_metrics(answer.text) for sample in family.samples} == plain

    def test_what_is_built(self, served):
        assert served.value("dashboard_build_info", python=platform.python_version()) == 1

    def test_it_is_no_part_of_the_apis_description(self, served):
        paths = served.get("/api/openapi.json").json()["paths"]
        assert not paths.keys() & {"/metrics", "/healthz", "/readyz"}


class TestFigures:
    def test_of_feed_and_account(self, served):
        scene = served.scene.resolve()
        assert served.value("dashboard_account_age_seconds") is None
        assert served.value("dashboard_feed_age_seconds") is None
        scene.price("100").price("101").account_tells(FillsReceived((fill("buy 2 @ 100"),)))
        scene.account_tells(AccountSnapshot(now_ms(), 1_000, ()))
        families = served.families()
        told = {one.name: one.value for each in families.values() for one in each.samples if not one.labels}
        assert told["dashboard_ticks_total"] == 2
        assert told["dashboard_fills_total"] == 1
        assert told["dashboard_open_positions"] == 1
        assert told["dashboard_reconciliation_differences_total"] == 1
        assert told["dashboard_audit_degraded"] == 0
        assert 0 <= told["dashboard_account_age_seconds"] < 10
        states = {one.labels["state"]: one.value for one in families["dashboard_feed_state"].samples}
        assert states == {state: float(state == "STREAMING") for state in FeedState}

    def test_no_amount_is_told(self, served):
        served.scene.resolve().price("76543.2").account_tells(FillsReceived((fill("buy 0.4321 @ 65432.1"),)))
        text = served.get("/metrics").text
        assert not [amount for amount in ("76543", "4321", "65432") if amount in text]

    def test_of_two_applications_in_one_process(self, serve):
        one, other = serve(), serve()
        one.scene.resolve().price("100")
        assert (one.value("dashboard_ticks_total"), other.value("dashboard_ticks_total")) == (1, 0)

    def test_of_logins(self, served):
        before = served.value("dashboard_login_failures_total")
        LOGIN_FAILURES.inc()
        assert served.value("dashboard_login_failures_total") == before + 1


class TestReadings:
    """Of a feed in another process, as they arrived."""

    async def test_ages_go_on_after_the_last_one(self):
        text = await scraped(reading(read_at=now_ms() - 4_000))
        assert 4.1 <= value(text, "dashboard_feed_age_seconds") < 5
        assert 4.1 <= value(text, "dashboard_price_age_seconds", market="BTC/USDT:USDT") < 5
        assert value(text, "dashboard_feed_state", state="STREAMING") == 1

    async def test_a_feed_that_fell_silent_is_stale_and_then_down(self):
        text = await scraped(reading(read_at=now_ms() - 12_000))
        assert value(text, "dashboard_feed_up") == 0
        assert value(text, "dashboard_feed_state", state="STALE") == 1
        assert value(text, "dashboard_feed_state", state="STREAMING") == 0
        assert value(text, "dashboard_open_positions") is None, "nobody knows by now"
        assert value(text, "dashboard_ticks_total") == 5

    @pytest.mark.parametrize(
        "told", [None, {}, reading(read_at=10**15)], ids=["none yet", "an empty one", "before a reboot"]
    )
    async def test_without_a_reading_nothing_is_claimed(self, told):
        text = await scraped(told)
        assert value(text, "dashboard_feed_up") == 0
        assert "dashboard_ticks" not in text
        assert "dashboard_feed_state" not in text
        assert value(text, "dashboard_viewers", stream="view") == 0

    def test_one_of_an_older_version_lacks_some(self):
        known = {"read_at": 1_000, "state": "CONNECTING"}
        names = {family.name for family in FeedStatsCollector(lambda: known, clock=lambda: 1_000).collect()}
        assert "dashboard_feed_state" in names
        assert "dashboard_fills" not in names


class TestViewers:
    @pytest.mark.parametrize("stream", PATHS)
    def test_each_is_counted_while_it_is_there(self, served, stream):
        def viewers() -> float | None:
            return served.value("dashboard_viewers", stream=stream)

        served.scene.resolve().price("100")
        with served.watch(stream) as one, served.watch(stream) as other:
            one.recv(PATIENCE_S)
            other.recv(PATIENCE_S)
            assert viewers() == 2
            other.close()
            until(lambda: viewers() == 1)
        until(lambda: viewers() == 0)

    def test_how_late_a_price_was_shown(self, served):
        def measured() -> float:
            return served.value("dashboard_update_latency_seconds_count")

        served.scene.resolve().price("100")
        before = measured()
        with served.watch("view") as viewer:
            viewer.recv(PATIENCE_S)
            assert measured() == before, "it was there before anybody looked"
            served.scene.price("101")
            while "101" not in viewer.recv(PATIENCE_S):
                pass
            assert measured() == before + 1
        assert served.value("dashboard_update_latency_seconds_bucket", le="5.0") >= before + 1


class TestHealth:
    def test_alive_whatever_the_feed_does(self, served):
        answer = served.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
        assert answer.headers["cache-control"] == "no-store"

    def test_ready_while_prices_are_fresh(self, served):
        assert self.why(served) == "the exchange has not sent a price yet"
        served.scene.resolve().price("100")
        answer = served.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        served.scene.price("100", age=60_000)
        assert self.why(served) == "prices are too old"

    def why(self, served: Served) -> str:
        answer = served.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["cache-control"] == "no-store"
        told: dict[str, str] = json.loads(answer.text)
        assert told.keys() == {"status", "reason"}
        return told["reason"]

    def test_a_scrape_does_not_hold_up_the_event_loop(self, served):
        with ThreadPoolExecutor(8) as many:
            answers = list(many.map(served.get, ["/metrics", "/healthz"] * 20))
        assert {answer.status_code for answer in answers} == {200}
