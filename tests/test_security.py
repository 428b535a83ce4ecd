"""Attacks on the service, each with what must come of it: nothing."""

from __future__ import annotations

import io
import logging
import re
import socket
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from serving import Served, ask, serving, until

from api.keys import Keys
from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("security"), pipeline, webhook_networks=()) as running:
        ask(running, "POST", "/v1/reports", json=[{"id": "a", "text": "路灯坏了"}, {"id": "b", "text": "井盖丢了"}])
        yield running


INJECTIONS = ["' OR '1'='1", "a'; DROP TABLE report; --", '" OR 1=1 --', "%", "_", "a\\", "%' ESCAPE '", "1) OR (1=1"]


@pytest.mark.parametrize("words", INJECTIONS)
def test_words_are_never_sql(served: Served, words: str) -> None:
    for field in ("text", "category", "division", "issue"):
        found = served.call("GET", "/v1/reports", params={field: words[:40]})
        assert (found.status_code, found.json()["items"]) == (200, []), field
    for field in ("text", "status", "category", "division"):
        found = served.call("GET", "/v1/issues", params={field: words[:20]})
        assert (found.status_code, found.json()["items"]) == (200, []), field
    assert served.call("GET", f"/v1/reports/{words}").status_code == 404
    assert served.call("POST", "/v1/issues/x/merge", json={"other": words}).status_code == 404
    assert served.service.store.size() == 2


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1"])
def test_a_table_holds_no_formula(served: Served, formula: str) -> None:
    made = ask(served, "POST", "/v1/reports", json={"text": formula + "，路灯坏了", "source": "公式"})
    table = served.call("GET", "/v1/exports/reports?format=csv").content.decode("utf-8-sig")
    assert not re.search(r'(^|,)"?[=+\-@\t\r]', table, re.M), made["id"]
    book = served.call("GET", "/v1/exports/reports?format=xlsx").content
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:8000/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest/meta-data"),
        *("http://10.0.0.1/", "http://0x7f000001/", "http://2130706433/", "http://127.1/"),
        *("http://[::ffff:127.0.0.1]/", "http://no-such-host.invalid/", "http://user:pass@example.org/", "http:///x"),
        *("http://example.org\r\nX: y/", "http://例子.测试/", "http://x:99999/", "http://./"),
    ],
)
def test_webhooks_lead_to_public_addresses_only(served: Served, url: str) -> None:
    answer = served.call("POST", "/v1/webhooks", json={"url": url})
    assert answer.status_code == 409, answer.text
    assert ask(served, "GET", "/v1/webhooks") == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1/", "nonsense", ""])
def test_webhooks_speak_http_only(served: Served, url: str) -> None:
    assert served.call("POST", "/v1/webhooks", json={"url": url}).status_code == 422


def test_a_name_that_moves_to_a_private_address_is_not_followed(
    tmp_path: Path, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when the webhook is made, private when it is called."""
    asked: list[str] = []

    def resolve(host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with serving(tmp_path, pipeline, webhook_networks=()) as served:
        own = socket.getaddrinfo
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda host, *a, **k: resolve(host, *a, **k) if host == "moving.example" else own(host, *a, **k),
        )
        port = served.url.rsplit(":", 1)[1]
        ask(served, "POST", "/v1/webhooks", json={"url": f"http://moving.example:{port}/healthz"})
        ask(served, "POST", "/v1/reports", json={"text": "路灯坏了"})
        told = until(lambda: (h := ask(served, "GET", "/v1/webhooks")[0])["attempts"] and h)
        assert told["error"] == "its address is not public"
        assert asked == ["moving.example", "moving.example"]


def test_a_wrong_secret_takes_as_long_as_an_unknown_key(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look in the store once and compare once, in constant time; no clock is needed to see it."""
    compared: list[tuple[int, int]] = []
    looked: list[str] = []
    keys = Keys(served.service.store)
    digest = __import__("hmac").compare_digest
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: (compared.append((len(a), len(b))), digest(a, b))[1])
    reading = served.service.store.reading
    monkeypatch.setattr(served.service.store, "reading", lambda: (looked.append("once"), reading())[1])
    known = served.tokens["admin"].rsplit("_", 1)[0]
    for token in (known + "_" + "0" * 64, "mq_000000000000_" + "0" * 64):
        compared.clear()
        looked.clear()
        assert keys.check(token) is None
        assert (compared, looked) == ([(64, 64)], ["once"])


def test_guessing_keys_is_slowed_down(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline) as served:
        served.tokens["guess"] = "mq_000000000000_guess"
        answers = [served.call("GET", "/v1/issues", "guess") for _ in range(40)]
        assert [a.status_code for a in answers].count(401) == 30
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) > 0
        assert served.call("POST", "/v1/session", None, json={"key": "mq_x_y"}).status_code == 429
        assert served.call("GET", "/v1/issues", "admin").status_code == 200, "a good key works all the same"


def test_a_log_has_one_line_for_a_call_whatever_it_says(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    evil = "x%0d%0a2026-01-01 minqing.http INFO GET /admin 200%1b[2J"
    served.call("GET", f"/v1/reports/{evil}?text={evil}", headers={"User-Agent": "a", "X-Forwarded-For": "b"})
    served.call("GET", f"/{evil}")
    ask(served, "POST", "/v1/reports", json={"id": "x\r\nGET /admin 200", "text": "路灯坏了", "channel": "\x1b[2J\n"})
    lines = until(lambda: len(m := [r.getMessage() for r in caplog.records if r.name == "minqing.http"]) == 3 and m)
    for line in lines:
        assert re.fullmatch(r"(GET|POST) (/v1/[a-z{}:/]+|-) \d{3} \d+ ms", line), line


def test_a_mistake_of_ours_tells_nobody_anything(
    served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "".join(("138", "0013", "8000"))

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("api.http.routes.reports.find_report", fail)
    answer = served.call("GET", "/v1/reports/a")
    assert (answer.status_code, answer.json()["detail"]) == (500, "this is our mistake; the log tells more")
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.getMessage().startswith("RuntimeError at\n")
    assert "in report" in record.getMessage(), "where it happened"
    assert secret not in caplog.text + answer.text


def test_a_forged_or_foreign_cookie_is_nobody(served: Served) -> None:
    with served.client(None) as browser:
        browser.post("/v1/session", json={"key": served.tokens["admin"]})
        (cookie,) = browser.cookies.jar
        good = str(cookie.value)
    # The last character but one: the last holds bits that say nothing.
    forged = good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1]
    bad = [forged, good.split(".")[0], "", "x.y.z", '"admin"', "a" * 5000]
    for value in bad:
        answer = httpx2.get(f"{served.url}/v1/issues", headers={"Cookie": f"minqing_session={value}"}, verify=False)
        assert answer.status_code == 401, value[:40]
    foreign = {"Cookie": f"minqing_session={good}", "Sec-Fetch-Site": "cross-site"}
    assert httpx2.get(f"{served.url}/v1/issues", headers=foreign, verify=False).status_code == 401
    own = {"Cookie": f"minqing_session={good}", "Sec-Fetch-Site": "same-origin"}
    assert httpx2.get(f"{served.url}/v1/issues", headers=own, verify=False).status_code == 200


def test_a_session_ends_after_a_working_day(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = served.service.sessions
    with served.client(None) as browser:
        browser.post("/v1/session", json={"key": served.tokens["admin"]})
        (cookie,) = browser.cookies.jar
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 12 * 3600 + 60)
    assert sessions.check(str(cookie.value)) is None
