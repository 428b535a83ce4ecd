"""Stored reports without an encoder: each report's analysis and issue is what a test says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from api.store import Store
from corpora import Report
from nlp import Analysis, Entity, Link, Urgency, default_routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One report as a test tells it; `received` is local time, `division` with `/` between."""

    id: str
    issue: str
    received: str | None = "2026-03-02T09:00:00"
    text: str = "路灯坏了"
    title: str = ""
    category: str = "service.transport"
    division: str = ""
    urgent: tuple[str, ...] = ()
    entities: tuple[tuple[str, str, Any], ...] = ()
    decided: bool = True
    source: str = ""


def at(local: str) -> datetime:
    """A local time."""
    return datetime.fromisoformat(f"{local}+08:00")


def put(store: Store, *told: Told) -> None:
    """Store reports, a batch."""
    with store.writing() as session:
        seen: set[str] = set()
        analyses, links = [], []
        for one in told:
            analyses.append(analysed(one))
            links.append(_link(one, new=one.issue not in seen and not _is_there(store, one.issue)))
            seen.add(one.issue)
        store.add(session, analyses, links)


def _is_there(store: Store, issue: str) -> bool:
    with store.reading() as session:
        return any(True for _ in store.reports(session, issue))


def analysed(told: Told) -> Analysis:
    """What analysis would make of a report."""
    report = Report(
        told.id,
        told.text,
        title=told.title,
        received_at=at(told.received) if told.received else None,
        source=told.source,
    )
    content = report.content
    entities = []
    for kind, text, value in told.entities:
        start = content.index(text)
        entities.append(Entity(kind, start, start + len(text), text, value))
    return Analysis(
        report=report,
        primary=(told.category, 0.9),
        categories=((told.category, 0.9),),
        decided=told.decided,
        evidence=(),
        entities=tuple(entities),
        urgent=tuple(Urgency(reason, 0, 2) for reason in told.urgent),
        division=tuple(filter(None, told.division.split("/"))),
        scores={told.category: 0.9},
        vector=np.full(4, 0.5, dtype=np.float32),
        versions={"model": "m", "taxonomy": "1", "rules": "1"},
        route=default_routing().route(told.category, [told.category], told.urgent, told.division),
    )


def _link(told: Told, *, new: bool) -> Link:
    return Link(told.issue, new, size=1, report=None, score=0.0, shared=())
