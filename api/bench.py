"""`minqing bench`: how fast each stage is on this machine, on reports as given and on texts of given lengths."""

from __future__ import annotations

import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import cycle, islice
from os import cpu_count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnxruntime
from rich.table import Table

from api.ingest import Ingester
from api.linking import LinkedStore, incoming
from api.store import Store
from corpora import Importer, Report
from models import load_pipeline, load_scorer
from nlp import BATCH, Analysis, Linker, PairScorer, Pipeline, mask, normalise
from nlp.recognise import recognise

T = TypeVar("T")

#: Lengths of generated texts, in characters.
LENGTHS = (50, 200, 400, 1500)

#: Single reports timed for latency.
_ALONE = 200

_COLD = (
    "from models import load_pipeline; from corpora import Report; load_pipeline().analyse([Report('1', '路灯坏了')])"
)


def bench(source: str, *, most: int, threads: int | None = None) -> dict[str, Any]:
    """Everything that is measured, on the first `most` reports of a file and on texts cut from them.

    Peak memory is that of this process, with all reports and analyses held: a run that streams needs less.
    """
    reports, importing = _timed(lambda: list(islice(Importer().read(source), most)))
    started, starting = _timed(lambda: (load_pipeline(threads=threads), load_scorer()))
    pipeline, scorer = started
    list(pipeline.stream(reports[:BATCH]))
    _, cold = _timed(lambda: subprocess.run([sys.executable, "-c", _COLD], check=True))
    given = _stages(pipeline, scorer, reports, importing)
    made = {str(length): _whole(pipeline, _of_length(reports, length)) for length in LENGTHS}
    return {
        "machine": _machine(threads),
        "model": pipeline.encoder.version,
        "given": given,
        "generated": made,
        "cold_start_seconds": round(cold, 2),
        "load_seconds": round(starting, 2),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def tables(measured: dict[str, Any]) -> Iterable[Table]:
    """The same for people."""
    given = measured["given"]
    machine = measured["machine"]
    stages = Table(title=f"{given['reports']} reports of {given['characters_each']} characters, {machine['processor']}")
    for column in ("stage", "reports/s", "ms a report"):
        stages.add_column(column, justify="left" if column == "stage" else "right")
    for stage, rate in given["reports_per_second"].items():
        stages.add_row(stage, f"{rate:,.1f}", f"{1000 / rate:.3f}")
    yield stages
    lengths = Table(title="analyse, by length of the text")
    for column in ("characters", "reports/s", "alone p50 ms", "alone p99 ms"):
        lengths.add_column(column, justify="right")
    for length, one in [("as given", given), *measured["generated"].items()]:
        rate = one["reports_per_second"]["analyse (whole)"]
        lengths.add_row(length, f"{rate:,.1f}", *(f"{one['one_report_ms'][p]}" for p in ("p50", "p99")))
    yield lengths
    rest = Table(title=f"model {measured['model']}, {machine['threads']} threads")
    rest.add_column("measure")
    rest.add_column("value", justify="right")
    rest.add_row("cold start, s", str(measured["cold_start_seconds"]))
    rest.add_row("peak memory, MB", str(measured["peak_memory_mb"]))
    yield rest


def _stages(pipeline: Pipeline, scorer: PairScorer, reports: list[Report], importing: float) -> dict[str, Any]:
    """Stages one after another over all reports, so their times add up to about that of the whole."""
    normals, normalising = _timed(lambda: [normalise(report.content) for report in reports])
    texts = [normal.text for normal in normals]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    _, encoding = _timed(lambda: [list(pipeline.encoder.encode(batch)) for batch in batches])
    _, recognising = _timed(lambda: [recognise(n, r.received_at) for n, r in zip(normals, reports, strict=True)])
    whole = _whole(pipeline, reports)
    analyses = list(pipeline.stream(reports))
    _, masking = _timed(lambda: [mask(a.report.content, a.entities) for a in analyses])
    seconds = {
        "import": importing,
        "normalise": normalising,
        "encode": encoding,
        "recognise": recognising,
        "mask": masking,
    } | _linked(pipeline, scorer, analyses)
    rates = {stage: round(len(reports) / s, 1) for stage, s in seconds.items()}
    return whole | {"reports_per_second": rates | whole["reports_per_second"]}


def _linked(pipeline: Pipeline, scorer: PairScorer, analyses: list[Analysis]) -> dict[str, float]:
    """Seconds of linking alone, of linking and storing, and of the repair of a store that was just opened."""
    linker = Linker(scorer=scorer)
    told = [incoming(a.report, a.vector, a.primary[0], a.entities) for a in analyses]
    _, linking = _timed(lambda: linker.link(told))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bench.db'}")
        ingester = Ingester(LinkedStore(store, scorer), pipeline)
        _, storing = _timed(lambda: [ingester.add(analyses[i : i + BATCH]) for i in range(0, len(analyses), BATCH)])
        _, repairing = _timed(LinkedStore(store, scorer).consolidate)
        store.close()
    return {"link": linking, "link and store": storing, "open and consolidate": repairing}


def _whole(pipeline: Pipeline, reports: Sequence[Report]) -> dict[str, Any]:
    """The whole of `analyse`: as a stream, and one report alone."""
    _, analysing = _timed(lambda: list(pipeline.stream(reports)))
    alone = [_timed(partial(pipeline.analyse, [report]))[1] for report in reports[:_ALONE]]
    return {
        "reports": len(reports),
        "characters_each": round(sum(len(report.content) for report in reports) / len(reports)),
        "reports_per_second": {"analyse (whole)": round(len(reports) / analysing, 1)},
        "one_report_ms": {f"p{p}": round(float(np.percentile(alone, p)) * 1000, 1) for p in (50, 99)},
    }


def _of_length(reports: Sequence[Report], length: int) -> list[Report]:
    """As many reports, or as fill a hundred thousand characters, of one length, from the texts one after another."""
    count = min(len(reports), max(20, 100_000 // length))
    characters = cycle("".join(report.content for report in reports))
    return [Report(str(i), "".join(islice(characters, length))) for i in range(count)]


def _machine(threads: int | None) -> dict[str, Any]:
    return {
        "cores": cpu_count(),
        "threads": threads or cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
    }


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start
