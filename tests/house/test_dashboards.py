"""Every expression in `dashboards/`, run by a real Prometheus against a hub whose metrics were all touched."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from tests.house.prometheus import DASHBOARDS, Prometheus, scraping
from tests.house.promql import mentions
from tests.hubs import PASSWORD, RunningHub
from tests.served import Where, served
from tests.stream.sockets import signed_in

ROOT = DASHBOARDS.parent
RULES = sorted(DASHBOARDS.glob("rules/*.yml"))
GRAFANA = {path.stem: json.loads(path.read_text()) for path in sorted(DASHBOARDS.glob("grafana/*.json"))}
# Every metric that PR-003 to PR-010 name, and those of the rooms that are built, with their labels.
CONTRACT: dict[str, set[str]] = {
    "log_events_total": {"level"},
    "auth_login_total": {"result"},
    "ratelimit_block_total": {"route"},
    "abuse_login_throttle_total": set(),
    "errors_total": {"status"},
    "audit_events_total": {"action"},
    "http_requests_total": {"route", "code"},
    "request_duration_seconds_bucket": {"route", "le"},
    "signals_ingested_total": {"instrument", "side"},
    "signals_create_seconds_bucket": {"le"},
    "approvals_total": {"decision"},
    "approval_latency_seconds_bucket": {"le"},
    "devices_registered_total": set(),
    "devices_revoked_total": set(),
    "ea_poll_total": {"status"},
    "ea_ack_total": {"result"},
    "ea_poll_duration_seconds_bucket": {"le"},
    "executions_total": {"status"},
    "dashboard_ws_clients_gauge": set(),
}


class Expression(Struct, frozen=True):
    """One expression, and where it stands."""

    where: str
    text: str


def panels(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in document["panels"] if panel["type"] != "row"]


def of_dashboards() -> list[Expression]:
    return [
        Expression(f"{name}: {panel['title']}", target["expr"].replace("$__rate_interval", "1m"))
        for name, document in GRAFANA.items()
        for panel in panels(document)
        for target in panel["targets"]
    ]


@pytest.fixture(scope="module")
def binaries() -> None:
    missing = [name for name in ("prometheus", "promtool") if not shutil.which(name)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{' and '.join(missing)} must be there in CI; .ci/run installs them.")
    if missing:
        pytest.skip(f"There is no {' and no '.join(missing)}: apt-get install prometheus.")


async def touch(hub: RunningHub) -> None:
    """Use everything that counts: good and bad sign-ins, a signal each way, a poll, an ack, a socket, a problem."""
    person = await hub.person()
    for password in (PASSWORD, "not the password"):
        await hub.call("POST", "/api/v1/auth/login", {"email": person.email, "password": password})
    registered = await hub.call("POST", "/api/v1/devices/register", {"name": "one"}, person.bearer)
    await hub.call("POST", f"/api/v1/devices/{registered.body['device_id']}/revoke", headers=person.bearer)
    device, producer = await hub.device(person, "two"), await hub.producer()
    for decision in ("approved", "rejected"):
        assert (await hub.approve(person, await producer.opened(), decision)).status == 201
    async with signed_in(hub, person):
        [command] = (await device.poll(wait=5)).body["commands"]
        assert (await device.ack(command["id"], "failed", error="no money")).status == 200
    assert (await hub.call("GET", "/api/v1/nothing")).status == 404


@pytest.fixture(scope="module")
async def prometheus(
    binaries: None,
    hub: RunningHub,
    servers: Endpoints,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    where = Where(servers.dsn, servers.redis_url)
    async with served(where, settings, folder / "hub.log", APP_LOG_LEVEL="INFO") as outside:
        await touch(RunningHub(outside.base_url, hub.res, hub.http))
        async with scraping(outside.ops_url, folder) as running:
            yield running


async def expressions(prometheus: Prometheus) -> list[Expression]:
    """Those of the dashboards, and those of the rules as Prometheus has read them."""
    rules = [Expression(f"rules: {rule['name']}", rule["query"]) for rule in await prometheus.rules()]
    return of_dashboards() + rules


def unknown(expression: Expression, known: dict[str, set[str]]) -> list[str]:
    """Metrics an expression mentions that do not exist, and labels that they do not have."""
    found = mentions(expression.text)
    names = found.labels.keys()
    faults = [f"{expression.where}: there is no {name}" for name in sorted(names - known.keys())]
    for name in names & known.keys():
        # A family without a series yet shows no labels.
        if known[name] and (strange := found.labels[name] - known[name]):
            faults.append(f"{expression.where}: {name} has no {sorted(strange)}")
    everywhere = set().union(*(known.get(name, set()) for name in names))
    if names and everywhere and (strange := found.grouped - everywhere):
        faults.append(f"{expression.where}: nothing has {sorted(strange)}")
    return faults


async def test_every_expression_runs(prometheus: Prometheus) -> None:
    for expression in await expressions(prometheus):
        await prometheus.query(expression.text)


async def test_every_metric_and_label_that_is_mentioned_exists(prometheus: Prometheus) -> None:
    known = await prometheus.labels()
    every = await expressions(prometheus)
    assert len(every) > 50
    assert [fault for expression in every for fault in unknown(expression, known)] == []


async def test_a_metric_that_is_renamed_is_missed_by_all_that_mention_it(prometheus: Prometheus) -> None:
    """The negative control, for each of our metrics in turn: it is called otherwise, on either side."""
    known = await prometheus.labels()
    every = await expressions(prometheus)
    for name in {name for each in every for name in mentions(each.text).labels}:
        without = {other: labels for other, labels in known.items() if other != name}
        using = [each for each in every if name in mentions(each.text).labels]
        assert all(unknown(each, without) for each in using), name
        typo = re.compile(rf"(?<![\w:]){re.escape(name)}(?![\w:])")
        assert all(unknown(Expression("", typo.sub(name + "x", each.text)), known) for each in using), name


async def test_a_label_that_is_renamed_is_missed(prometheus: Prometheus) -> None:
    known = await prometheus.labels()
    assert unknown(Expression("x", 'sum(rate(http_requests_total{status="500"}[5m]))'), known)
    assert unknown(Expression("x", "sum by (path) (rate(http_requests_total[5m]))"), known)
    assert not unknown(Expression("x", 'sum by (route) (rate(http_requests_total{code="500"}[5m]))'), known)


async def test_every_rule_is_evaluated_without_a_fault(prometheus: Prometheus) -> None:
    rules = await prometheus.rules()
    assert [(rule["name"], rule.get("lastError")) for rule in rules if rule["health"] != "ok"] == []
    assert {rule["name"] for rule in rules} >= {
        "execution_fail_rate",
        "NoSignals",
        "OutboxOld",
        "LatencyHigh",
    }


async def test_a_hub_that_works_leads_to_figures(prometheus: Prometheus) -> None:
    """Not only do they parse: what was touched is seen."""
    [up] = await prometheus.query("sum(hub_ready)")
    [failed] = await prometheus.query('sum(executions_total{status="failed"})')
    [refused] = await prometheus.query('sum(auth_login_total{result="fail"})')
    assert [each["value"][1] for each in (up, failed, refused)] == ["1", "1", "1"]
    for name in ("caerus:request_duration_seconds:p99_5m", "caerus:market_open"):
        assert await prometheus.query(name), name


async def test_the_contract_s_metrics_are_there_under_their_own_names_and_labels(
    prometheus: Prometheus,
) -> None:
    known, ours = await prometheus.labels(), {"instance", "job"}
    assert CONTRACT.keys() <= known.keys()
    found = {name: known[name] - ours for name in CONTRACT if known.get(name)}
    assert found == {name: CONTRACT[name] for name in found} and len(found) >= len(CONTRACT) - 2


def promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = ["promtool", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_promtool_finds_no_fault(binaries: None) -> None:
    for arguments in (("check", "config", DASHBOARDS / "prometheus.yml"), ("check", "rules", *RULES)):
        checked = promtool(*arguments)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_rules_pass_their_unit_tests(binaries: None) -> None:
    tests = sorted(DASHBOARDS.glob("rules/tests/*.yml"))
    tested = {name for path in tests for name in re.findall(r"alertname: (\w+)", path.read_text())}
    assert len(tested) >= 8
    ran = promtool("test", "rules", *tests)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('status=~"failed|unknown"', 'status=~"failed"'),
        ("max(outbox_lag_seconds) > 30", "max(outbox_lag_seconds) > 300"),
        ("day_of_week() == 5 and hour() < 21", "day_of_week() == 5"),
        ('route!="/api/v1/client/poll"', 'route!=""'),
    ],
)
def test_the_unit_tests_see_a_rule_that_is_wrong(
    binaries: None, tmp_path: Path, right: str, wrong: str
) -> None:
    """Their negative control."""
    shutil.copytree(DASHBOARDS / "rules", tmp_path / "rules")
    [path] = [path for path in (tmp_path / "rules").glob("*.yml") if right in path.read_text()]
    path.write_text(path.read_text().replace(right, wrong))
    ran = promtool("test", "rules", *(tmp_path / "rules/tests").glob("*.yml"))
    assert ran.returncode == 1 and "FAILED" in ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["api", "business"])
def test_every_panel_says_what_it_shows_in_which_unit(name: str) -> None:
    shown = panels(GRAFANA[name])
    assert len(shown) >= 10 and GRAFANA[name]["description"]
    for panel in shown:
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["title"] and len(panel["description"]) > 10 and defaults["unit"], panel["title"]
        assert defaults["thresholds"]["steps"][0]["value"] is None
        assert all(target["legendFormat"] for target in panel["targets"])
    assert any(len(panel["fieldConfig"]["defaults"]["thresholds"]["steps"]) > 1 for panel in shown)


def test_the_files_are_what_their_tables_say() -> None:
    command = [sys.executable, str(DASHBOARDS / "generate.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_business_dashboard_promises_nothing() -> None:
    text = (DASHBOARDS / "grafana" / "business.json").read_text().lower()
    assert "says nothing of profit" in text
    assert not re.search(r"pnl|win.?rate|return on|guarantee|earn", text)


def test_every_alert_has_its_page_in_the_runbook() -> None:
    runbook = (ROOT / "docs/runbooks/observability.md").read_text()
    chapters = {title.lower() for title in re.findall(r"^### (\w+)$", runbook, re.MULTILINE)}
    text = "\n".join(path.read_text() for path in RULES)
    alerts = re.findall(r"- alert: (\w+)", text)
    assert len(alerts) >= 12 and {alert.lower() for alert in alerts} == chapters
    assert re.findall(r"runbook: docs/runbooks/observability.md#(\w+)", text) == [a.lower() for a in alerts]


@pytest.mark.parametrize(
    ("expression", "labels", "grouped"),
    [
        ("up", {"up": set()}, set()),
        ('a{b="c{x}", d!~"e"} > 0.5', {"a": {"b", "d"}}, set()),
        (
            "sum by (le, x) (rate(a:b_c[5m] offset 1h)) / on (y) group_left (z) d",
            {"a:b_c": set(), "d": set()},
            {"le", "x", "y", "z"},
        ),
        ("histogram_quantile(0.99, sum without (i) (rate(m_bucket[1m])))", {"m_bucket": set()}, {"i"}),
        (
            "vector(1) and (hour() < 21 or day_of_week() == 5) unless bool_metric",
            {"bool_metric": set()},
            set(),
        ),
        ("a == bool 1e5 or NaN", {"a": set()}, set()),
    ],
)
def test_what_an_expression_mentions_is_read_right(
    expression: str, labels: dict[str, set[str]], grouped: set[str]
) -> None:
    found = mentions(expression)
    assert (found.labels, found.grouped) == (labels, grouped)
