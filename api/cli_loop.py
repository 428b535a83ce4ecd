"""What the command says of routing and of an issue's handling."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_issues import DEFAULT_STORE, By, IssueId, StoreUrl
from api.errors import UsageError
from api.loop import UnknownIssueError, check_limits, history, move, standing
from api.schema import IssueRow
from api.store import Store
from corpora import default_taxonomy
from nlp import Analysis, Routing, default_routing, load_routing
from nlp.series import SHANGHAI

RoutingFile = Annotated[
    Path | None,
    typer.Option("--routing", envvar="MINQING_ROUTING", help="Your own routing.toml.", show_default="the one shipped"),
]


def read_routing(path: Path | None) -> Routing:
    """The routing of a file, or the one shipped; UsageError where the file cannot be read or is wrong."""
    if path is None:
        return default_routing()
    try:
        return load_routing(path, default_taxonomy())
    except OSError as error:
        raise UsageError(f"--routing {path}: cannot be read ({error.strerror}); check the path") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--routing {path}: is not TOML ({error}); mend it there") from error
    except ValueError as error:
        raise UsageError(f"--routing {error}") from error


def tell_route(analysis: Analysis, routing: Routing, *, explain: bool) -> str:
    """One line a report: id, office, hours, rule; with `explain` below it each rule looked at, the last matched."""
    route = analysis.route
    lines = [f"{analysis.report.id}\t{route.to}\t{route.hours:g} h\t{route.rule}"]
    if explain:
        lines += [
            f"  {'=' if look.matched else '-'} {look.rule}: {look.why}" for look in routing.explain(*analysis.asked)
        ]
    return "\n".join(lines)


def status(
    issue: IssueId,
    by: By,
    to: Annotated[
        str | None,
        typer.Argument(help="assigned, handling, concluded, reopened or supervised.", show_default="only show it"),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What was done.")] = "",
    office: Annotated[str | None, typer.Option("--office", help="Who handles it.", show_default="by routing")] = None,
    due: Annotated[
        str | None, typer.Option("--due", metavar="2026-03-02T18:00", help="Until when.", show_default="by routing")
    ] = None,
    routing: RoutingFile = None,
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Show where an issue stands, or take the next step: who, when, and their note are kept."""
    now = datetime.now(UTC)
    opened = Store(store)
    if to is not None:
        with opened.writing() as session:
            due_at = _time(due) if due else None
            rules = read_routing(routing)
            move(session, issue, to, by=by, at=now, routing=rules, note=note, office=office, due_at=due_at)
    with opened.reading() as session:
        row = session.get(IssueRow, issue)
        if row is None:
            raise UnknownIssueError(f"no issue {issue!r}; see `minqing issues list`")
        shown = standing(session, row, now=now).to_json() | {"steps": [s.to_json() for s in history(session, issue)]}
    print(json.dumps(shown, ensure_ascii=False, indent=2))


def check(store: StoreUrl = DEFAULT_STORE) -> None:
    """Mark what became overdue or supervised and tell of it, once each; run it now and then."""
    with Store(store).writing() as session:
        marked = check_limits(session, now=datetime.now(UTC))
    for issue, mark in marked:
        print(issue, mark, sep="\t")


def _time(value: str) -> datetime:
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"--due {value!r} is no time; write 2026-03-02T18:00") from error
    return time if time.tzinfo else time.replace(tzinfo=SHANGHAI)
