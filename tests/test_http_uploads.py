"""Files sent to the API are kept, read in the background, and fail alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Served, ask, serving, until

from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("http"), pipeline) as running:
        yield running


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


def test_a_form_has_no_other_field(served: Served) -> None:
    files, data = {"file": ("x.csv", "text\n路灯坏了\n".encode())}, {"author": "张三"}
    answer = served.call("POST", "/v1/reports/upload", files=files, data=data)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, ["/author"])


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
