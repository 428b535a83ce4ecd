"""What messages hold, and how a worker describes itself; no broker is needed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Ran
from hypothesis import given
from hypothesis import strategies as st

from api.streams.messages import UnreadableError, read_report

REPORT = {"id": "1", "source": "热线", "title": "路灯", "text": "路灯坏了", "received_at": "2026-03-02T09:00:00"}


def test_a_report_is_read_bare_and_in_an_envelope() -> None:
    bare = read_report(json.dumps(REPORT).encode())
    assert (bare.key, bare.content) == ("热线/1", "路灯。路灯坏了")
    assert str(bare.received_at) == "2026-03-02 09:00:00+08:00"
    envelope = {"specversion": "1.0", "id": "e", "source": "/x", "type": "t", "data": REPORT}
    assert read_report(json.dumps(envelope).encode()) == bare


def test_a_report_without_an_id_has_the_same_one_each_time() -> None:
    first, again = (read_report('{"text": "路灯坏了"}'.encode()) for _ in range(2))
    assert first.id == again.id != ""


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "is not JSON in UTF-8"),
        (b"\xff\xfe{", "is not JSON in UTF-8"),
        (b"[1]", "is no JSON object"),
        (b'{"id": "1"}', "the report: value_error"),
        ('{"text": "路灯", "author": "张三"}'.encode(), "?: extra_forbidden"),
        ('{"text": "路灯", "received_at": "张三"}'.encode(), "received_at: value_error"),
        (b'{"specversion": "1.0", "data": {"text": 13812345678}}', "data/text: string_type"),
        ('{"specversion": "0.3", "data": {"text": "张三"}}'.encode(), "specversion: literal_error"),
    ],
)
def test_why_a_message_is_no_report(message: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match="^" + reason.replace("?", r"\?") + "$"):
        read_report(message)


_SIMPLE = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
_VALUES = _SIMPLE | st.lists(_SIMPLE, max_size=2) | st.dictionaries(st.sampled_from([*REPORT]), _SIMPLE, max_size=3)


@given(st.dictionaries(st.sampled_from([*REPORT, "data", "specversion", "张三"]), _VALUES))
def test_any_object_is_a_report_or_has_a_reason_in_ascii(message: dict[str, Any]) -> None:
    reason = "is a report"
    try:
        read_report(json.dumps(message).encode())
    except UnreadableError as error:
        reason = str(error)
    assert reason.isascii()


@pytest.mark.parametrize(
    "broker", ["nats://localhost", "redis://localhost", "amqp://localhost", "kafka://localhost:9092"]
)
def test_a_worker_describes_itself(minqing: Callable[..., Ran], broker: str) -> None:
    ran = minqing("stream", "--broker", broker, "--prefix", "hunan", "--asyncapi")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["asyncapi"].startswith("3.")
    channels = json.dumps(document["channels"])
    assert all(f"hunan.{name}" in channels for name in ("reports", "tagged", "issues", "dead"))
    assert {"ReportIn", "CloudEvent"} <= set(document["components"]["schemas"])


@pytest.mark.parametrize("broker", ["http://localhost", "nats", "localhost:4222", ""])
def test_what_is_no_broker(minqing: Callable[..., Ran], broker: str) -> None:
    ran = minqing("stream", "--broker", broker)
    assert ran.code == 2
    assert "nats://" in ran.err


def test_what_is_not_installed_is_told(minqing: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faststream", None)
    ran = minqing("stream", "--broker", "nats://127.0.0.1:1", "--asyncapi")
    assert ran.code == 2
    assert "faststream is not installed; pip install 'minqing[streams]'" in ran.err
