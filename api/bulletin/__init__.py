"""Bulletins: what a day, a week or a month brought, told by rules from the figures, every sentence with its sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session
from xlsxwriter.exceptions import FileCreateError

from api.bulletin import sections, words
from api.bulletin.document import MOST, Bulletin
from api.bulletin.docx import write_docx
from api.bulletin.html import to_html
from api.bulletin.markdown import to_markdown
from api.bulletin.trace import Trace
from api.bulletin.xlsx import write_xlsx
from api.errors import UsageError
from api.stats import Stats, Unit, read_stats

__all__ = ["Bulletin", "make_bulletin", "read_bulletin", "to_html", "to_markdown", "write_bulletin"]

_ORDER = "一二三四五六七八"


def read_bulletin(session: Session, unit: Unit, day: date, *, now: datetime, region: str = "") -> Bulletin:
    """The bulletin of the day, week or month that holds a local day, for a division; reads no more than it tells."""
    return make_bulletin(session, read_stats(session, unit, day, now=now, region=region, most=MOST))


def make_bulletin(session: Session, stats: Stats) -> Bulletin:
    """Tell the figures; the session is only asked for the keys of the reports that they rest on."""
    trace = Trace.made(session, stats)
    told = (
        sections.overview(stats, trace),
        sections.surging(stats, trace),
        sections.largest(stats, trace),
        sections.fraud(stats, trace),
        sections.urgent(stats, trace),
        sections.handling(stats, trace),
        sections.unsure(stats, trace),
        sections.method(),
    )
    return Bulletin(
        title=words.title(stats.unit),
        subtitle=words.subtitle(stats.span, stats.region, stats.now),
        sections=tuple(
            replace(section, title=f"{number}、{section.title}") for number, section in zip(_ORDER, told, strict=True)
        ),
    )


def write_bulletin(bulletin: Bulletin, out: Path) -> None:
    """Write to a `.docx`, `.md`, `.xlsx` or `.html` file. Raises UsageError for another kind, or where it cannot."""
    write = _WRITERS.get(out.suffix.lower())
    if write is None:
        raise UsageError(f"-o {out}: is no bulletin's kind; name it .docx, .md, .xlsx or .html")
    try:
        write(bulletin, out)
    except (OSError, FileCreateError) as error:
        raise UsageError(f"-o {out}: cannot be written ({error}); choose another path") from error


def _write_markdown(bulletin: Bulletin, out: Path) -> None:
    out.write_text(to_markdown(bulletin), "utf-8")


def _write_html(bulletin: Bulletin, out: Path) -> None:
    out.write_text(to_html(bulletin), "utf-8")


_WRITERS: dict[str, Callable[[Bulletin, Path], None]] = {
    ".docx": write_docx,
    ".html": _write_html,
    ".md": _write_markdown,
    ".xlsx": write_xlsx,
}
