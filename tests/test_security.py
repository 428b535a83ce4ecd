"""Attacks on the service, each with what must come of it: nothing."""

from __future__ import annotations

import io
import json
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

from api.http import limits, server
from api.http.limits import MAX_BODY, MAX_UPLOAD
from api.keys import Keys
from api.reading import UnreadableError, read_apart, without_content
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


def upload(served: Served, name: str, content: bytes) -> Any:
    accepted = ask(served, "POST", "/v1/reports/upload", files={"file": (name, content)})
    return until(
        lambda: (j := ask(served, "GET", f"/v1/jobs/{accepted['id']}"))["state"] in ("done", "failed") and j,
        seconds=120,
    )


def workbook(sheet: str, *, lie: bool = False) -> bytes:
    """The smallest XLSX around a sheet; `lie` writes a small size into the archive's directory."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
        'officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http:'
        '//schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    data = bytearray(out.getvalue())
    if lie:
        # The last entry of the central directory: its uncompressed size is 24 bytes behind its signature.
        at = data.rindex(b"PK\x01\x02") + 24
        data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


CELL = '<c r="A{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, text: str) -> str:
    return f'<row r="{number}">{CELL.format(row=number, text=text)}</row>'


def test_a_small_workbook_is_read(served: Served) -> None:
    job = upload(served, "x.xlsx", workbook(row(1, "text") + row(2, "桥上的栏杆断了")))
    assert (job["state"], job["done"]) == ("done", 1)


BOMBS = {
    "cells far apart": lambda: workbook(
        row(1, "text") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' + row(2, "x")
    ),
    "a long cell": lambda: workbook(row(1, "text") + row(2, "x" * (200 << 20))),
    "a lie about its size": lambda: workbook(row(1, "text") + row(2, "x" * (200 << 20)), lie=True),
    "a zip of zeros": lambda: zipped(bytes(200 << 20)),
}


def zipped(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", content)
    return out.getvalue()


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_fails_its_job_and_nothing_else(served: Served, kind: str) -> None:
    bomb = BOMBS[kind]()
    assert len(bomb) < 1 << 20
    before = memory()
    job = upload(served, "bomb.xlsx", bomb)
    assert job["error"] or job["rejected"], job
    assert job["done"] == 0
    assert memory() - before < 64 << 20, "it is read in a process of its own"
    assert ask(served, "GET", "/readyz", None) == {"status": "ok"}


def memory() -> int:
    """Bytes of this process, which the server runs in."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10  # type: ignore[index]


def test_deep_json_and_endless_lines_are_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"[" * 200_000 + b"\n" + json.dumps({"text": "x" * 200_000}).encode() + b"\n")
    rejected = list(read_apart(path, {}))
    assert [r.row for r in rejected] == [1, 2]  # type: ignore[union-attr]


def test_what_kills_the_reader_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"text\nx\n")
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(UnreadableError, match="memory or time"):
        list(read_apart(path, {}))


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ("received_at '昨天 13800138000' is no time; write …", "received_at … is no time; write …"),
        ('text "it\'s" is bad', "text … is bad"),
        (
            "no column holds the text; columns are '张三', '李\n四'; name it",
            "no column holds the text; columns are …; name it",
        ),
        ("id 13800138000 has lost digits", "id … has lost digits"),
        ("3 cells where the header has 4", "3 cells where the header has 4"),
    ],
)
def test_a_reason_quotes_nothing(reason: str, shown: str) -> None:
    assert without_content(reason) == shown


@pytest.mark.parametrize(
    "name",
    ["../../evil.csv", "/etc/cron.d/x.csv", "..\\..\\x.csv", "a\x00b.csv", "%2e%2e%2fx.csv", ".csv", "x.csv/../y"],
)
def test_an_uploads_name_is_no_path(served: Served, name: str, tmp_path: Path) -> None:
    folder = served.service.settings.uploads
    before = {path for path in folder.parent.rglob("*") if path.parent != folder}
    answer = served.call("POST", "/v1/reports/upload", files={"file": (name, b"text\n\xe8\xb7\xaf\xe7\x81\xaf\n")})
    assert answer.status_code in (202, 400, 422), answer.text
    if answer.status_code == 202:
        until(lambda: ask(served, "GET", answer.headers["location"])["state"] == "done")
    assert {path for path in folder.parent.rglob("*") if path.parent != folder} == before
    assert not (folder.parent.parent / "evil.csv").exists()


def test_kept_files_are_for_the_service_alone(served: Served) -> None:
    upload(served, "x.txt", "路灯又坏了\n".encode())
    assert served.service.settings.uploads.stat().st_mode & 0o077 == 0


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


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:8000/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/latest/meta-data"),
        *(
            "http://10.0.0.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://127.1/",
            "http://[::ffff:127.0.0.1]/",
        ),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pass@example.org/", "http:///x", "nonsense", ""),
        *("http://example.org\r\nX: y/", "http://例子.测试/", "http://no-such-host.invalid/", "http://x:99999/"),
    ],
)
def test_webhooks_lead_to_public_addresses_only(served: Served, url: str) -> None:
    answer = served.call("POST", "/v1/webhooks", json={"url": url})
    assert answer.status_code == 422, answer.text
    assert ask(served, "GET", "/v1/webhooks") == []


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
    bad = [good[:-1] + ("A" if good[-1] != "A" else "B"), good.split(".")[0], "", "x.y.z", '"admin"', "a" * 5000]
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
