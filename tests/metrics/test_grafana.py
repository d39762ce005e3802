"""The dashboard and the alerts name metrics that are really there."""

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
from tests.metrics.conftest import Served

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
ALERTS = FOLDER / "alerts.yml"
PROMTOOL = shutil.which("promtool")


def in_dashboard() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from (one["definition"] for one in DASHBOARD["templating"]["list"] if "definition" in one)


def in_alerts() -> list[str]:
    return re.findall(r"^ +expr: (.+)$", ALERTS.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture
def samples(served: Served) -> dict[str, set[str]]:
    """The labels of each series of an application that knows all it can know."""
    served.scene.resolve().price("100").account_reports(AccountSnapshot(now_ms(), 1_000, ()))
    found: dict[str, set[str]] = {}
    for family in served.families().values():
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize("expressions", [in_dashboard, in_alerts], ids=["dashboard", "alerts"])
def test_what_is_asked_for_is_served(samples, expressions):
    said = list(expressions())
    assert len(said) > 8
    for expression in said:
        metrics = set(re.findall(r"\bdashboard_\w+", expression))
        assert metrics or expression.startswith("up{"), expression
        assert metrics <= samples.keys(), expression
        grouped = {
            name.strip() for group in re.findall(r"by \((.*?)\)", expression) for name in group.split(",")
        }
        asked = grouped | set(re.findall(r"(\w+)=~?\"", expression)) - {"job", "instance"}
        assert asked <= set().union(*(samples[name] for name in metrics)), expression


def test_each_of_ours_is_shown_or_watched(samples):
    said = " ".join([*in_dashboard(), *in_alerts()])
    ours = {re.sub(r"_(sum|count)$", "_bucket", name) for name in samples if name.startswith("dashboard_")}
    unseen = {name for name in ours if not re.search(rf"\b{name}\b", said)}
    assert unseen == {"dashboard_feed_start_time_seconds"}


def test_each_panel_asks_whichever_prometheus_was_chosen():
    variables: list[dict[str, Any]] = DASHBOARD["templating"]["list"]
    assert [one["name"] for one in variables if one["type"] == "datasource"] == ["DS"]
    chosen = {"type": "prometheus", "uid": "${DS}"}
    asking = [*DASHBOARD["panels"], *(target for one in DASHBOARD["panels"] for target in one["targets"])]
    assert all(one["datasource"] == chosen for one in asking)


def test_no_panel_lies_over_another():
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_each_alert_says_what_it_means():
    text = ALERTS.read_text(encoding="utf-8")
    alerts = re.split(r"\n +- alert: ", text)[1:]
    assert len(alerts) == len(in_alerts())
    for alert in alerts:
        assert all(f"{word}: " in alert for word in ("severity", "summary", "description")), alert


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed")
def test_prometheus_takes_the_rules():
    command = [str(PROMTOOL), "check", "rules", ALERTS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
