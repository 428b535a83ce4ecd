"""What linking one report costs as a store grows: `python -m benchmarks.link_scale --sizes 10000 100000 1000000`.

Fills a linker with the reports of a made-up country (`benchmarks/town.py`): the last thousand of each size are linked
and timed, in batches as `ingest` makes them; those before are put into the issues of their problems, as when a store
is opened. Then fills a store in a file with the same reports, and opens it by the linker that is kept beside it, in a
process of its own.
Writes figures as JSON and a plot as SVG. With `--store`, the store stays.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import compress, islice, pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any, TypeVar

import numpy as np
from rich.progress import track
from sqlalchemy import insert

from api.linker_cache import folder_of
from api.linking import LinkedStore
from api.schema import IssueRow, ReportRow
from api.store import Store
from benchmarks.town import town
from models import load_scorer
from nlp import BATCH, Incoming, Link, Linker
from nlp.link_snapshot import save_linker

Item = TypeVar("Item")

#: Reports at the end of each size that are timed, some whole batches; rows that are written in one transaction.
TIMED, ROWS = 8 * BATCH, 10_000


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: milliseconds a link, memory of the process so far, and how it linked."""

    reports: int
    clock_ms: float  # the mean
    median_ms: float  # of the batches, by the clock: what a link costs while nothing else takes the processor
    processor_ms: float
    memory_mb: int
    joined_right: float  # of the timed reports that joined, the share that joined its own problem
    found_right: float  # of those whose problem was there before, the share that joined it


def fill(linker: Linker, sizes: list[int]) -> Iterator[Measured]:
    """Fill a linker through all sizes, and link the last reports of each."""
    told = iter(shown(town(sizes[-1], width=linker.scorer.width), sizes[-1]))
    issue_of: dict[int, str] = {}
    for before, size in pairwise((0, *sizes)):
        earlier = islice(told, size - before - TIMED)
        rights = ((one, issue_of.setdefault(problem, one.opens)) for problem, one in earlier)
        linker.restore_all((one, right, right == one.opens) for one, right in rights)
        last = list(islice(told, TIMED))
        wanted = [issue_of.setdefault(problem, one.opens) for problem, one in last]
        links, clock, processor = _linked(linker, [one for _, one in last])
        told_before = [right != one.opens for (_, one), right in zip(last, wanted, strict=True)]
        pairs = list(zip(links, wanted, strict=True))
        yield Measured(
            reports=size,
            clock_ms=round(fmean(clock) * 1e3, 3),
            median_ms=round(median(clock) * 1e3, 3),
            processor_ms=round(processor / TIMED * 1e3, 3),
            memory_mb=peak_mb(),
            joined_right=_right([(link, right) for link, right in pairs if not link.new]),
            found_right=_right(list(compress(pairs, told_before))),
        )


def _linked(linker: Linker, reports: list[Incoming]) -> tuple[list[Link], list[float], float]:
    """(links, seconds a link of each batch, seconds of the processor), in batches as `ingest` makes them."""
    links: list[Link] = []
    clock: list[float] = []
    began = time.process_time()
    for at in range(0, len(reports), BATCH):
        batch, start = reports[at : at + BATCH], time.perf_counter()
        links += linker.link(batch)
        linker.stored()
        clock.append((time.perf_counter() - start) / len(batch))
    return links, clock, time.process_time() - began


def _right(links: list[tuple[Link, str]]) -> float:
    """Share of reports that went to the issue of their problem."""
    return round(sum(link.issue == right for link, right in links) / max(len(links), 1), 4)


def keep(url: str, linker: Linker) -> None:
    """A store of the town's reports in the linker's issues, and the linker beside it."""
    store, partition = Store(url), linker.partition
    size = len(partition.keys)
    now = datetime.now(UTC)
    issues = iter(partition.members)
    while batch := [{"id": issue} for issue in islice(issues, ROWS)]:
        with store.writing() as session:
            session.execute(insert(IssueRow), batch)
    told = iter(shown(zip(town(size, width=linker.scorer.width), partition.issue_of, strict=True), size))
    while batch := [_row(incoming, issue, now) for (_, incoming), issue in islice(told, ROWS)]:
        with store.writing() as session:
            session.execute(insert(ReportRow), batch)
    folder = folder_of(store)
    assert folder is not None
    save_linker(linker, folder)
    store.close()


def _row(incoming: Incoming, issue: str, now: datetime) -> dict[str, object]:
    """What a report's row is as large as; of its analysis, only what the columns hold."""
    report = incoming.report
    return {
        "key": report.id,
        "source": "",
        "external_id": report.id,
        "issue_id": issue,
        "founder": incoming.opens == issue,
        "linked_category": incoming.category,
        "received_at": report.received_at,
        "stored_at": now,
        "seen_at": report.received_at,
        "day": now.date(),
        "channel": "",
        "region": "",
        "category": incoming.category,
        "score": 0.9,
        "decided": True,
        "urgent": False,
        "headline": report.title,
        "places": [],
        "title": report.title,
        "text": report.text,
        "analysis": {},
        "vector": incoming.vector.astype("<f4").tobytes(),
        "why": None,
        "moved_by": None,
    }


def open_store(url: str) -> dict[str, float]:
    """Read the linker of a store, as `serve` and `ingest` do before the first report; seconds and memory."""
    began = time.perf_counter(), time.process_time()
    linked = LinkedStore(Store(url), load_scorer())
    linked.warm(wanted=lambda: True)
    assert linked.linker is not None
    return {
        "reports": linked.linker.columns.size,
        "opening_s": round(time.perf_counter() - began[0], 1),
        "opening_processor_s": round(time.process_time() - began[1], 1),
        "opened_memory_mb": peak_mb(),
    }


def peak_mb() -> int:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def shown(items: Iterable[Item], total: int) -> Iterable[Item]:
    """With a progress bar on a terminal."""
    return track(items, total=total, disable=not sys.stderr.isatty())


def _text_of(key: str) -> str:
    """Stands for the text that a store would look up, so that telling shared phrases costs what it costs there."""
    return f"关于绿城花园地下车库污水井盖破损的投诉。绿城花园井盖坏了一个大洞。居委会的人来看过一次。{key}"


def plot(figures: list[dict[str, float]]) -> str:
    """Milliseconds a link over the store's size (log), as SVG."""
    width, height, left, bottom = 640, 360, 70, 50
    sizes = [figure["reports"] for figure in figures]
    top = 1.25 * max(max(figure["median_ms"], figure["processor_ms"]) for figure in figures)
    low, high = np.log10(sizes[0]), np.log10(max(sizes[-1], sizes[0] * 10))

    def at(size: float, value: float) -> tuple[float, float]:
        x = left + (np.log10(size) - low) / (high - low) * (width - left - 30)
        return round(float(x), 1), round(height - bottom - value / top * (height - bottom - 30), 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">']
    parts.append(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    for name, colour, down in (("median_ms", "#1f6feb", 20), ("processor_ms", "#d9822b", 38)):
        points = [at(figure["reports"], figure[name]) for figure in figures]
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), figure in zip(points, figures, strict=True):
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
            parts.append(f'<text x="{x}" y="{y - 8}" font-size="11" text-anchor="middle">{figure[name]:.2f}</text>')
        parts.append(f'<text x="{left + 8}" y="{down}" font-size="12" fill="{colour}">{name.replace("_", ", ")}</text>')
    for size in sizes:
        x, y = at(size, 0)
        parts.append(f'<text x="{x}" y="{y + 20}" font-size="12" text-anchor="middle">{size:,.0f}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 8}" font-size="12" text-anchor="middle">reports in store</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--out", type=Path, default=Path("docs/img/link-scale.svg"))
    parser.add_argument("--store", type=Path, help="keep the store in this file, which must not be there yet")
    parser.add_argument("--open", metavar="URL", help="only open a store, and print seconds and memory")
    arguments = parser.parse_args()
    if arguments.open:
        print(json.dumps(open_store(arguments.open)))
        return
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(sorted(arguments.sizes), arguments.store or Path(folder) / "store.db")
    arguments.out.write_text(plot(measured["sizes"]), "utf-8")
    arguments.out.with_suffix(".json").write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    print(f"opened in {measured['opening_s']} s; plot in {arguments.out}")


def measure(sizes: list[int], path: Path) -> dict[str, Any]:
    """All figures; the store is at `path` afterwards."""
    linker = Linker(scorer=load_scorer(), text_of=_text_of)
    figures = []
    for measured in fill(linker, sizes):
        figures.append(asdict(measured))
        print(measured, flush=True)
    url = f"sqlite:///{path}"
    keep(url, linker)
    del linker
    command = [sys.executable, "-m", "benchmarks.link_scale", "--open", url]
    opened = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {"sizes": figures, **json.loads(opened)}


if __name__ == "__main__":
    main()
