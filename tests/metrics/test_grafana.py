"""Grafana dashboard and Prometheus alerts: valid, and for metrics that are exported."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clock import now_ms
from dashboard.domain.events import AccountSnapshot
from tests.metrics.conftest import MetricsServer

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
ALERTS = FOLDER / "alerts.yml"
PROMTOOL = shutil.which("promtool")


def dashboard_expressions() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (
        variable["definition"] for variable in DASHBOARD["templating"]["list"] if "definition" in variable
    )


def alert_expressions() -> list[str]:
    return re.findall(r"^ +expr: (.+)$", ALERTS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def samples(served: MetricsServer) -> dict[str, set[str]]:
    """The labels of each series, of an application with a price and an account."""
    served.scene.resolve().price("100").account_reports(AccountSnapshot(now_ms(), 1_000, ()))
    found: dict[str, set[str]] = {}
    for family in served.families().values():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize(
    "expressions", [dashboard_expressions, alert_expressions], ids=["dashboard", "alerts"]
)
def test_each_queried_metric_and_label_is_exported(samples, expressions):
    queries = list(expressions())
    assert len(queries) > 8
    for expression in queries:
        metrics = set(re.findall(r"\bdashboard_\w+", expression))
        assert metrics or expression.startswith("up{"), expression
        assert metrics <= samples.keys(), expression
        grouped = {
            name.strip() for group in re.findall(r"by \((.*?)\)", expression) for name in group.split(",")
        }
        labels = grouped | set(re.findall(r"(\w+)=~?\"", expression)) - {"job", "instance"}
        assert labels <= set().union(*(samples[name] for name in metrics)), expression


def test_each_exported_metric_is_used(samples):
    queries = " ".join([*dashboard_expressions(), *alert_expressions()])
    ours = {re.sub(r"_(sum|count)$", "_bucket", name) for name in samples if name.startswith("dashboard_")}
    unused = {name for name in ours if not re.search(rf"\b{name}\b", queries)}
    assert unused == {"dashboard_feed_start_time_seconds"}


def test_each_panel_uses_the_chosen_data_source():
    variables: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
    assert [variable["name"] for variable in variables if variable["type"] == "datasource"] == ["DS"]
    chosen = {"type": "prometheus", "uid": "${DS}"}
    queried = [
        *DASHBOARD["panels"],
        *(target for panel in DASHBOARD["panels"] for target in panel["targets"]),
    ]
    assert all(item["datasource"] == chosen for item in queried)


def test_panels_do_not_overlap():
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_each_alert_has_severity_summary_and_description():
    text = ALERTS.read_text(encoding="utf-8")
    alerts = re.split(r"\n +- alert: ", text)[1:]
    assert len(alerts) == len(alert_expressions())
    for alert in alerts:
        assert all(f"{word}: " in alert for word in ("severity", "summary", "description")), alert


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_prometheus_accepts_the_rules():
    command = [str(PROMTOOL), "check", "rules", ALERTS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
