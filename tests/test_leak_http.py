"""Nothing personal leaks over HTTP: people are planted, and no answer, log, metric, event or entry shows them."""

from __future__ import annotations

import io
import json
import logging
import random
from collections.abc import Iterator

import pytest
from python_calamine import CalamineWorkbook
from receiving import Receiver, receiving
from serving import Served, ask, serving, until
from test_leak import TELLINGS, Person, invent

from nlp import Pipeline


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("leak"), pipeline) as running:
        yield running


@pytest.fixture(scope="module")
def people() -> list[Person]:
    rng = random.Random(30)
    return [invent(rng) for _ in range(80)]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as kept:
        yield kept


def told(number: int, person: Person) -> dict[str, str]:
    fields = {name: getattr(person, name) for name in person.__slots__}
    title = f"反映{person.name}的问题，电话{person.phone}" if number % 5 == 0 else ""
    return {"id": str(number), "title": title, "text": TELLINGS[number % len(TELLINGS)].format(**fields)}


def test_nothing_that_leaves_shows_a_planted_person(
    served: Served,
    people: list[Person],
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "minqing")
    caplog.set_level(logging.INFO)
    outputs: dict[str, str] = {}

    def keep(name: str, method: str, path: str, role: str = "admin", **more: object) -> str:
        outputs[name] = served.call(method, path, role, **more).text
        return outputs[name]

    ask(served, "POST", "/v1/webhooks", json={"url": receiver.url})
    reports = [told(number, person) for number, person in enumerate(people)]
    reports += [one | {"id": f"{one['id']}b", "text": f"再次反映，{one['text']}"} for one in reports[:16]]
    live, filed = reports[:60], reports[60:]
    keep("analyse", "POST", "/v1/analyse?scores=true", "submitter", json=live)
    keep("ingest", "POST", "/v1/reports", "submitter", json=live, headers={"Idempotency-Key": "k"})
    keep("replayed", "POST", "/v1/reports", "submitter", json=live, headers={"Idempotency-Key": "k"})
    keep("known", "POST", "/v1/reports", "submitter", json=live[:3])
    bad = {**live[0], "received_at": people[0].phone, people[0].name: people[0].card}
    keep("bad", "POST", "/v1/reports", "submitter", json=[bad, {"text": [people[1].phone]}])
    keep("bad again", "POST", "/v1/reports", "submitter", content=json.dumps(live)[:-5].encode())
    rows = "\n".join(json.dumps(row, ensure_ascii=False) for row in [*filed, bad]) + '\n{"text": "' + people[2].phone
    job = json.loads(keep("upload", "POST", "/v1/reports/upload", files={"file": (f"{people[3].name}.jsonl", rows)}))
    until(lambda: ask(served, "GET", f"/v1/jobs/{job['id']}")["state"] == "done")
    keep("jobs", "GET", "/v1/jobs")
    for role in ("triage", "analyst"):
        for path in (
            "/v1/reports?limit=500",
            "/v1/issues?limit=500",
            "/v1/reports/0",
            "/v1/reports/0b",
            "/v1/similar?report=0",
            "/v1/stats",
        ):
            keep(f"{role} {path}", "GET", path, role)
    issue = json.loads(outputs["triage /v1/reports/0"])["issue"]
    for part in ("", "/members", "/history", "/timeline", "/status"):
        keep(f"issue {part}", "GET", f"/v1/issues/{issue}{part}", "analyst")
    ask(served, "POST", "/v1/corrections", "triage", json={"report": "0", "primary": "fraud"})
    ask(served, "POST", f"/v1/issues/{issue}/status", "triage", json={"to": "assigned", "note": people[0].name})
    keep("corrections", "GET", "/v1/corrections?report=0", "analyst")
    for what in ("reports", "reports?format=csv", "issues"):
        keep(f"export {what}", "GET", f"/v1/exports/{what}", "analyst")
    book = served.call("GET", "/v1/exports/reports?format=xlsx", "analyst").content
    outputs["export xlsx"] = str(CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python())
    # Looking for what is hidden, and looks that are allowed: neither may be written down anywhere.
    for person in people[:5]:
        for role in ("triage", "analyst"):
            answer = served.call("GET", "/v1/reports", role, params={"text": person.phone})
            assert answer.json()["items"] == []
        served.call("GET", "/v1/reports", "triage", params={"text": person.phone, "unmasked": "true"})
        served.call("GET", f"/v1/reports/{person.name}", "triage")
        served.call("GET", f"/{person.phone}")
    served.call("GET", "/v1/reports/0?unmasked=true", "triage")
    keep("audit", "GET", "/v1/audit?limit=500")
    keep("metrics", "GET", "/metrics")
    last = ask(served, "GET", "/v1/webhooks")[0]
    events = []
    with served.client("analyst") as client, client.stream("GET", "/v1/events?after=0") as stream:
        for line in stream.iter_lines():
            events.append(line)
            if line.startswith("event: issue.status"):
                break
    outputs["events"] = "\n".join(events)
    until(lambda: any(b'"issue.status"' in body for _, body in receiver.got), seconds=60)
    outputs["webhooks"] = b"\n".join(body for _, body in receiver.got).decode()
    outputs["hook"] = json.dumps(last)
    outputs["log"] = "\n".join(record.getMessage() for record in caplog.records if record.name != "httpx2")

    assert len(outputs["events"]) > 10_000
    assert outputs["log"].count("\n") > 30
    assert '"report.unmasked"' in outputs["audit"]
    known = json.loads(outputs["analyst /v1/reports?limit=500"])["items"]
    assert any("*" in phrase for one in known for phrase in one["why"]["shared"])
    leaks = [
        (name, secret)
        for name, text in outputs.items()
        for person in people
        for secret in person.secrets
        if secret in text or json.dumps(secret)[1:-1] in text
    ]
    assert not leaks, f"{len(leaks)} leaks, such as {leaks[:8]}"
