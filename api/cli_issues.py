"""`minqing issues`: look at issues, and decide about them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from getpass import getuser
from itertools import islice
from typing import Annotated

import typer

from api.errors import UsageError
from api.issue_queries import IssueFilter, exemplars, find_issue, list_issues
from api.issues import export_issues
from api.linking import LinkedStore
from api.output import open_issue_writer
from api.paging import MOST, all_items
from api.queries import find_report
from api.relink import relink as relink_store
from api.store import Store
from corpora import default_taxonomy
from models import load_pipeline, load_scorer

DEFAULT_STORE = "sqlite:///minqing.db"
StoreUrl = Annotated[str, typer.Option("--store", envvar="MINQING_STORE", help="Database URL.")]
Out = Annotated[str | None, typer.Option("-o", "--out", help="File to write: .csv, .xlsx or .parquet, else JSONL.")]
By = Annotated[str, typer.Option("--by", help="Who decides.", default_factory=getuser)]
IssueId = Annotated[str, typer.Argument(metavar="ISSUE")]

issues_app = typer.Typer(help="List, show, export, merge and split issues.", rich_markup_mode=None)


@issues_app.command("list", epilog="Example: minqing issues list --most 20")
def list_(
    store: StoreUrl = DEFAULT_STORE,
    most: Annotated[int, typer.Option(help="How many, largest first.")] = 50,
) -> None:
    """The largest issues, a line each: id, size, category, last seen, name."""
    with closing(Store(store)) as opened, opened.reading() as session:
        issues = all_items(lambda cursor: list_issues(session, IssueFilter(), cursor=cursor, limit=MOST))
        for issue in islice(issues, most):
            last = issue.last_seen.date().isoformat() if issue.last_seen else "-"
            print(issue.id, issue.size, issue.category, last, issue.name, sep="\t")


@issues_app.command(epilog="Example: minqing issues show i3f2a9c01b7de")
def show(issue_id: Annotated[str, typer.Argument(metavar="ID")], store: StoreUrl = DEFAULT_STORE) -> None:
    """One issue with its reports, personal data masked."""
    with closing(Store(store)) as opened, opened.reading() as session:
        issue = find_issue(session, issue_id)
        if issue is None or not issue.size:
            raise UsageError(f"no issue {issue_id!r} in {store}; see `minqing issues list`")
        members = list(opened.reports(session, issue_id))
        told = {"exemplars": [exemplar.to_json() for exemplar in exemplars(session, issue_id)]}
    print(json.dumps(issue.to_json([stored.report.id for stored in members]) | told, ensure_ascii=False, indent=2))
    for stored in members:
        received = stored.report.received_at
        print(f"\n{stored.report.key}  {received.isoformat() if received else ''}\n{stored.masked}")


@issues_app.command(epilog="Example: minqing issues why 188006")
def why(report: Annotated[str, typer.Argument(metavar="REPORT")], store: StoreUrl = DEFAULT_STORE) -> None:
    """Why a report went to its issue, personal data masked, and who brought it elsewhere since."""
    with closing(Store(store)) as opened, opened.reading() as session:
        found = find_report(session, report)
    if found is None:
        raise UsageError(f"no report {report!r} in {store}; see `minqing issues show ID`")
    told = {"report": report, "issue": found.issue, "moved_by": found.moved_by, "why": found.why}
    print(json.dumps(told, ensure_ascii=False, indent=2))


@issues_app.command(epilog="Example: minqing issues export -o issues.jsonl")
def export(store: StoreUrl = DEFAULT_STORE, out: Out = None) -> None:
    """Every issue: one JSON object a line, or a table."""
    with (
        closing(Store(store)) as opened,
        opened.reading() as session,
        open_issue_writer(out, default_taxonomy()) as writer,
    ):
        for issue in export_issues(session):
            writer.write(issue)


@issues_app.command(epilog="Example: minqing issues merge i3f2a9c01b7de i77c0d2e9f1aa")
def merge(one: IssueId, other: IssueId, by: By, store: StoreUrl = DEFAULT_STORE) -> None:
    """Two issues are one, for ever: the machine keeps to it."""
    with _linked(store) as linked:
        verdict = linked.merge(one, other, by=by)
    print(f"decision {verdict.id}: merged; take it back with `minqing issues undo {verdict.id}`")


@issues_app.command(epilog="Example: minqing issues split i3f2a9c01b7de 188006 188031")
def split(
    issue: IssueId,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT...", help="As `minqing issues show` tells them.")],
    by: By,
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """These reports are an issue of their own and never meet the rest again."""
    with _linked(store) as linked:
        verdict = linked.split(issue, reports, by=by)
    print(f"decision {verdict.id}: split; take it back with `minqing issues undo {verdict.id}`")


@issues_app.command(epilog="Example: minqing issues move 188006 i77c0d2e9f1aa")
def move(
    report: Annotated[str, typer.Argument(metavar="REPORT")], to: IssueId, by: By, store: StoreUrl = DEFAULT_STORE
) -> None:
    """A report belongs to another issue."""
    with _linked(store) as linked:
        verdict = linked.move(report, to, by=by)
    print(f"decision {verdict.id}: moved; take it back with `minqing issues undo {verdict.id}`")


@issues_app.command(epilog="Example: minqing issues undo 3")
def undo(decision: Annotated[int, typer.Argument(metavar="DECISION")], by: By, store: StoreUrl = DEFAULT_STORE) -> None:
    """Take a decision back: its reports are where they were."""
    with _linked(store) as linked:
        verdict = linked.undo(decision, by=by)
    print(f"decision {verdict.id} ({verdict.kind} by {verdict.by}) taken back, {len(verdict.before)} reports returned")


@issues_app.command(epilog="Example: minqing issues consolidate")
def consolidate(store: StoreUrl = DEFAULT_STORE) -> None:
    """Look at all reports once more and mend early mistakes; ids and people's decisions are kept."""
    with _linked(store) as linked:
        change = linked.consolidate()
    print(f"{len(change.moves)} reports moved in {len(change.events)} changes")


@issues_app.command(epilog="Example: minqing issues relink")
def relink(store: StoreUrl = DEFAULT_STORE) -> None:
    """Link all reports anew, after the model was replaced; ids and people's decisions are kept."""
    with closing(Store(store)) as opened:
        change = relink_store(opened, load_scorer(), load_pipeline())
    print(f"{len(change.moves)} reports moved in {len(change.events)} changes")


@contextmanager
def _linked(store: str) -> Iterator[LinkedStore]:
    with closing(Store(store)) as opened:
        yield LinkedStore(opened, load_scorer())
