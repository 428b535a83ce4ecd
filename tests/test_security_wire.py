"""Attacks on the wire: heads, bodies and clients that are too long, ambiguous or slow."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, ask, serving

from api.http import limits, server
from api.http.limits import MAX_BODY, MAX_UPLOAD
from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("security"), pipeline, webhook_networks=()) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/v1/../../etc/passwd", "/v1/reports/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/v1/%00"]
)
def test_a_path_leads_to_no_file(served: Served, path: str) -> None:
    answer = raw(served, f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.tokens['admin']}\r\n\r\n")
    assert re.match(rb"HTTP/1.1 (404|422|400)", answer), answer[:100]
    assert b"root:" not in answer


def raw(served: Served, request: str | bytes, *, seconds: float = 20) -> bytes:
    """What the server answers to these bytes until it closes or is silent."""
    port = int(served.url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(request.encode() if isinstance(request, str) else request)
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := connection.recv(65536)):
            answer += piece
        return answer


def test_oversized_headers_are_refused(served: Served) -> None:
    for head in ("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + "a" * 70_000, "GET /" + "a" * 70_000):
        answer = raw(served, head)
        assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")), answer[:60]
    many = "".join(f"X{n}: {'a' * 60}\r\n" for n in range(1000))
    assert raw(served, f"GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n").startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "head",
    [
        "POST /v1/analyse HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "POST /v1/analyse HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n",
        "POST /v1/analyse HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n",
        "POST /v1/analyse HTTP/1.1\r\nHost: x\r\nX : y\r\nContent-Length: nothing\r\n",
    ],
)
def test_two_readings_of_a_head_are_none(served: Served, head: str) -> None:
    answer = raw(served, f"{head}Authorization: Bearer {served.tokens['admin']}\r\n\r\nhello")
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 501")), answer[:80]


def test_large_bodies_are_refused_whether_they_say_so_or_not(served: Served) -> None:
    auth = f"Authorization: Bearer {served.tokens['admin']}\r\n"
    for path, most in (("/v1/reports", MAX_BODY), ("/v1/reports/upload", MAX_UPLOAD)):
        kind = "multipart/form-data; boundary=x" if "upload" in path else "application/json"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{auth}Content-Type: {kind}\r\nContent-Length: {most + 1}\r\n\r\n"
        answer = raw(served, head)
        assert answer.startswith(b"HTTP/1.1 413"), answer[:80]
    chunks = (b"x" * 65536 for _ in range(MAX_BODY // 65536 + 2))
    answered = served.call("POST", "/v1/analyse", content=chunks, headers={"content-type": "application/json"})
    assert (answered.status_code, answered.json()["status"]) == (413, 413)


def test_who_has_no_key_may_not_even_send_a_body(served: Served) -> None:
    head = "POST /v1/reports/upload HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    answer = raw(served, head + "Content-Length: 100000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401")


def test_slow_clients_are_sent_away(tmp_path: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.3)
    with serving(tmp_path, pipeline) as served:
        assert raw(served, b"") == b"", "says nothing"
        assert raw(served, b"GET /healthz HTTP/1.1\r\nHos") == b"", "never ends its head"
        auth = f"Authorization: Bearer {served.tokens['admin']}\r\n"
        slow = f"POST /v1/analyse HTTP/1.1\r\nHost: x\r\n{auth}Content-Type: application/json\r\n"
        assert raw(served, slow + 'Content-Length: 99\r\n\r\n{"text"').startswith(b"HTTP/1.1 408"), (
            "never ends its body"
        )
        port = int(served.url.rsplit(":", 1)[1])
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            while b"ok" not in connection.recv(65536):
                pass
            connection.sendall(b"GET /healthz HT")
            assert connection.recv(65536) == b"", "a second head that never ends"
        assert ask(served, "GET", "/healthz", None) == {"status": "ok"}
