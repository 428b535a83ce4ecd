"""The API as a program calls it, on a real server: what goes in, what comes out, and what is said of mistakes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from serving import FRAUD, LAMP, THREE, Served, ask, issue_of, serving

from corpora import Report
from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("http"), pipeline) as running:
        ask(running, "POST", "/v1/reports", json=THREE)
        yield running


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
    assert (wrong.status_code, "`cursor`" in wrong.json()["detail"]) == (404, True)


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
    assert (other.status_code, "retry-after" in other.headers) == (409, False)
    mine = served.call("POST", "/v1/reports", "submitter", json=body, headers={"Idempotency-Key": "k1"})
    assert mine.json()[0]["known"] is True, "another caller's keys are others"


def test_reports_are_counted(served: Served) -> None:
    counted = ask(served, "GET", "/v1/stats?by=day&by=category&category=fraud&first=2026-03-01&last=2026-03-31")
    assert [(c["day"], c["category"].split(".")[0], c["reports"]) for c in counted] == [("2026-03-05", "fraud", 1)]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, [""]),
        ({"text": " \n\ufeff\x1f"}, [""]),
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


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/keys", "GET, POST"),
        ("/v1/session", "GET, POST, DELETE"),
        ("/v1/reports/upload", "POST"),
        ("/v1/reports/a/b", "GET"),
        ("/metrics", "GET"),
    ],
)
def test_allow_names_all_methods_of_a_path(served: Served, path: str, methods: str) -> None:
    refused = served.call("PATCH", path)
    assert refused.status_code == 405
    assert sorted(refused.headers["allow"].split(", ")) == sorted(methods.split(", "))


@pytest.mark.parametrize("when", ["0", "0.5", "2026-02-29", "1899-12-31", "2200-01-01", "2026-03-02T24:00", "20260302"])
def test_what_is_no_time_is_refused(served: Served, when: str) -> None:
    for path in ("/v1/reports?since=", "/v1/issues?until=", "/v1/exports/reports?since=", "/v1/stats?first="):
        assert served.call("GET", path + when).status_code == 422, path


@pytest.mark.parametrize("when", ["2024-02-29", "2000-02-29T23:59:59.5Z", "1900-01-01 00:00", "2199-12-31T23:59+14:00"])
def test_a_time_is_taken_with_or_without_zone(served: Served, when: str) -> None:
    assert ask(served, "GET", "/v1/reports", params={"until": when})["items"] is not None


def test_why_it_joined_is_told_and_kept(served: Served) -> None:
    hole = "河西中学门口的污水井盖坏了好几天，臭气熏天没人修，请尽快处理"
    first, taken = ask(
        served, "POST", "/v1/reports", json=[{"id": "w1", "text": hole}, {"id": "w2", "text": f"{hole}。谢谢"}]
    )
    why = taken["issue"]["why"]
    assert (why["report"], taken["issue"]["new"], why["score"] > why["threshold"]) == ("w1", False, True)
    assert any("污水井盖" in phrase for phrase in why["shared"])
    kept = {"issue": taken["issue"]["id"]} | why
    told = ask(served, "GET", "/v1/reports/w2")
    assert (told["why"], told["moved_by"]) == (kept, None)
    members = ask(served, "GET", f"/v1/issues/{taken['issue']['id']}/members")["items"]
    assert [one["why"] for one in members] == [{"issue": kept["issue"]} | first["issue"]["why"], kept]
