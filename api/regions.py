"""The table of local names (estates, villages, roads) and what follows from it: the division of every report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from api.errors import UsageError
from api.schema import LocalPlaceRow, ReportRow, table_of
from api.stored import stored
from api.summaries import refresh
from nlp import Analysis, LocalNames, local_names, locate, read_path

#: A name of one character would be found everywhere.
SHORTEST, LONGEST = 2, 100
#: Longest division kept.
DIVISION = 200


_PLACES = select(table_of(LocalPlaceRow)).order_by(LocalPlaceRow.name)


@dataclass(frozen=True, slots=True)
class LocalPlace:
    """A name, the division path it lies in (`省/市/区`), and who said so."""

    name: str
    division: str
    by: str
    at: datetime


def read_places(session: Session) -> list[LocalPlace]:
    """The table, by name."""
    session.flush()
    return [LocalPlace(row.name, row.division, row.by, row.at) for row in session.execute(_PLACES)]


def known_names(session: Session) -> LocalNames:
    """The table, ready for finding its names in texts."""
    return local_names({place.name: tuple(place.division.split("/")) for place in read_places(session)})


def division_of(analysis: Analysis, known: LocalNames) -> str:
    """The division of a report in the light of the table; as analysed where the table tells nothing."""
    path = locate(analysis.report, analysis.entities, known) if known.paths else analysis.division
    return "/".join(path)[:DIVISION]


def set_places(session: Session, places: Mapping[str, str], *, by: str, at: datetime) -> int:
    """Put names into the table, each with its division as people write it (长沙市雨花区 or 长沙市/雨花区).

    Reports that tell of these names are placed anew; gives how many moved. Raises UsageError for a name that is too
    short or long, or a division without a word in it.
    """
    for name, division in places.items():
        if not SHORTEST <= len(name) <= LONGEST:
            raise UsageError(f"local name {name!r} has {len(name)} characters; write {SHORTEST} to {LONGEST}")
        path = "/".join(read_path(division))
        if not path:
            raise UsageError(f"local name {name!r} has no division ({division!r}); write one as 湖南省/长沙市/雨花区")
        session.merge(LocalPlaceRow(name=name, division=path, by=by, at=at))
    return _place_anew(session, places)


def remove_place(session: Session, name: str) -> int:
    """Take a name out of the table; reports that tell of it are placed anew. Gives how many moved.

    Raises UsageError where there is no such name.
    """
    if session.get(LocalPlaceRow, name) is None:
        raise UsageError(f"no local name {name!r}; see `minqing regions list`")
    session.execute(delete(LocalPlaceRow).where(LocalPlaceRow.name == name))
    return _place_anew(session, [name])


def _place_anew(session: Session, names: Iterable[str]) -> int:
    session.flush()
    known = known_names(session)
    columns = (ReportRow.title, ReportRow.text, ReportRow.region)
    touched: set[str] = set()
    moved = 0
    for name in names:
        tell = or_(*(column.contains(name, autoescape=True) for column in columns))
        for row in session.scalars(select(ReportRow).where(tell)):
            division = "/".join(locate(stored(row).report, stored(row).entities, known))[:DIVISION]
            if division != row.division:
                row.division = division
                touched.add(row.issue_id)
                moved += 1
    refresh(session, touched)
    return moved
