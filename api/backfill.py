"""Tag what an archive holds, on one machine or many: parts of files, each tagged by one worker into one file.

A part is known by its input file, its place in it and the size of parts, and its output is written whole or not at all.
So a run that was broken off is run again, and only parts without an output are done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import ray
import ray.data
from pydantic import TypeAdapter

from api.errors import UsageError
from api.tagged import write_tagged
from corpora import HeaderError, Importer, InputError, Rejected, Report
from models import load_pipeline
from nlp import Routing

#: Reports in a part: half a minute's work of a core, so that little is lost and little is asked of the scheduler.
PART = 2048

#: Workers that one process cuts files for: it does so some eighty times as fast as a worker tags.
FED = 32

#: Kinds of files that are read in a folder.
KINDS = (".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")

_REPORTS = TypeAdapter(list[Report])

Rows = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """A part that is tagged: how many reports it had, and how many rows of its file were rejected."""

    part: str
    reports: int
    rejected: int


def input_files(inputs: Iterable[str]) -> list[Path]:
    """Files as given, and those of folders, at any depth. Raises UsageError where there is none."""
    found: list[Path] = []
    for given in map(Path, inputs):
        files = sorted(p for p in given.rglob("*") if p.suffix.lower() in KINDS) if given.is_dir() else [given]
        if not files or not files[0].is_file():
            raise UsageError(f"{given}: no such file, or a folder without {', '.join(KINDS)}")
        found += files
    return [path.resolve() for path in found]


def connect(address: str | None) -> int:
    """Join a Ray cluster, or start Ray on this machine where no address is given; returns its processor cores."""
    try:
        ray.init(address=address or "local", include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    except ConnectionError as error:
        raise UsageError(f"--address {address}: no Ray there ({error}); start it with `ray start --head`") from error
    return int(ray.cluster_resources()["CPU"])


def backfill(
    files: Iterable[Path],
    out: Path,
    *,
    workers: int,
    mapping: Mapping[str, str] | None = None,
    routing: Routing | None = None,
    size: int = PART,
) -> Iterator[Done]:
    """Tag every part that has no output in `out` yet, and tell of each as it is done, in no order.

    Needs `connect` first; `out` must be a folder that every worker reaches.
    """
    for broken_off in out.glob("*.unfinished"):
        broken_off.unlink()
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # A part is a row, and each row goes to the next free worker by itself.
    context.target_max_block_size = 1
    rows = [{"file": str(path)} for path in files]
    parts = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
        _parts,
        batch_size=1,
        num_cpus=0.1,
        compute=ray.data.TaskPoolStrategy(size=1 + workers // FED),
        fn_args=(out, dict(mapping or {}), size),
    )
    tagged = parts.map_batches(
        _Tagger,
        batch_size=1,
        num_cpus=0.9,
        # None queues behind a busy worker: at the end, no worker waits while another has parts left.
        compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=1),
        fn_constructor_args=(out, routing),
    )
    for row in tagged.iter_rows():
        yield Done(**row)


def rejected_rows(out: Path) -> list[str]:
    """The rejected rows of all parts, as JSON lines."""
    return list(chain.from_iterable(p.read_text("utf-8").splitlines() for p in sorted(out.glob("*.rejected.jsonl"))))


def _parts(files: Rows, out: Path, mapping: dict[str, str], size: int) -> Iterator[Rows]:
    """Cut files into parts, those passed over that are done."""
    for file in map(Path, files["file"]):
        name = f"{file.stem}-{sha256(f'{size} {file}'.encode()).hexdigest()[:8]}"
        for number, (reports, rejected) in enumerate(_cut(file, mapping, size)):
            part = f"{name}-{number:06d}"
            if not (out / f"{part}.parquet").exists():
                told = [json.dumps(asdict(row), ensure_ascii=False) for row in rejected]
                yield {"part": [part], "reports": [_REPORTS.dump_json(reports)], "rejected": ["\n".join(told)]}


def _cut(file: Path, mapping: dict[str, str], size: int) -> Iterator[tuple[list[Report], list[Rejected]]]:
    """Reports and rejected rows, `size` of both at most; a file that cannot be read is rejected as its row 0."""
    rejected: list[Rejected] = []
    reports: list[Report] = []
    try:
        for report in Importer(mapping, rejected.append).read(str(file)):
            reports.append(report)
            if len(reports) + len(rejected) >= size:
                yield reports, rejected[:]
                reports = []
                rejected.clear()
    except (InputError, HeaderError) as error:
        rejected.append(Rejected(str(file), 0, str(error)))
    if reports or rejected:
        yield reports, rejected


class _Tagger:
    """A worker: one pipeline in one thread, so that it takes the one core that Ray counts for it."""

    def __init__(self, out: Path, routing: Routing | None) -> None:
        # The tokeniser's own threads, which only the environment can forbid.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        self._out = out
        self._pipeline = load_pipeline(threads=0, routing=routing)

    def __call__(self, rows: Rows) -> Rows:
        done = [self._tag(*row) for row in zip(rows["part"], rows["reports"], rows["rejected"], strict=True)]
        return {name: [getattr(one, name) for one in done] for name in Done.__slots__}

    def _tag(self, part: str, reports: bytes, rejected: str) -> Done:
        if rejected:
            (self._out / f"{part}.rejected.jsonl").write_text(rejected + "\n", "utf-8")
        analyses = list(self._pipeline.stream(_REPORTS.validate_json(reports)))
        write_tagged(self._out / f"{part}.parquet", analyses)
        return Done(part, len(analyses), len(rejected.splitlines()))
