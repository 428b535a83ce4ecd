"""The API as a program calls it, on a real server: what goes in, what comes out, and what is said of mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, ask, serving, until

from api.events import events_after
from corpora import Report
from nlp import Pipeline

LAMP = "阳光花园三期门口的路灯坏了一周，晚上很不安全，请尽快修理。"
LAMP_AGAIN = "阳光花园三期门口的路灯坏了一周多了，晚上出门很不安全，请尽快来修理。"
FRAUD = "我在微信上被拉进股票群，被骗了5万元，对方电话13800138000，请帮我追回。"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("http"), pipeline) as running:
        reports = [
            {"id": "1", "text": LAMP, "received_at": "2026-03-02T19:20:00+08:00", "source": "热线"},
            {"id": "2", "text": LAMP_AGAIN, "received_at": "2026/3/4 08:00:00", "source": "热线"},
            {"id": "3", "text": FRAUD, "received_at": "2026-03-05", "source": "热线"},
        ]
        ask(running, "POST", "/v1/reports", json=reports)
        yield running


def issue_of(served: Served, key: str) -> str:
    return str(ask(served, "GET", f"/v1/reports/{key}")["issue"])


def test_analyse_gives_what_tag_gives(served: Served, pipeline: Pipeline) -> None:
    (analysis,) = pipeline.analyse([Report("x", FRAUD)])
    assert ask(served, "POST", "/v1/analyse", json={"id": "x", "text": FRAUD}) == analysis.to_json()
    assert ask(served, "POST", "/v1/analyse?unmasked=true&scores=true", json=[{"id": "x", "text": FRAUD}]) == [
        analysis.to_json(unmasked=True, scores=True)
    ]


def test_analyse_stores_nothing(served: Served) -> None:
    before = served.service.store.size()
    ask(served, "POST", "/v1/analyse", json={"text": "楼道里的灯不亮"})
    assert served.service.store.size() == before


def test_many_are_answered_in_order(served: Served) -> None:
    texts = [f"第{n}个路口的红绿灯坏了" for n in range(70)]
    answered = ask(served, "POST", "/v1/analyse", json=[{"id": str(n), "text": text} for n, text in enumerate(texts)])
    assert [(one["id"], one["text"]) for one in answered] == [(str(n), text) for n, text in enumerate(texts)]


def test_what_was_stored_before_changes_nothing(served: Served) -> None:
    again = served.call("POST", "/v1/reports", json={"id": "1", "source": "热线", "text": "别的内容"})
    assert (again.status_code, again.json()) == (200, {"id": "1", "key": "热线/1", "known": True})
    assert ask(served, "GET", "/v1/reports/热线/1")["text"] == LAMP
    mixed = served.call(
        "POST", "/v1/reports", json=[{"id": "4", "text": "楼下有人打麻将到半夜"}, {"id": "4", "text": "同一个编号"}]
    )
    assert mixed.status_code == 201
    assert mixed.json()[0]["issue"]["new"] is True
    assert mixed.json()[1] == {"id": "4", "key": "4", "known": True}


def test_two_tellings_of_one_problem_are_one_issue(served: Served) -> None:
    issue = issue_of(served, "热线/1")
    assert issue_of(served, "热线/2") == issue != issue_of(served, "热线/3")
    told = ask(served, "GET", f"/v1/issues/{issue}")
    assert (told["size"], told["status"], told["first_seen"]) == (2, "new", "2026-03-02T11:20:00+00:00")
    assert told["name"].startswith("阳光花园三期")
    assert "路灯坏了" in told["name"]
    assert {(one["report"], one["headline"]) for one in told["exemplars"]} == {
        ("热线/1", "阳光花园三期门口的路灯坏了一周，晚上很不安全，请尽快修理"),
        ("热线/2", "阳光花园三期门口的路灯坏了一周多了，晚上出门很不安全，请尽快来修理"),
    }
    assert ask(served, "GET", f"/v1/issues/{issue}/timeline") == {
        "period": "day",
        "start": "2026-03-02T00:00:00+08:00",
        "counts": [1, 0, 1],
    }
    members = ask(served, "GET", f"/v1/issues/{issue}/members")
    assert [one["key"] for one in members["items"]] == ["热线/1", "热线/2"]
    assert [one["kind"] for one in ask(served, "GET", f"/v1/issues/{issue}/history")][:1] == ["born"]


def test_search_by_category_place_time_issue_and_text(served: Served) -> None:
    def keys(**query: Any) -> list[str]:
        return sorted(one["key"] for one in ask(served, "GET", "/v1/reports", params=query)["items"])

    lamp = ["热线/1", "热线/2"]
    assert keys(category="fraud") == ["热线/3"]
    assert keys(issue=issue_of(served, "热线/1")) == lamp
    assert keys(text="路灯") == lamp
    assert keys(since="2026-03-04", until="2026-03-05") == ["热线/2"]
    assert keys(since="2026-03-04T00:00:00Z", until="2026-03-05T00:00:00+08:00") == ["热线/2"]
    assert keys(text="没有这样的词") == []
    assert "热线/1" in [one["report"]["key"] for one in ask(served, "GET", "/v1/similar?report=热线/2&limit=1")]


def test_hidden_data_is_found_by_nobody_who_may_not_see_it(served: Served) -> None:
    def found(role: str, **query: Any) -> int:
        return len(ask(served, "GET", "/v1/reports", role, params={"text": "13800138000"} | query)["items"])

    assert found("triage", unmasked=True) == 1
    assert found("triage") == found("analyst") == 0


def test_an_unmasked_look_is_in_the_audit_log(served: Served) -> None:
    path = "/v1/reports/热线/3"
    assert "138****8000" in ask(served, "GET", path, "triage")["text"]
    assert "13800138000" in ask(served, "GET", path + "?unmasked=true", "triage")["text"]
    entry = ask(served, "GET", "/v1/audit?limit=1")[0]
    assert (entry["action"], entry["subject"]) == ("report.unmasked", "热线/3")
    assert entry["by"].startswith("triage of the test (")
    issue = issue_of(served, "热线/3")
    ask(served, "GET", f"/v1/issues/{issue}/members?unmasked=true", "triage")
    ask(served, "GET", "/v1/reports?category=fraud&unmasked=true", "triage")
    ask(served, "POST", "/v1/analyse?unmasked=true", "triage", json={"text": FRAUD})
    entries = ask(served, "GET", "/v1/audit?limit=3")
    assert [e["action"] for e in entries] == ["analyse.unmasked", "reports.unmasked", "issue.unmasked"]
    assert entries[1]["detail"] == {"searched": False, "reports": ["热线/3"]}


def test_pages_follow_each_other(served: Served) -> None:
    ask(
        served,
        "POST",
        "/v1/reports",
        json=[{"id": f"p{n}", "source": "页", "text": f"第{n}页，缺页"} for n in range(5)],
    )
    keys: list[str] = []
    cursor: str | None = None
    for _ in range(3):
        query = {"limit": 2, "text": "缺页"} | ({"cursor": cursor} if cursor else {})
        page = ask(served, "GET", "/v1/reports", params=query)
        keys += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert sorted(keys) == [f"页/p{n}" for n in range(5)]
    wrong = served.call("GET", "/v1/issues?cursor=WzFd")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["pointer"] == "query:cursor"


@pytest.mark.parametrize("path", ["/v1/reports/热线/1", "/v1/taxonomy", "issue"])
def test_what_did_not_change_is_not_sent_again(served: Served, path: str) -> None:
    path = f"/v1/issues/{issue_of(served, '热线/1')}" if path == "issue" else path
    first = served.call("GET", path)
    tag = first.headers["etag"]
    again = served.call("GET", path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert served.call("GET", path, headers={"If-None-Match": '"other"'}).json() == first.json()


def test_a_repeated_request_does_nothing_and_is_answered_the_same(served: Served) -> None:
    body = [{"text": "河边的垃圾堆了一个月没人清"}]
    first = served.call("POST", "/v1/reports", json=body, headers={"Idempotency-Key": "k1"})
    size = served.service.store.size()
    again = served.call("POST", "/v1/reports", json=body, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()) == (first.status_code, first.json()) != (200, None)
    assert again.headers["idempotency-replayed"] == "true"
    assert served.service.store.size() == size
    other = served.call("POST", "/v1/reports", json=[{"text": "别的"}], headers={"Idempotency-Key": "k1"})
    assert other.status_code == 422
    mine = served.call("POST", "/v1/reports", "submitter", json=body, headers={"Idempotency-Key": "k1"})
    assert mine.json()[0]["known"] is True, "another caller's keys are others"


def test_people_decide_and_take_it_back(served: Served) -> None:
    lamp, fraud = issue_of(served, "热线/1"), issue_of(served, "热线/3")
    merged = ask(served, "POST", f"/v1/issues/{lamp}/merge", "analyst", json={"other": fraud})
    assert issue_of(served, "热线/3") == issue_of(served, "热线/1")
    ask(served, "POST", f"/v1/decisions/{merged['decision']}/undo", "analyst")
    assert (issue_of(served, "热线/1"), issue_of(served, "热线/3")) == (lamp, fraud)
    split = ask(served, "POST", f"/v1/issues/{lamp}/split", json={"reports": ["热线/2"]})
    assert issue_of(served, "热线/2") != lamp
    ask(served, "POST", f"/v1/decisions/{split['decision']}/undo")
    moved = ask(served, "POST", f"/v1/issues/{fraud}/move", json={"report": "热线/2"})
    assert issue_of(served, "热线/2") == fraud
    ask(served, "POST", f"/v1/decisions/{moved['decision']}/undo")
    assert issue_of(served, "热线/2") == lamp
    actions = [entry["action"] for entry in ask(served, "GET", "/v1/audit?limit=6")]
    assert actions[::-1] == [
        "issue.merge",
        "decision.undo",
        "issue.split",
        "decision.undo",
        "issue.move",
        "decision.undo",
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/issues/nothing/merge", {"other": "{lamp}"}, 404),
        ("/v1/issues/{lamp}/merge", {"other": "nothing"}, 404),
        ("/v1/issues/{lamp}/merge", {"other": "{lamp}"}, 409),
        ("/v1/issues/{lamp}/split", {"reports": ["nothing"]}, 409),
        ("/v1/issues/{lamp}/move", {"report": "nothing"}, 404),
        ("/v1/decisions/999/undo", None, 404),
        ("/v1/issues/{lamp}/status", {"to": "concluded"}, 409),
        ("/v1/issues/{lamp}/status", {"to": "nonsense"}, 422),
        ("/v1/corrections", {"report": "nothing", "primary": "fraud"}, 404),
        ("/v1/corrections", {"report": "热线/1", "primary": "nothing"}, 422),
        ("/v1/corrections/999/undo", None, 409),
    ],
)
def test_what_cannot_be_decided_changes_nothing(served: Served, path: str, body: Any, status: int) -> None:
    lamp = issue_of(served, "热线/1")
    filled = json.loads(json.dumps(body).replace("{lamp}", lamp))
    answer = served.call("POST", path.replace("{lamp}", lamp), json=filled)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert ask(served, "GET", f"/v1/issues/{lamp}")["size"] == 2


def test_an_issue_is_handled(served: Served) -> None:
    path = f"/v1/issues/{issue_of(served, '热线/3')}/status"
    assert ask(served, "GET", path)["status"] == "new"
    ask(served, "POST", path, "triage", json={"to": "assigned", "office": "反诈中心"})
    ask(served, "POST", path, "triage", json={"to": "handling", "note": "已联系"})
    told = ask(served, "POST", path, "triage", json={"to": "concluded"})
    assert [(step["before"], step["after"]) for step in told["steps"]] == [
        ("new", "assigned"),
        ("assigned", "handling"),
        ("handling", "concluded"),
    ]
    assert (told["office"], told["steps"][1]["note"]) == ("反诈中心", "已联系")


def test_what_is_late_is_marked_and_vectors_are_read_without_being_asked(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline, housekeeping=0.01) as served:
        ask(served, "POST", "/v1/reports", json={"id": "1", "text": LAMP})
        issue = issue_of(served, "1")
        due = {"due_at": "2026-03-01T00:00:00+08:00", "office": "住房和城乡建设局"}
        ask(served, "POST", f"/v1/issues/{issue}/status", json={"to": "assigned"} | due)

        def told() -> list[str]:
            with served.service.store.reading() as session:
                return [event.kind for event in events_after(session, 0) if event.subject == issue]

        until(lambda: "issue.supervised" in told() and served.service.similar.newest)
        assert (told().count("issue.overdue"), told().count("issue.supervised")) == (1, 1)


def test_a_person_corrects_a_category(served: Served) -> None:
    before = ask(served, "GET", "/v1/reports/热线/2")["primary"]["id"]
    made = ask(served, "POST", "/v1/corrections", "triage", json={"report": "热线/2", "primary": "hazard.utility"})
    assert (made["primary_before"], made["primary"]) == (before, "hazard.utility")
    told = ask(served, "GET", "/v1/reports/热线/2")
    assert (told["primary"]["id"], told["reviewed"], told["decided"]) == ("hazard.utility", True, True)
    ((line,), exported) = (
        [json.loads(x) for x in served.call("GET", "/v1/exports/corrections").text.splitlines()],
        ask(served, "GET", "/v1/audit?limit=1")[0],
    )
    assert (line["id"], line["primary"], line["text"]) == ("热线/2", "hazard.utility", LAMP_AGAIN)
    assert exported["action"] == "corrections.export"
    ask(served, "POST", f"/v1/corrections/{made['id']}/undo", "triage")
    assert ask(served, "GET", "/v1/reports/热线/2")["primary"]["id"] == before
    assert ask(served, "GET", "/v1/corrections?report=热线/2")[0]["undone"] is True


def test_reports_are_counted(served: Served) -> None:
    counted = ask(served, "GET", "/v1/stats?by=day&by=category&category=fraud&first=2026-03-01&last=2026-03-31")
    assert [(c["day"], c["category"].split(".")[0], c["reports"]) for c in counted] == [("2026-03-05", "fraud", 1)]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, [""]),
        ({"text": " \n"}, [""]),
        ({"text": 5}, ["/text"]),
        ([{"text": "好"}, {"text": None}], ["/1/text"]),
        ([], [""]),
        ([{"text": "好"}] * 501, [""]),
        ({"text": "x" * 100_001}, ["/text"]),
        ({"text": "a\x00b"}, ["/text"]),
        ({"text": "好", "received_at": "昨天"}, ["/received_at"]),
        ({"text": "好", "received_at": "0001-01-01"}, ["/received_at"]),
        ({"text": "好", "id": "x" * 201, "author": "张三"}, ["/author", "/id"]),
        ({"text": "好", "电话13800138000": ""}, ["/?"]),
        ("张三的电话", [""]),
    ],
)
def test_a_bad_report_is_told_by_pointer(served: Served, body: Any, pointers: list[str]) -> None:
    answer = served.call("POST", "/v1/reports", json=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert sorted(error["pointer"] for error in problem["errors"]) == pointers
    assert (problem["status"], problem["type"]) == (422, "urn:minqing:problem:unprocessable-content")
    assert "张三" not in answer.text
    assert "13800138000" not in answer.text


@pytest.mark.parametrize("content", [b'{"text": "13800138000', b'{"text": "\xff13800138000"}', b"", b"\x00"])
def test_what_is_no_json_is_refused_without_repeating_it(served: Served, content: bytes) -> None:
    answer = served.call("POST", "/v1/analyse", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "13800138000" not in answer.text


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("PUT", "/v1/analyse", 405)])
def test_what_is_not_there_is_a_problem_document(served: Served, method: str, path: str, status: int) -> None:
    answer = served.call(method, path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_is_ingested_in_the_background(served: Served) -> None:
    rows = "留言编号,留言主题,留言详情,留言时间\nu1,路灯,路灯坏了,2019/8/19 11:34:04\nu2,,,\nu3,井盖,井盖丢了,昨天\n"
    files = {"file": ("导出.csv", rows.encode("gb18030"))}
    accepted = served.call("POST", "/v1/reports/upload", "submitter", files=files)
    assert accepted.status_code == 202
    path = accepted.headers["location"]
    job = until(lambda: (j := ask(served, "GET", path, "submitter"))["state"] == "done" and j)
    assert (job["done"], job["known"]) == (1, 0)
    assert job["rejected"] == [
        {"row": 3, "reason": "no text"},
        {"row": 4, "reason": "received_at … is no time; write 2019-08-19T11:34:04"},
    ]
    assert ask(served, "GET", "/v1/reports/u1")["received_at"] == "2019-08-19T03:34:04+00:00"
    assert served.call("GET", path, "triage").status_code == 404, "another caller's"
    assert ask(served, "GET", path)["id"] == job["id"], "but an admin's"
    assert job["id"] in [j["id"] for j in ask(served, "GET", "/v1/jobs", "submitter")]
    assert list(served.service.settings.uploads.iterdir()) == []


def test_an_upload_may_name_its_columns(served: Served) -> None:
    files = {"file": ("x.csv", "甲,乙\nu9,广场舞的音响太吵\n".encode())}
    accepted = ask(served, "POST", "/v1/reports/upload", files=files, data={"map": '{"id": "甲", "text": "乙"}'})
    until(lambda: ask(served, "GET", f"/v1/jobs/{accepted['id']}")["state"] == "done")
    assert ask(served, "GET", "/v1/reports/u9")["text"] == "广场舞的音响太吵"


@pytest.mark.parametrize(
    ("name", "map_", "pointer"),
    [("x.exe", "{}", "/file"), ("x", "{}", "/file"), ("x.csv", "[]", "/map"), ("x.csv", '{"author": "x"}', "/map")],
)
def test_a_file_of_another_kind_is_refused(served: Served, name: str, map_: str, pointer: str) -> None:
    answer = served.call("POST", "/v1/reports/upload", files={"file": (name, b"a,b\n")}, data={"map": map_})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("x.csv", "张三,13800138000\n李四,13900139000\n".encode(), "no column holds the text; columns are …"),
        ("x.xlsx", b"PK no", "not a readable XLSX workbook"),
        ("x.csv", b"", "holds no rows"),
        ("x.jsonl", b"\x00\x01\x02\xff\xfe\x00", "is not text"),
    ],
)
def test_a_file_that_cannot_be_read_fails_its_job_only(served: Served, name: str, content: bytes, error: str) -> None:
    accepted = ask(served, "POST", "/v1/reports/upload", files={"file": (name, content)})
    job = until(lambda: (j := ask(served, "GET", f"/v1/jobs/{accepted['id']}"))["state"] == "failed" and j)
    assert job["error"].startswith(error)
    assert "13800138000" not in json.dumps(job)


def test_an_accepted_file_survives_a_restart(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline) as first:
        job, path = first.service.jobs.place(".txt")
        path.write_text("重启之前交的，路灯坏了\n", "utf-8")
        # As if the power went off right after the answer: accepted, never begun.
        first.service.jobs._queue.put_nowait = lambda _: None  # type: ignore[method-assign]
        first.service.jobs.accept(job, path, {}, "someone")
    with serving(tmp_path, pipeline) as second:
        until(lambda: ask(second, "GET", f"/v1/jobs/{job}")["state"] == "done")
        assert [r["text"] for r in ask(second, "GET", "/v1/reports")["items"]] == ["重启之前交的，路灯坏了"]


def test_exports_are_files_and_audited(served: Served) -> None:
    lines = served.call("GET", "/v1/exports/reports?category=fraud", "analyst")
    assert [json.loads(line)["key" if "key" in line else "id"] for line in lines.text.splitlines()] == ["3"]
    assert "138****8000" in lines.text
    assert lines.headers["content-disposition"] == 'attachment; filename="reports.jsonl"'
    table = served.call("GET", "/v1/exports/reports?format=csv", "analyst")
    assert table.content.startswith("\ufeff编号,".encode())
    assert served.call("GET", "/v1/exports/reports?format=xlsx", "analyst").content.startswith(b"PK")
    issues = [json.loads(line) for line in served.call("GET", "/v1/exports/issues", "analyst").text.splitlines()]
    assert {"issue", "name", "size", "reports", "status"} <= issues[0].keys()
    entries = [entry["action"] for entry in ask(served, "GET", "/v1/audit?limit=4")]
    assert entries == ["issues.export", "reports.export", "reports.export", "reports.export"]


def test_a_person_logs_in_with_a_key(served: Served) -> None:
    with served.client(None) as browser:
        assert browser.get("/v1/session").status_code == 401
        assert browser.post("/v1/session", json={"key": "mq_no_key"}).status_code == 401
        logged_in = browser.post("/v1/session", json={"key": served.tokens["analyst"]})
        cookie = logged_in.headers["set-cookie"].lower()
        assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/", "max-age=43200"))
        assert browser.get("/v1/session").json()["role"] == "analyst"
        assert browser.get("/v1/issues").status_code == 200
        assert browser.get("/v1/audit").status_code == 403
        browser.delete("/v1/session")
        assert browser.get("/v1/issues").status_code == 401


def test_a_revoked_key_ends_its_sessions(served: Served) -> None:
    made = ask(served, "POST", "/v1/keys", json={"name": "临时", "role": "triage"})
    with served.client(None) as browser:
        browser.post("/v1/session", json={"key": made["key"]})
        assert browser.get("/v1/issues").status_code == 200
        ask(served, "DELETE", f"/v1/keys/{made['id']}")
        assert browser.get("/v1/issues").status_code == 401
    listed = {key["id"]: key for key in ask(served, "GET", "/v1/keys")}
    assert listed[made["id"]]["revoked_at"] is not None
    assert "key" not in listed[made["id"]]


def test_no_auth_lets_this_machine_in_and_no_other_site(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline, no_auth=True) as open_:
        assert ask(open_, "GET", "/v1/session", None)["role"] == "admin"
        assert ask(open_, "GET", "/v1/issues", None)["items"] == []
        assert open_.call("GET", "/v1/issues", None, headers={"Host": "evil.example"}).status_code == 400
        assert open_.call("GET", "/v1/issues", None, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401


def test_health_readiness_and_metrics(served: Served) -> None:
    assert ask(served, "GET", "/healthz", None) == {"status": "ok"}
    assert ask(served, "GET", "/readyz", None) == {"status": "ok"}
    assert served.call("GET", "/metrics", None).status_code == 401
    text = served.call("GET", "/metrics", "analyst").text
    assert 'minqing_http_seconds_count{method="GET",route="/v1/reports/{key:path}",status="200"}' in text
    assert "minqing_analysing_waiting 0.0" in text


def test_the_description_has_examples_and_knows_every_problem(served: Served) -> None:
    described = ask(served, "GET", "/v1/openapi.json", None)
    assert described["components"]["schemas"]["ReportIn"]["examples"][0]["channel"] == "12345"
    named = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))
    assert {"ProblemDocument", "FieldError", "PeriodOut"} <= named <= described["components"]["schemas"].keys()
    operations = [(path, op) for path, methods in described["paths"].items() for op in methods.values()]
    assert len(operations) > 30
    for path, operation in operations:
        assert operation["summary"], path
        if path.startswith("/v1") and path != "/v1/session":
            assert {"401", "429"} <= operation["responses"].keys(), path
