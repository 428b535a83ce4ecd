"""A report's text cut where facts, evidence and alarms begin and end, so that it can be shown with them marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from api.stored import Stored

#: Marks that steer how text runs, or are not seen: shown by their number, so that they steer nothing.
_CONTROL = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `entity`: type of the fact it is in, `ends`: the fact ends here; `control`: not letters, but the
    name of a control character."""

    text: str
    entity: str | None = None
    ends: bool = False
    evidence: bool = False
    urgent: bool = False
    title: bool = False
    control: bool = False


def marked(report: Stored, *, unmasked: bool = False) -> list[Piece]:
    """The content of a report in pieces, personal data hidden unless `unmasked`; together they are the whole text."""
    text = report.report.content if unmasked else report.masked
    entities = [(e.start, e.end, e.type) for e in report.entities]
    evidence = [(e["start"], e["end"]) for e in report.analysis["evidence"]]
    urgent = [(u["start"], u["end"]) for u in report.analysis["urgent"]]
    head = len(report.report.title)
    spans = (*entities, *evidence, *urgent)
    edges = {0, head, len(text), *(edge for span in spans for edge in span[:2])}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    pieces: list[Piece] = []
    for start, end in pairwise(cuts):
        inside = next(((a, b, kind) for a, b, kind in entities if a <= start and end <= b), None)
        for part, control in _split(text[start:end]):
            pieces.append(
                Piece(
                    text=part,
                    entity=inside[2] if inside else None,
                    evidence=any(a <= start and end <= b for a, b in evidence),
                    urgent=any(a <= start and end <= b for a, b in urgent),
                    title=end <= head,
                    control=control,
                )
            )
        if inside and inside[1] == end:
            last = pieces[-1]
            pieces[-1] = Piece(last.text, last.entity, True, last.evidence, last.urgent, last.title, last.control)
    return pieces


def one_line(text: str) -> str:
    """Text for a line of a list: without line ends and without marks that steer."""
    return " ".join(_CONTROL.sub("", text).split())


def _split(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    for mark in _CONTROL.finditer(text):
        if mark.start() > at:
            yield text[at : mark.start()], False
        yield f"U+{ord(mark[0]):04X}", True
        at = mark.end()
    if at < len(text):
        yield text[at:], False
