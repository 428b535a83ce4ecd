"""A report as the store keeps it: made from an analysis, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.errors import UsageError
from api.schema import ReportRow
from api.why import told_why
from corpora import Report
from corpora.importers.dates import SHANGHAI
from nlp import Analysis, Entity, Link, mask, mask_entities

#: Longest headline kept, in characters.
HEADLINE = 100

#: Longest id, source, channel and region, in characters.
LONGEST = 200

#: PostgreSQL keeps no NUL, and half of a surrogate pair has no UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SENTENCE = re.compile(r"[。！？!?；;\n]")
#: Most that a column of whole numbers holds.
_MOST_FEN = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored report with its analysis and the issue it belongs to.

    `analysis` is the unmasked JSON form, without id and text; `seen_at` is `received_at`, or `stored_at` where that is
    unknown; `reviewed`: a person accepted or corrected its categories; `division`: province to town, `/` between.
    `headline` is masked, one line. `founder` and `linked_category` are for the linker; `vector` is a unit vector.
    `why`: the public object of `minqing ingest`, masked, with the issue that it went to then; None where that is not
    known. `moved_by`: who or what brought it where it is, None where it is still, or again, where it went then.
    """

    pk: int
    report: Report
    analysis: Mapping[str, Any]
    vector: NDArray[np.float32]
    issue: str
    founder: bool
    linked_category: str
    seen_at: datetime
    stored_at: datetime
    reviewed: bool
    division: str
    headline: str
    why: Mapping[str, Any] | None
    moved_by: str | None

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The facts in it, unmasked."""
        return tuple(Entity(**entity) for entity in self.analysis["entities"])

    @property
    def masked(self) -> str:
        """The content with personal data masked."""
        return mask(self.report.content, self.entities)

    def to_json(self, *, unmasked: bool = False) -> dict[str, Any]:
        """The public object of `minqing tag` with `issue` (its id), `why`, `reviewed` and what came with the report."""
        content, entities = self.report.content, self.entities
        shown = entities if unmasked else mask_entities(content, entities)
        received = self.report.received_at
        return (
            {"id": self.report.id, "text": content if unmasked else mask(content, entities)}
            | dict(self.analysis)
            | {
                "entities": [asdict(entity) for entity in shown],
                "issue": self.issue,
                "why": self.why,
                "moved_by": self.moved_by,
                "reviewed": self.reviewed,
                "division": self.division,
                "received_at": received.isoformat() if received else None,
                "channel": self.report.channel,
                "region": self.report.region,
                "source": self.report.source,
            }
        )


def stored(row: ReportRow) -> Stored:
    """Read a row."""
    back = row.why is not None and row.why["issue"] == row.issue_id
    return Stored(
        pk=row.pk,
        report=Report(
            id=row.external_id,
            text=row.text,
            title=row.title,
            received_at=row.received_at,
            channel=row.channel,
            region=row.region,
            source=row.source,
        ),
        analysis=row.analysis,
        vector=np.frombuffer(row.vector, "<f4"),
        issue=row.issue_id,
        founder=row.founder,
        linked_category=row.linked_category,
        seen_at=row.seen_at,
        stored_at=row.stored_at,
        reviewed=row.reviewed,
        division=row.division,
        headline=row.headline,
        why=row.why,
        moved_by=None if back else row.moved_by,
    )


def report_row(analysis: Analysis, link: Link) -> ReportRow:
    """Make the row of a report that is stored now.

    Raises UsageError for a report that not every database can keep as it is: offsets refer to the text unchanged, so
    nothing of it is replaced.
    """
    report = analysis.report
    _check(report)
    result = analysis.to_json(unmasked=True)
    del result["id"], result["text"]
    now = datetime.now(UTC)
    seen_at = report.received_at or now
    masked = mask(report.content, analysis.entities)
    places = (masked[entity.start : entity.end][:200] for entity in analysis.entities if entity.type == "place")
    return ReportRow(
        key=report.key,
        source=report.source,
        external_id=report.id,
        issue_id=link.issue,
        founder=link.new,
        linked_category=analysis.primary[0],
        received_at=report.received_at,
        stored_at=now,
        seen_at=seen_at,
        day=seen_at.astimezone(SHANGHAI).date(),
        channel=report.channel,
        region=report.region,
        category=analysis.primary[0],
        score=result["primary"]["score"],
        decided=analysis.decided,
        urgent=bool(analysis.urgent),
        amount=_largest_amount(analysis.entities),
        reviewed=False,
        division="/".join(analysis.division)[:200],
        headline=_headline(report, masked),
        places=list(dict.fromkeys(places)),
        title=report.title,
        text=report.text,
        analysis=result,
        vector=analysis.vector.astype("<f4").tobytes(),
        why={"issue": link.issue} | told_why(link, report.content, masked),
        moved_by=None,
    )


def _largest_amount(entities: Iterable[Entity]) -> int:
    """In fen, the lower end of a range; 0 where none is told."""
    values = (e.value.get("min") if isinstance(e.value, dict) else e.value for e in entities if e.type == "money")
    return min(max((value for value in values if isinstance(value, int)), default=0), _MOST_FEN)


def _headline(report: Report, masked: str) -> str:
    line = masked[: len(report.title)] or _SENTENCE.split(masked.strip(), maxsplit=1)[0]
    return " ".join(line.split())[:HEADLINE]


def _check(report: Report) -> None:
    for name in ("id", "source", "channel", "region", "title", "text"):
        value: str = getattr(report, name)
        if (wrong := _UNSTORABLE.search(value)) is not None:
            raise UsageError(f"report {report.key!r}: {name} holds U+{ord(wrong[0]):04X} at {wrong.start()}; reject it")
        if name not in ("title", "text") and len(value) > LONGEST:
            raise UsageError(f"report {report.key[:40]!r}: {name} has {len(value)} characters; at most {LONGEST}")
