"""`minqing backfill`: an archive tagged on one machine or many, then linked into the store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.cli_issues import DEFAULT_STORE, StoreUrl
from api.cli_loop import RoutingFile, read_routing
from api.cli_mapping import Map, read_mapping
from api.errors import UsageError
from api.linking import LinkedStore
from api.store import Store
from models import load_scorer


def backfill(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT... OUT", help="JSONL, CSV or Parquet files or folders; last, a folder for output."
        ),
    ],
    store: StoreUrl = DEFAULT_STORE,
    address: Annotated[str | None, typer.Option(help="A Ray cluster; without it, Ray on this machine.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Cores to tag on.", show_default="all there are")] = None,
    routing: RoutingFile = None,
    map_: Map = [],  # noqa: B006
) -> None:
    """Tag an archive, on one machine or a cluster, and link it into the store. A run that broke off goes on.

    OUT keeps what was tagged, personal data in clear: guard it like the store.
    """
    try:
        from api.backfill import backfill as tag_all
        from api.backfill import connect, input_files, rejected_rows
        from api.backfill_link import link_all
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; pip install 'minqing[backfill]'") from error
    if len(paths) < 2:
        raise UsageError("backfill takes inputs and, last, a folder for what is tagged")
    *inputs, last = paths
    out = Path(last).resolve()
    files, rules, mapping = input_files(inputs), read_routing(routing), read_mapping(map_)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{last}: cannot be made a folder ({error.strerror}); choose another") from error
    cores = connect(address)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        tagging = progress.add_task("tagged", total=None)
        tagged = stored = 0
        for done in tag_all(files, out, workers=workers or cores, mapping=mapping, routing=rules):
            tagged += done.reports
            progress.update(tagging, completed=tagged)
        linking = progress.add_task("stored", total=None)
        for count in link_all(LinkedStore(Store(store), load_scorer()), store, out):
            stored += count
            progress.update(linking, completed=stored)
    rejected = rejected_rows(out)
    print(f"{tagged} reports tagged, {stored} stored, {len(rejected)} rows rejected", file=sys.stderr)
    if rejected:
        path = Path(f"{out}.rejected.jsonl")
        path.write_text("\n".join(rejected) + "\n", "utf-8")
        print(f"see {path}", file=sys.stderr)
        raise typer.Exit(3)
