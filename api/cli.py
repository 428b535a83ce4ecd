"""The command `minqing`."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer.exceptions import TyperException

from api.bench import bench, tables
from api.cli_annotations import annotations_app
from api.cli_backfill import backfill
from api.cli_bulletin import bulletin
from api.cli_eval import evaluate_
from api.cli_issues import DEFAULT_STORE, Out, StoreUrl, issues_app
from api.cli_keys import keys_app
from api.cli_loop import RoutingFile, check, read_routing, status, tell_route
from api.cli_mapping import Map, read_mapping
from api.cli_regions import regions_app
from api.cli_serve import serve
from api.cli_store import purge_, store_app
from api.cli_stream import stream
from api.cli_tune import tune_links
from api.demo import SAMPLE, run_demo
from api.errors import MinqingError, UsageError
from api.ingest import Ingester
from api.linking import LinkedStore
from api.output import open_writer
from api.store import Store
from corpora import HeaderError, Importer, InputError, Rejected, Report, default_taxonomy
from models import ENCODER, ArtefactError, load_pipeline, load_scorer

REJECTED_ROWS = 3

app = typer.Typer(
    name="minqing",
    help="民情: citizens' reports in Chinese, understood: categories, facts, and the issue each belongs to.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
issues_app.command(epilog="Example: minqing issues status i3f2a9c01b7de assigned --office 派出所")(status)
issues_app.command(epilog="Example: minqing issues check")(check)
app.add_typer(issues_app, name="issues")
app.add_typer(keys_app, name="keys")
app.add_typer(regions_app, name="regions")
app.add_typer(annotations_app, name="annotations")
app.add_typer(store_app, name="store")
app.command("purge", epilog="Example: minqing purge --older-than 180d --dry-run")(purge_)
app.command("tune-links", epilog="Example: minqing tune-links pairs.csv")(tune_links)
app.command(epilog="Example: minqing serve --port 8000")(serve)
app.command(epilog="Example: minqing stream --broker nats://localhost:4222 --store sqlite:///minqing.db")(stream)
app.command(epilog="Example: minqing backfill archive/ tagged/ --store sqlite:///minqing.db")(backfill)
app.command("eval", epilog="Example: minqing eval gold.jsonl --json")(evaluate_)
app.command(epilog="Example: minqing bulletin --period week -o week.docx")(bulletin)

Inputs = Annotated[
    list[str], typer.Argument(metavar="INPUT...", help="JSONL, CSV, XLSX or TXT files; - is standard input (JSONL).")
]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Show personal data.")]
Scores = Annotated[bool, typer.Option("--scores", help="Add the probability of every category.")]


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on failure.")] = False) -> None:
    pass


@app.command(epilog="Example: minqing tag messages.xlsx -o tagged.csv")
def tag(
    inputs: Inputs,
    out: Out = None,
    unmasked: Unmasked = False,
    scores: Scores = False,
    routing: RoutingFile = None,
    map_: Map = [],  # noqa: B006
) -> None:
    """Tag each report with its categories and facts; nothing is stored."""
    with _Run(out, map_) as run, open_writer(out, default_taxonomy()) as writer:
        for analysis in load_pipeline(routing=read_routing(routing)).stream(run.reports(inputs)):
            writer.write(analysis.to_json(unmasked=unmasked, scores=scores))
            run.advance()


@app.command(epilog="Example: minqing ingest messages.jsonl --store sqlite:///minqing.db")
def ingest(
    inputs: Inputs,
    store: StoreUrl = DEFAULT_STORE,
    out: Out = None,
    unmasked: Unmasked = False,
    scores: Scores = False,
    routing: RoutingFile = None,
    map_: Map = [],  # noqa: B006
) -> None:
    """Tag reports, link each to its issue, and store them. A report stored before changes nothing."""
    with _Run(out, map_) as run, open_writer(out, default_taxonomy()) as writer:
        ingester = Ingester(LinkedStore(Store(store), load_scorer()), load_pipeline(routing=read_routing(routing)))
        for ingested in ingester.ingest(run.reports(inputs)):
            writer.write(ingested.to_json(unmasked=unmasked, scores=scores))
            run.advance()
        run.known = ingester.known


@app.command(epilog="Example: minqing route messages.jsonl --explain")
def route(
    inputs: Inputs,
    explain: Annotated[bool, typer.Option("--explain", help="Show each rule looked at, and why.")] = False,
    routing: RoutingFile = None,
    map_: Map = [],  # noqa: B006
) -> None:
    """Say which office each report goes to, within how many hours, and by which rule; nothing is stored."""
    rules = read_routing(routing)
    with _Run(None, map_) as run:
        for analysis in load_pipeline(routing=rules).stream(run.reports(inputs)):
            print(tell_route(analysis, rules, explain=explain))
            run.advance()


@app.command("bench", epilog="Example: minqing bench messages.jsonl --most 1000 --json")
def bench_(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="Reports to measure on.", show_default="the sample")
    ] = str(SAMPLE),
    most: Annotated[int, typer.Option(min=1, help="How many of them.")] = 1000,
    threads: Annotated[int | None, typer.Option(min=1, help="Of the encoder.", show_default="all cores")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
) -> None:
    """Measure how fast each stage is on this machine, its memory, and its cold start."""
    measured = bench(source, most=most, threads=threads)
    if as_json:
        print(json.dumps(measured, ensure_ascii=False, indent=2))
    else:
        Console().print(*tables(measured))


@app.command(epilog="Example: minqing train --data ~/labelled --out models/artefacts/encoder")
def train(
    data: Annotated[Path, typer.Option("--data", help="Folder of labelled texts; see CONTRIBUTING.md.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the artefact to write.")] = ENCODER,
    work: Annotated[Path, typer.Option("--work", help="Checkpoints; a broken run goes on.")] = Path("train-work"),
    encoder: Annotated[
        Path | None,
        typer.Option(help="A BERT's folder by sentence-transformers, to start from.", show_default="e5-small"),
    ] = None,
    gold: Annotated[list[Path], typer.Option("--gold", help="Labelled reports to measure for the card.")] = [],  # noqa: B006
) -> None:
    """Train the encoder from public weights to an artefact. Needs the `train` extra: pip install 'minqing[train]'."""
    try:
        from models.build import build
        from models.train import Recipe
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; pip install 'minqing[train]'") from error
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    build(data, out, work, Recipe(), gold, encoder=encoder)


@app.command()
def demo() -> None:
    """Run everything on the sample that ships with minqing, and say what was found."""
    run_demo(load_pipeline(), load_scorer())


class _Run:
    """One run over inputs: progress, rejected rows, and the exit code that follows from them."""

    def __init__(self, out: str | None, mapping: list[str]) -> None:
        self._path = Path(f"{out or 'minqing'}.rejected.jsonl")
        self._mapping = read_mapping(mapping)
        self._rejected = 0
        self._done = 0
        self.known = 0
        self._console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, disable=not sys.stderr.isatty(), transient=True)
        self._task = self._progress.add_task("reports", total=None)

    def __enter__(self) -> _Run:
        self._path.unlink(missing_ok=True)
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._progress.stop()
        if kind is not None:
            return
        known = f", {self.known} known before" if self.known else ""
        bad = f", {self._rejected} rejected (see {self._path})" if self._rejected else ""
        print(f"{self._done} reports done{known}{bad}", file=sys.stderr)
        if self._rejected:
            raise typer.Exit(REJECTED_ROWS)

    def reports(self, inputs: Iterable[str]) -> Iterator[Report]:
        importer = Importer(self._mapping, self._reject)
        for source in inputs:
            yield from importer.read(source)

    def advance(self) -> None:
        self._done += 1
        self._progress.update(self._task, completed=self._done)

    def _reject(self, rejected: Rejected) -> None:
        self._rejected += 1
        with self._path.open("a", encoding="utf-8") as stream:
            row = {"file": rejected.file, "row": rejected.row, "reason": rejected.reason}
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


@contextmanager
def _one_line_errors(debug: bool) -> Iterator[None]:
    """Failures end in one line and their exit code, without a traceback unless asked for."""
    try:
        yield
    except TyperException as error:
        _fail(f"{error} (see --help)", 2)
    except (InputError, HeaderError) as error:
        _fail(str(error), 2)
    except (MinqingError, ArtefactError) as error:
        _fail(str(error), getattr(error, "exit_code", 1))
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        _fail("stopped", 130)
    except Exception as error:
        if debug:
            raise
        _fail(f"{type(error).__name__}: failed; run again with --debug for details", 1)


def _fail(message: str, code: int) -> None:
    print(f"minqing: {message}", file=sys.stderr)
    sys.exit(code)


def main() -> None:
    """Entry point of the command."""
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    with _one_line_errors("--debug" in sys.argv[1:]):
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
