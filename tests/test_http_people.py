"""What people do over the API: decide, correct, handle, export, look and log in; and what is noted of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import FRAUD, LAMP, LAMP_AGAIN, THREE, Served, ask, issue_of, serving, until

from api.events import events_after
from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("http"), pipeline) as running:
        ask(running, "POST", "/v1/reports", json=THREE)
        yield running


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


def test_people_decide_and_take_it_back(served: Served) -> None:
    lamp, fraud = issue_of(served, "热线/1"), issue_of(served, "热线/3")
    merged = ask(served, "POST", f"/v1/issues/{lamp}/merge", "analyst", json={"other": fraud})
    assert issue_of(served, "热线/3") == issue_of(served, "热线/1")
    ask(served, "POST", f"/v1/decisions/{merged['decision']}/undo", "analyst")
    assert (issue_of(served, "热线/1"), issue_of(served, "热线/3")) == (lamp, fraud)
    split = ask(served, "POST", f"/v1/issues/{lamp}/split", json={"reports": ["热线/2"]})
    assert issue_of(served, "热线/2") != lamp
    ask(served, "POST", f"/v1/decisions/{split['decision']}/undo")
    before = ask(served, "GET", "/v1/reports/热线/2")
    moved = ask(served, "POST", f"/v1/issues/{fraud}/move", json={"report": "热线/2"})
    after = ask(served, "GET", "/v1/reports/热线/2")
    assert (after["issue"], after["why"]) == (fraud, before["why"])
    assert after["moved_by"].startswith("admin of the test (")
    ask(served, "POST", f"/v1/decisions/{moved['decision']}/undo")
    assert issue_of(served, "热线/2") == lamp
    assert ask(served, "GET", "/v1/reports/热线/2") == before
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
        ("/v1/corrections", {"report": "热线/1", "primary": "nothing"}, 404),
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
