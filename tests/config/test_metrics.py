"""Metrics: what two workers did together, told to Prometheus alone."""

import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from accounts import events
from accounts.access import Actor
from accounts.models import Account
from config.metrics import meters
from config.metrics.state import MOST, State
from follows import graph, opening
from tests.compat_mastodon.conftest import token_for
from tests.servers import PATIENCE, Live, NewServer, free_port, wait_for_answer

NAME = re.compile(r"latchkey_[a-z_]+")


@pytest.fixture(scope="module")
def measured(new_server: NewServer) -> Iterator[Live]:
    """A server with metrics and a log for machines."""
    with new_server("measured", METRICS_PORT=str(free_port()), LOG_FORMAT="json", ACCESS_LOG="on") as server:
        server.start()
        yield server
        assert server.end() == 0


def get(port: int, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes, str | None]:
    """Status, body and request id, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request("POST" if body else "GET", path, body, headers | kind)
    answer = connection.getresponse()
    told = answer.status, answer.read(), answer.getheader("X-Request-Id")
    connection.close()
    return told


def scrape(server: Live) -> dict[tuple[str, ...], float]:
    """The samples by name and labels, in the order of the labels' names; the process of the metrics may still start."""
    port, deadline = int(server.environment["METRICS_PORT"]), time.monotonic() + PATIENCE
    while True:
        try:
            status, body, _ = get(port, "/metrics")
            break
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert status == 200
    families = text_string_to_metric_families(body.decode())
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def wait_for(server: Live, name: str, value: float) -> None:
    """Until a metric without labels has this value."""
    deadline = time.monotonic() + PATIENCE
    while (found := scrape(server).get((name,))) != value:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


@pytest.mark.once
def test_what_two_workers_did_is_summed(measured: Live) -> None:
    requester, owner = measured.sign_up("requester"), measured.sign_up("owner", locked=True)
    before = scrape(measured)
    for _ in range(20):
        get(measured.port, "/api/v1/instance")
    get(measured.port, "/mobile_api/login", urlencode({"email": requester.email, "password": "wrong"}))
    with measured.database():
        token = token_for(requester)
    get(measured.port, f"/api/v1/accounts/{owner.pk}/follow", "reblogs=true", Authorization=f"Bearer {token}")

    after = scrape(measured)

    grown = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    assert grown["latchkey_requests_total", "mastodon", "200", "compat_mastodon.views.instance.InstanceV1"] == 20
    assert grown["latchkey_decisions_total", "mastodon", "none", "asked"] == 1
    refused = ("latchkey_requests_total", "twittner", "402", "compat_twittner.views.authentication.Login")
    assert grown[refused] == 1  # its HTTP status is 200
    assert grown["latchkey_request_seconds_count", "mastodon"] == 21
    assert after["latchkey_database_up",] == 1
    assert {key[1] for key in after if key[0] == "latchkey_memory_bytes"} == {
        *("main", "metrics", "streams", "worker0", "worker1")
    }


@pytest.mark.once
def test_streams_are_counted_while_they_are_open(measured: Live) -> None:
    measured.start_streams()
    requester = measured.sign_up()
    with measured.database():
        token = token_for(requester)
    stream = http.client.HTTPConnection("127.0.0.1", measured.streaming_port, timeout=PATIENCE)
    stream.request("GET", "/api/v1/streaming/user", headers={"Authorization": f"Bearer {token}"})
    answer = stream.getresponse()
    assert answer.status == 200

    wait_for(measured, "latchkey_streams", 1)
    answer.close()
    stream.close()
    wait_for(measured, "latchkey_streams", 0)


@pytest.mark.once
def test_a_worker_that_is_replaced_counts_on(measured: Live) -> None:
    folder = Path(measured.environment["VAR"]) / "metrics"
    counted = ("latchkey_requests_total", "mastodon", "200", "compat_mastodon.views.instance.InstanceV1")
    for _ in range(10):
        get(measured.port, "/api/v1/instance")
    before, files, server = scrape(measured)[counted], set(folder.iterdir()), psutil.Process(measured.process.pid)
    old = server.children()
    for process in old:
        process.kill()  # the workers, the streams and the metrics
    deadline = time.monotonic() + PATIENCE
    while len(set(server.children()) - set(old)) < len(old):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wait_for_answer(measured.url, measured.process, measured.log)
    get(measured.port, "/api/v1/instance")

    assert scrape(measured)[counted] == before + 1
    assert set(folder.iterdir()) <= files


@pytest.mark.once
def test_lines_of_the_log_are_json_and_have_the_id_of_the_answer(measured: Live) -> None:
    _, _, name = get(measured.port, "/api/v1/accounts/lookup?acct=nobody&access_token=secret")
    _, _, page = get(measured.port, "/about")

    assert name != page
    lines = [json.loads(line) for line in measured.log.read_text().splitlines() if line.startswith("{")]
    (mine,) = [line for line in lines if line["request_id"] == name]
    assert mine["method"] == "GET"
    assert mine["status"] == 404
    assert mine["view"].startswith("compat_mastodon.views.")
    assert any(line["request_id"] == page and line["status"] == 200 for line in lines)
    assert "secret" not in measured.log.read_text()


@pytest.mark.once
@pytest.mark.skipif(not shutil.which("prometheus"), reason="needs Debian's prometheus")
def test_a_real_prometheus_scrapes_it(measured: Live, tmp_path: Path) -> None:
    port = free_port()
    target = f"127.0.0.1:{measured.environment['METRICS_PORT']}"
    job = {"job_name": "latchkey", "scrape_interval": "250ms", "static_configs": [{"targets": [target]}]}
    (config := tmp_path / "prometheus.yml").write_text(json.dumps({"scrape_configs": [job]}))  # YAML, too
    options = [f"--config.file={config}", f"--storage.tsdb.path={tmp_path}", f"--web.listen-address=127.0.0.1:{port}"]
    with subprocess.Popen(["prometheus", *options], stderr=subprocess.DEVNULL) as prometheus:
        try:
            deadline, found = time.monotonic() + PATIENCE, []
            while not found:
                assert time.monotonic() < deadline
                time.sleep(0.5)
                try:
                    _, body, _ = get(port, "/api/v1/query?query=latchkey_database_up")
                    found = json.loads(body)["data"]["result"]
                except (ConnectionError, KeyError, ValueError):
                    continue
            assert found[0]["value"][1] == "1"
            dashboard = json.loads((settings.ROOT / "docs" / "grafana.json").read_text())
            for target in (target for panel in dashboard["panels"] for target in panel["targets"]):
                query = urlencode({"query": target["expr"].replace("$__rate_interval", "1m")})
                status, body, _ = get(port, f"/api/v1/query?{query}")
                assert (status, json.loads(body)["status"]) == (200, "success"), target
        finally:
            prometheus.terminate()


def test_the_dashboard_asks_for_metrics_that_exist() -> None:
    known = {sample for metric in meters.ALL for sample in _samples(metric)} | {
        each.name for each in State([]).describe()
    }
    dashboard = json.loads((settings.ROOT / "docs" / "grafana.json").read_text())

    asked = {
        name for panel in dashboard["panels"] for target in panel["targets"] for name in NAME.findall(target["expr"])
    }

    assert asked <= known
    assert {panel["type"] for panel in dashboard["panels"]} == {"timeseries"}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert {each["uid"] for panel in dashboard["panels"] for each in [panel["datasource"]]} == {"${datasource}"}
    described = (settings.ROOT / "docs" / "operating.md").read_text()
    assert all(each.removesuffix("_bucket").removesuffix("_sum") in described for each in asked)


def _samples(metric: Any) -> list[str]:
    (family,) = metric.describe()
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}[family.type]
    return [f"{family.name}{ending}" for ending in endings]


def test_the_requests_that_wait_are_measured(alice: Account, bob: Account, carol: Account) -> None:
    graph.follow(alice.pk, carol.pk, Actor(alice.pk, "test"))
    graph.follow(bob.pk, carol.pk, Actor(bob.pk, "test"))
    opening.begin(bob.pk, Actor(bob.pk, "test"))

    told = {sample.name: sample.value for family in State([]).collect() for sample in family.samples}

    assert (told["latchkey_requests_waiting"], told["latchkey_openings"]) == (2, 1)
    assert 0 < told["latchkey_oldest_request_seconds"] < PATIENCE
    assert MOST >= 2


def test_without_a_port_nothing_is_measured() -> None:
    assert not any("metrics" in each or "access_log" in each for each in settings.MIDDLEWARE)
    assert not any(each.has_listeners() for each in (events.limited, events.delivered, events.waited, events.streaming))
