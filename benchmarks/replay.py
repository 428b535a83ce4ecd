"""Replay reports by their own dates, a week at a time, and see when each surge is told.

    python -m benchmarks.replay reports.jsonl --about 搅拌站 --about 车位

Each week's reports are ingested in the order they came, then the week's surges are read as its bulletin would tell
them. Prints one JSON object: how many surges in all and how many of them went on, and for each `--about`, the surge
with most reports whose issue has the word: when it began, when it was told, when it was highest.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.ingest import Ingester
from api.linking import LinkedStore
from api.schema import ReportRow
from api.stats.counts import read_record
from api.stats.issues import issue_series, rising
from api.store import Store
from corpora import Report, read_reports
from models import load_pipeline, load_scorer
from nlp import Pipeline
from nlp.holidays import default_calendar
from nlp.series import SHANGHAI
from nlp.trends import span_of

#: Days after a surge was told in which it may go on, and the reports by which it does.
AFTER, MORE = 56, 5


def replay(store: Store, ingester: Ingester, reports: Sequence[Report], about: Sequence[str]) -> dict[str, Any]:
    """Ingest week by week; the figures of what was told."""
    told: dict[tuple[str, date], int] = {}
    weeks = 0
    for monday, week in groupby(sorted(reports, key=_when), key=lambda r: span_of("week", _day(r)).start):
        list(ingester.ingest(week))
        weeks += 1
        with store.reading() as session:
            for one in _surges(session, monday):
                told.setdefault((one[0], one[1]), one[2])
    with store.reading() as session:
        days = _days(session)
        return {
            "reports": len(reports),
            "weeks": weeks,
            "issues": len(days),
            "surges": len(told),
            "issues_with_surges": len({issue for issue, _ in told}),
            "went_on": sum(_after(days.get(issue, []), found) >= MORE for issue, found in told),
            "ended_at_once": sum(_after(days.get(issue, []), found) == 0 for issue, found in told),
            "about": {word: _told(session, word, told, days) for word in about},
        }


def _surges(session: Session, monday: date) -> Iterator[tuple[str, date, int]]:
    calendar = default_calendar()
    span = span_of("week", monday)
    record = read_record(session, "week", span, "", calendar)
    for one in rising(issue_series(session, record, ""), span, calendar):
        yield one.key, one.verdict.day, one.verdict.count


def _told(
    session: Session, word: str, told: dict[tuple[str, date], int], days: dict[str, list[date]]
) -> dict[str, Any] | None:
    """The surges of the largest issue that has a word in its reports' first lines."""
    has = set(session.scalars(select(ReportRow.issue_id).where(ReportRow.headline.contains(word))))
    found = [(issue, day) for issue, day in told if issue in has]
    if not found:
        return None
    issue = max(found, key=lambda one: len(days[one[0]]))[0]
    first = min(day for one, day in found if one == issue)
    weeks = [span_of("week", day).start for day in days[issue]]
    peak = max(sorted(set(weeks)), key=weeks.count)
    return {
        "size": len(days[issue]),
        "first_report": days[issue][0].isoformat(),
        "told": first.isoformat(),
        "after_reports": sum(day <= first for day in days[issue]),
        "bulletin_of_week": span_of("week", first).start.isoformat(),
        "highest_week": peak.isoformat(),
        "reports_in_it": weeks.count(peak),
        "days_before_it": (peak - first).days,
    }


def _days(session: Session) -> dict[str, list[date]]:
    """The days of each issue's reports, in order."""
    days: dict[str, list[date]] = {}
    for issue, day in session.execute(select(ReportRow.issue_id, ReportRow.day).order_by(ReportRow.seen_at)):
        days.setdefault(issue, []).append(day)
    return days


def _after(days: Sequence[date], found: date) -> int:
    return sum(found < day <= found + timedelta(days=AFTER) for day in days)


def _when(report: Report) -> datetime:
    if report.received_at is None:
        raise ValueError(f"report {report.id!r} has no date; a replay goes by dates")
    return report.received_at.astimezone(SHANGHAI)


def _day(report: Report) -> date:
    return _when(report).date()


def run(pipeline: Pipeline, reports: Sequence[Report], about: Sequence[str]) -> dict[str, Any]:
    """Replay into a store that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/replay.db")
        try:
            return replay(store, Ingester(LinkedStore(store, load_scorer()), pipeline), reports, about)
        finally:
            store.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", help="reports with dates: JSONL, CSV or XLSX")
    parser.add_argument("--about", action="append", default=[], help="a word of an issue to follow")
    asked = parser.parse_args()
    print(
        json.dumps(run(load_pipeline(), list(read_reports(asked.reports)), asked.about), ensure_ascii=False, indent=2)
    )
