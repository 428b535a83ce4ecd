"""Every route for every role: what is open, what takes a key (401) or another role (403), and what is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from serving import Served, serving

from nlp import Pipeline

ROLES = ("submitter", "triage", "analyst", "admin")
S, T, A, X = ROLES
EVERYBODY: frozenset[str | None] = frozenset({None, *ROLES})
ALL: frozenset[str | None] = frozenset(ROLES)
INGEST: frozenset[str | None] = frozenset({S, T, X})
READ: frozenset[str | None] = frozenset({T, A, X})
TRIAGE: frozenset[str | None] = frozenset({T, X})
EXPORT: frozenset[str | None] = frozenset({A, X})
ADMIN: frozenset[str | None] = frozenset({X})

#: Method, route, roles that may, status for them, body. Ids are of nothing, so that nothing is changed on the way.
TABLE: list[tuple[str, str, frozenset[str | None], int, Any]] = [
    ("GET", "/healthz", EVERYBODY, 200, None),
    ("GET", "/readyz", EVERYBODY, 200, None),
    ("GET", "/metrics", READ, 200, None),
    ("POST", "/v1/session", EVERYBODY, 422, {}),
    ("GET", "/v1/session", ALL, 200, None),
    ("DELETE", "/v1/session", EVERYBODY, 204, None),
    ("POST", "/v1/analyse", ALL, 200, {"text": "路灯坏了"}),
    ("POST", "/v1/analyse?unmasked=true", TRIAGE, 200, {"text": "路灯坏了"}),
    ("GET", "/v1/taxonomy", ALL, 200, None),
    ("POST", "/v1/reports", INGEST, 200, {"id": "known", "text": "路灯坏了"}),
    ("POST", "/v1/reports/upload", INGEST, 422, None),
    ("GET", "/v1/jobs", INGEST, 200, None),
    ("GET", "/v1/jobs/j0", INGEST, 404, None),
    ("GET", "/v1/reports", READ, 200, None),
    ("GET", "/v1/reports?unmasked=true", TRIAGE, 200, None),
    ("GET", "/v1/reports/known", READ, 200, None),
    ("GET", "/v1/reports/known?unmasked=true", TRIAGE, 200, None),
    ("GET", "/v1/reports/nothing", READ, 404, None),
    ("GET", "/v1/similar?report=known", READ, 200, None),
    ("GET", "/v1/issues", READ, 200, None),
    ("GET", "/v1/issues/nothing", READ, 404, None),
    ("GET", "/v1/issues/nothing/timeline", READ, 404, None),
    ("GET", "/v1/issues/nothing/members", READ, 404, None),
    ("GET", "/v1/issues/nothing/members?unmasked=true", TRIAGE, 404, None),
    ("GET", "/v1/issues/nothing/history", READ, 404, None),
    ("GET", "/v1/issues/nothing/status", READ, 404, None),
    ("POST", "/v1/issues/nothing/status", TRIAGE, 404, {"to": "handling"}),
    ("POST", "/v1/issues/nothing/merge", READ, 404, {"other": "nothing"}),
    ("POST", "/v1/issues/nothing/split", READ, 404, {"reports": ["known"]}),
    ("POST", "/v1/issues/nothing/move", READ, 404, {"report": "known"}),
    ("POST", "/v1/decisions/999/undo", READ, 404, None),
    ("POST", "/v1/corrections", TRIAGE, 404, {"report": "nothing", "primary": "fraud"}),
    ("GET", "/v1/corrections?report=known", READ, 200, None),
    ("POST", "/v1/corrections/999/undo", TRIAGE, 409, None),
    ("GET", "/v1/stats", READ, 200, None),
    ("GET", "/v1/stats/period?period=week&date=2026-03-02", READ, 200, None),
    ("GET", "/v1/exports/reports", EXPORT, 200, None),
    ("GET", "/v1/exports/issues", EXPORT, 200, None),
    ("GET", "/v1/exports/corrections", ADMIN, 200, None),
    ("GET", "/v1/events?after=x", READ, 422, None),
    ("POST", "/v1/webhooks", ADMIN, 422, {"url": "ftp://nowhere"}),
    ("GET", "/v1/webhooks", ADMIN, 200, None),
    ("DELETE", "/v1/webhooks/w0", ADMIN, 404, None),
    ("POST", "/v1/keys", ADMIN, 422, {"name": "x", "role": "king"}),
    ("GET", "/v1/keys", ADMIN, 200, None),
    ("DELETE", "/v1/keys/00", ADMIN, 404, None),
    ("GET", "/v1/audit", ADMIN, 200, None),
]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, pipeline: Pipeline) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("roles"), pipeline) as running:
        assert running.call("POST", "/v1/reports", json={"id": "known", "text": "路灯坏了"}).status_code == 201
        yield running


@pytest.mark.parametrize("role", [None, *ROLES])
@pytest.mark.parametrize(
    ("method", "path", "may", "status", "body"), TABLE, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_route_is_open_to_its_roles(
    served: Served, role: str | None, method: str, path: str, may: frozenset[str | None], status: int, body: Any
) -> None:
    answer = served.call(method, path, role, json=body) if body is not None else served.call(method, path, role)
    expected = status if role in may else 401 if role is None else 403
    assert answer.status_code == expected, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_table_names_every_route(served: Served) -> None:
    described = served.call("GET", "/v1/openapi.json", None).json()["paths"]
    listed = {(method, path.partition("?")[0]) for method, path, *_ in TABLE}
    for path, methods in described.items():
        pattern = re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path))
        for method in methods:
            assert any(m == method.upper() and pattern.fullmatch(p) for m, p in listed), f"{method} {path}"


@pytest.mark.parametrize(
    "header",
    ["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer mq_000000000000_0", "bearer x", "mq_x", "Digest a=b"],
)
def test_a_wrong_key_is_nobody(served: Served, header: str) -> None:
    answer = served.call("GET", "/v1/issues", None, headers={"Authorization": header})
    assert answer.status_code == 401
