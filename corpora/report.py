"""What a report and a label are: the only shapes that every room shares."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Report:
    """One message as it came in.

    `received_at` carries a time zone. There is no field for an author, by design.
    """

    id: str
    text: str
    title: str = ""
    received_at: datetime | None = None
    channel: str = ""
    region: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """What tells this report from all others in a store: `source/id`, or the id alone where there is no source."""
        return f"{self.source}/{self.id}" if self.source else self.id

    @property
    def content(self) -> str:
        """The text that is analysed and that every offset refers to: `title。text`, or `text` alone."""
        return f"{self.title}。{self.text}" if self.title else self.text


@dataclass(frozen=True, slots=True)
class Span:
    """A typed piece of a text: `[start, end)` in characters of the raw text."""

    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled text for training or evaluation; ids are those of the taxonomy."""

    text: str
    primary: str
    labels: tuple[str, ...]
    acceptable: tuple[str, ...] = ()
    sure: bool = True


def content_id(title: str, text: str) -> str:
    """A stable id made from the content, for reports that bring none."""
    return hashlib.sha256(f"{title}\x1f{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
