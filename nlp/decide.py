"""A person's decisions: merge, split, move, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.link import Linker
from nlp.partition import Change
from nlp.verdicts import Kind, Verdict


class UnknownError(ValueError):
    """A person named an issue, a report or a decision that is not there; the message says which."""


def merge(linker: Linker, one: str, other: str, *, by: str) -> tuple[Verdict, Change]:
    """Two issues become one, for ever."""
    if one == other:
        raise UnknownError(f"issue {one} cannot be merged with itself")
    rows, more = _members(linker, one), _members(linker, other)
    return _decide(linker, "merge", rows, more, groups=[[*rows, *more]], by=by)


def split(linker: Linker, issue: str, reports: Sequence[str], *, by: str) -> tuple[Verdict, Change]:
    """These reports leave their issue and are one of their own; none of them meets the rest again."""
    out = [_row(linker, key) for key in dict.fromkeys(reports)]
    rest = [row for row in _members(linker, issue) if row not in out]
    strangers = [linker.partition.keys[row] for row in out if linker.partition.issue_of[row] != issue]
    if strangers or not out or not rest:
        raise UnknownError(
            f"reports to split must be some, not all, of issue {issue}; {', '.join(strangers) or 'none'}"
        )
    return _decide(linker, "split", out, rest, groups=[out, rest], by=by)


def move(linker: Linker, report: str, to: str, *, by: str) -> tuple[Verdict, Change]:
    """A report goes to another issue and does not come back to the one it was in."""
    row = _row(linker, report)
    source = linker.partition.issue_of[row]
    if source == to:
        raise UnknownError(f"report {report} is in issue {to} already")
    target = _members(linker, to)
    rest = [member for member in _members(linker, source) if member != row]
    groups = [[row, *target], rest] if rest else [[row, *target]]
    return _decide(linker, "move", [row], target, groups=groups, away=rest, by=by)


def undo(linker: Linker, verdict_id: int, *, by: str) -> tuple[Verdict, Change]:
    """Take a decision back: it binds no longer, and the reports it moved are where they were."""
    try:
        verdict = linker.verdicts.remove(verdict_id)
    except KeyError:
        raise UnknownError(f"there is no decision {verdict_id}") from None
    for replaced in verdict.replaces:
        linker.verdicts.add(replaced)
    return verdict, linker.partition.restore(verdict.before, by=by)


def _decide(
    linker: Linker,
    kind: Kind,
    left: Sequence[int],
    right: Sequence[int],
    *,
    groups: Sequence[Sequence[int]],
    by: str,
    away: Sequence[int] = (),
) -> tuple[Verdict, Change]:
    partition = linker.partition
    before = {partition.keys[row]: partition.issue_of[row] for group in groups for row in group}
    change = partition.assign(groups, by=by)
    moved = dict(change.moves)
    keys = partition.keys
    replaces: list[Verdict] = []
    if kind != "split":
        replaces = linker.verdicts.contradicted([keys[row] for row in left], [keys[row] for row in right])
    verdict = Verdict(
        id=linker.verdicts.next_id(),
        kind=kind,
        left=tuple(keys[row] for row in left),
        right=tuple(keys[row] for row in right),
        away=tuple(keys[row] for row in away),
        before=tuple((key, issue) for key, issue in before.items() if key in moved),
        by=by,
        replaces=tuple(replaces),
    )
    for replaced in replaces:
        linker.verdicts.remove(replaced.id)
    linker.verdicts.add(verdict)
    return verdict, change


def _members(linker: Linker, issue: str) -> list[int]:
    try:
        return linker.partition.members[issue]
    except KeyError:
        raise UnknownError(f"there is no issue {issue}") from None


def _row(linker: Linker, key: str) -> int:
    try:
        return linker.partition.row_of[key]
    except KeyError:
        raise UnknownError(f"there is no report {key}") from None
