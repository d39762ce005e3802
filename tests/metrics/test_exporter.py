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
from tests.metrics.conftest import PATHS, MetricsServer, value
from tests.waiting import TIMEOUT_S, until


def reading(**more: object) -> Reading:
    """A reading of a streaming feed."""
    defaults = {
        "read_at": now_ms(), "started_at": 1.7e9, "ticks": 5, "state": "STREAMING", "feed_age": 100,
        "stale_after": 5_000, "price_ages": {"BTC/USDT:USDT": 100}, "open_positions": 2,
    }  # fmt: skip
    return defaults | more


async def scraped(feed_stats: Reading | None) -> str:
    """The metrics of an application whose feed sent this reading."""
    app = FastAPI()
    add_metrics(app, feed_stats=lambda: feed_stats, ready=lambda: None)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dashboard.test") as client:
        return (await client.get("/metrics")).text


class TestFormats:
    def test_prometheus_text_format(self, served):
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

    def test_openmetrics_format_has_the_same_samples(self, served):
        served.scene.resolve().price("100")
        answer = served.get("/metrics", Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
        assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
        assert answer.text.endswith("# EOF\n")
        plain = {sample.name for family in served.families().values() for sample in family.samples}
        assert {sample.name for family in open_metrics(answer.text) for sample in family.samples} == plain

    def test_build_info(self, served):
        assert served.value("dashboard_build_info", python=platform.python_version()) == 1

    def test_openapi_schema_leaves_out_metrics_and_health(self, served):
        paths = served.get("/api/openapi.json").json()["paths"]
        assert not paths.keys() & {"/metrics", "/healthz", "/readyz"}


class TestValues:
    def test_metrics_of_feed_and_account(self, served):
        scene = served.scene.resolve()
        assert served.value("dashboard_account_age_seconds") is None
        assert served.value("dashboard_feed_age_seconds") is None
        scene.price("100").price("101").account_reports(FillsReceived((fill("buy 2 @ 100"),)))
        scene.account_reports(AccountSnapshot(now_ms(), 1_000, ()))
        families = served.families()
        values = {
            sample.name: sample.value
            for family in families.values()
            for sample in family.samples
            if not sample.labels
        }
        assert values["dashboard_ticks_total"] == 2
        assert values["dashboard_fills_total"] == 1
        assert values["dashboard_open_positions"] == 1
        assert values["dashboard_reconciliation_differences_total"] == 1
        assert values["dashboard_audit_degraded"] == 0
        assert 0 <= values["dashboard_account_age_seconds"] < 10
        states = {sample.labels["state"]: sample.value for sample in families["dashboard_feed_state"].samples}
        assert states == {state: float(state == "STREAMING") for state in FeedState}

    def test_no_amount_is_exported(self, served):
        served.scene.resolve().price("76543.2").account_reports(
            FillsReceived((fill("buy 0.4321 @ 65432.1"),))
        )
        text = served.get("/metrics").text
        assert not [amount for amount in ("76543", "4321", "65432") if amount in text]

    def test_two_applications_in_one_process_have_their_own_metrics(self, serve):
        first, second = serve(), serve()
        first.scene.resolve().price("100")
        assert (first.value("dashboard_ticks_total"), second.value("dashboard_ticks_total")) == (1, 0)

    def test_login_failures_are_counted(self, served):
        before = served.value("dashboard_login_failures_total")
        LOGIN_FAILURES.inc()
        assert served.value("dashboard_login_failures_total") == before + 1


class TestReadings:
    """Readings of a feed in another process."""

    async def test_ages_grow_after_the_last_reading(self):
        began = now_ms()
        text = await scraped(reading(read_at=began - 4_000))
        oldest = 4.2 + (now_ms() - began) / 1000
        assert 4.1 <= value(text, "dashboard_feed_age_seconds") < oldest
        assert 4.1 <= value(text, "dashboard_price_age_seconds", market="BTC/USDT:USDT") < oldest
        assert value(text, "dashboard_feed_state", state="STREAMING") == 1

    async def test_silent_feed_is_stale_and_down(self):
        text = await scraped(reading(read_at=now_ms() - 12_000))
        assert value(text, "dashboard_feed_up") == 0
        assert value(text, "dashboard_feed_state", state="STALE") == 1
        assert value(text, "dashboard_feed_state", state="STREAMING") == 0
        assert value(text, "dashboard_open_positions") is None, "unknown by now"
        assert value(text, "dashboard_ticks_total") == 5

    @pytest.mark.parametrize(
        "received", [None, {}, reading(read_at=10**15)], ids=["none yet", "an empty one", "before a reboot"]
    )
    async def test_no_feed_metrics_without_a_reading(self, received):
        text = await scraped(received)
        assert value(text, "dashboard_feed_up") == 0
        assert "dashboard_ticks" not in text
        assert "dashboard_feed_state" not in text
        assert value(text, "dashboard_viewers", stream="view") == 0

    def test_missing_values_are_left_out(self):
        known = {"read_at": 1_000, "state": "CONNECTING"}
        names = {family.name for family in FeedStatsCollector(lambda: known, clock=lambda: 1_000).collect()}
        assert "dashboard_feed_state" in names
        assert "dashboard_fills" not in names


class TestViewers:
    @pytest.mark.parametrize("stream", PATHS)
    def test_viewers_are_counted_while_connected(self, served, stream):
        def viewers() -> float | None:
            return served.value("dashboard_viewers", stream=stream)

        served.scene.resolve().price("100")
        with served.connect_viewer(stream) as first, served.connect_viewer(stream) as second:
            first.recv(TIMEOUT_S)
            second.recv(TIMEOUT_S)
            assert viewers() == 2
            second.close()
            until(lambda: viewers() == 1)
        until(lambda: viewers() == 0)

    def test_update_latency_is_measured_for_viewers(self, served):
        def measured() -> float:
            return served.value("dashboard_update_latency_seconds_count")

        served.scene.resolve().price("100")
        before = measured()
        with served.connect_viewer("view") as viewer:
            viewer.recv(TIMEOUT_S)
            assert measured() == before, "a price from before the first viewer is not measured"
            served.scene.price("101")
            while "101" not in viewer.recv(TIMEOUT_S):
                pass
            assert measured() == before + 1
        assert served.value("dashboard_update_latency_seconds_bucket", le="5.0") >= before + 1


class TestHealth:
    def test_healthz_does_not_depend_on_the_feed(self, served):
        answer = served.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
        assert answer.headers["cache-control"] == "no-store"

    def test_ready_while_prices_are_fresh(self, served):
        assert self.reason(served) == "the exchange has not sent a price yet"
        served.scene.resolve().price("100")
        answer = served.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
        served.scene.price("100", age=60_000)
        assert self.reason(served) == "prices are too old"

    def reason(self, served: MetricsServer) -> str:
        answer = served.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["cache-control"] == "no-store"
        body: dict[str, str] = json.loads(answer.text)
        assert body.keys() == {"status", "reason"}
        return body["reason"]

    def test_scrapes_do_not_block_the_event_loop(self, served):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(served.get, ["/metrics", "/healthz"] * 20))
        assert {answer.status_code for answer in answers} == {200}
