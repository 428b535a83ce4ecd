"""Streams and webhooks: each event arrives with its id, in order, at least once, and only where it may go."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from receiving import Receiver, receiving
from serving import Served, ask, serving, until
from standardwebhooks import Webhook

from api.errors import UsageError
from api.http import webhooks
from api.http.destinations import Destinations
from nlp import Pipeline


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as kept:
        yield kept


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("events"), pipeline) as running:
        yield running


def follow(served: Served, count: int, role: str = "analyst", **how: Any) -> list[dict[str, str]]:
    """The first events of a stream, as fields; the stream is then left."""
    events: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    with served.client(role) as client, client.stream("GET", "/v1/events", **how) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                fields[name] = value
            elif not line and fields:
                events.append(fields)
                fields = {}
                if len(events) == count:
                    return events
    raise AssertionError(f"the stream ended after {len(events)} events")


def report(served: Served, text: str) -> Any:
    return ask(served, "POST", "/v1/reports", json={"text": text})


def test_a_stream_goes_on_behind_the_last_event_seen(served: Served) -> None:
    report(served, "东门口的井盖丢了")
    report(served, "南门口的信号灯不亮")
    begun = follow(served, 2, params={"after": "0"})
    assert [event["event"] for event in begun] == ["report.tagged", "issue.born"]
    rest = follow(served, 2, headers={"Last-Event-ID": begun[1]["id"]})
    assert [event["event"] for event in rest] == ["report.tagged", "issue.born"]
    ids = [int(event["id"]) for event in begun + rest]
    assert ids == sorted(set(ids))
    told = json.loads(rest[0]["data"])
    assert (told["id"], told["kind"]) == (ids[2], "report.tagged")


def test_a_stream_tells_what_happens_from_now_on_of_the_kinds_asked(served: Served) -> None:
    heard: list[dict[str, str]] = []
    until(lambda: served.service.followers.streams == 0)
    listening = Thread(target=lambda: heard.extend(follow(served, 1, params={"kinds": "issue.born"})))
    listening.start()
    until(lambda: served.service.followers.streams == 1)
    made = report(served, "北门口的围墙塌了一段")
    listening.join()
    assert json.loads(heard[0]["data"])["subject"] == made["issue"]["id"]


def test_a_stream_ends_with_its_key(served: Served) -> None:
    made = ask(served, "POST", "/v1/keys", json={"name": "临时", "role": "analyst"})
    served.tokens["passing"] = made["key"]
    heard: list[str] = []

    def listen() -> None:
        with served.client("passing") as client, client.stream("GET", "/v1/events") as stream:
            heard.extend(line for line in stream.iter_lines() if line.startswith("data"))
        heard.append("ended")

    until(lambda: served.service.followers.streams == 0)
    listening = Thread(target=listen)
    listening.start()
    until(lambda: served.service.followers.streams == 1)
    ask(served, "DELETE", f"/v1/keys/{made['id']}")
    report(served, "操场边的健身器材断了")
    listening.join()
    assert heard == ["ended"]


def test_a_webhook_gets_each_event_signed_and_in_order(served: Served, receiver: Receiver) -> None:
    hook = ask(served, "POST", "/v1/webhooks", json={"url": receiver.url})
    made = [report(served, f"第{n}栋的电梯困人了") for n in range(3)]
    until(lambda: len([e for e in receiver.events if e["type"] == "report.tagged"]) == 3)
    ids = [event["id"] for event in receiver.events]
    assert ids == sorted(set(ids))
    assert [e["subject"] for e in receiver.events if e["type"] == "report.tagged"] == [one["id"] for one in made]
    headers, body = receiver.got[0]
    assert Webhook(hook["secret"]).verify(body, headers)["data"]["id"] == made[0]["id"]
    assert headers["webhook-id"] == f"msg_{hook['id']}_{ids[0]}"
    listed = {h["id"]: h for h in ask(served, "GET", "/v1/webhooks")}
    assert "secret" not in listed[hook["id"]]
    ask(served, "DELETE", f"/v1/webhooks/{hook['id']}")


def test_a_webhook_that_fails_is_tried_again_until_it_is_taken(
    served: Served, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACK_OFF", (0.01, 0.01, 0.01, 0.01))
    receiver.answers = [500, 302, 200]
    hook = ask(served, "POST", "/v1/webhooks", json={"url": receiver.url, "kinds": ["report.tagged"]})
    report(served, "河堤的护栏松了")
    until(lambda: len(receiver.got) == 3)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1, "the same event, not followed elsewhere"
    told = until(
        lambda: next((h for h in ask(served, "GET", "/v1/webhooks") if h["id"] == hook["id"] and not h["error"]), None)
    )
    assert (told["attempts"], told["next_at"]) == (0, None)
    ask(served, "DELETE", f"/v1/webhooks/{hook['id']}")


def test_a_webhook_that_never_answers_is_given_up_and_the_next_event_delivered(
    served: Served, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BACK_OFF", (0.01,))
    receiver.answers = [500, 500, 200]
    hook = ask(served, "POST", "/v1/webhooks", json={"url": receiver.url, "kinds": ["report.tagged"]})
    first, second = report(served, "路面塌陷了一个坑"), report(served, "变压器冒火花")
    until(lambda: len(receiver.got) == 3)
    assert [event["subject"] for event in receiver.events] == [first["id"], first["id"], second["id"]]
    ask(served, "DELETE", f"/v1/webhooks/{hook['id']}")


def test_deliveries_go_on_after_a_restart(tmp_path: Path, pipeline: Pipeline, receiver: Receiver) -> None:
    receiver.answers = [500]
    with serving(tmp_path, pipeline) as first:
        hook = ask(first, "POST", "/v1/webhooks", json={"url": receiver.url, "kinds": ["report.tagged"]})
        made = report(first, "小区里的消防栓没有水")
        until(lambda: ask(first, "GET", "/v1/webhooks")[0]["attempts"] == 1)
        with first.service.store.writing() as session:
            session.get_one(webhooks.WebhookRow, hook["id"]).next_at = None
    receiver.answers = [200]
    with serving(tmp_path, pipeline) as second:
        until(lambda: ask(second, "GET", "/v1/webhooks")[0]["attempts"] == 0)
    assert {event["subject"] for event in receiver.events} == {made["id"]}
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    *("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe", "192.0.2.1", "255.255.255.255"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_no_destination(address: str) -> None:
    assert not Destinations([]).allowed(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_public_addresses_are(address: str) -> None:
    assert Destinations([]).allowed(ip_address(address))


def test_a_private_network_may_be_allowed() -> None:
    destinations = Destinations(["10.1.0.0/16", "fd00::/8"])
    assert destinations.allowed(ip_address("10.1.2.3"))
    assert destinations.allowed(ip_address("fd12::1"))
    assert not destinations.allowed(ip_address("10.2.0.1"))
    with pytest.raises(UsageError, match="--webhook-network"):
        Destinations(["10.1.0.0/99"])
