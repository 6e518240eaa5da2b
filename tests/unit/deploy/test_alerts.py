"""Whoever is woken is woken by numbers that exist, and told what to do."""

import re
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from services.intake import channel_watch
from services.notify import metrics
from services.workflow import metrics as workflow_metrics
from shared.messaging import backlog
from shared.web import app
from tests.parts.compose import ROOT, read_document

SET_BY = (channel_watch, metrics, workflow_metrics, backlog, app)
FOLDER = ROOT / "deploy/prometheus"
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_what_it_means_and_what_to_do(rule: dict[str, Any]):
    """How urgent it is, what it means for people, and the first thing to look at."""
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "action"}
    assert rule["expr"]


def test_every_number_of_ours_exists():
    """No rule waits for a metric that nothing sets."""
    known = {family.name for family in REGISTRY.collect()}
    named = {name for rule in RULES for name in re.findall(r"shouli_\w+", rule["expr"])}
    assert named
    assert named <= known, [module.__name__ for module in SET_BY]


def test_each_service_is_looked_at():
    """The targets are the services of the compose file, at their port."""
    jobs = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())["scrape_configs"]
    targets = {
        target
        for job in jobs
        if job["job_name"] == "shouli"
        for each in job["static_configs"]
        for target in each["targets"]
    }
    built = {name for name, service in read_document()["services"].items() if "build" in service}
    assert targets == {f"{name}:8000" for name in built}
