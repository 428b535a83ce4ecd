"""`minqing bench`: how fast each stage is on this machine, on reports as given."""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from os import cpu_count
from typing import Any, TypeVar

import numpy as np

from api.ingest import Ingester
from api.linking import LinkedStore
from api.store import Store
from corpora import Report
from nlp import BATCH, PairScorer, Pipeline, mask, normalise
from nlp.recognise import recognise

T = TypeVar("T")

#: Single reports timed for latency.
_ALONE = 100


def bench(pipeline: Pipeline, scorer: PairScorer, reports: Sequence[Report]) -> dict[str, Any]:
    """Reports a second of each stage and of the whole, latency of one report alone, and cold start.

    Stages run one after another over all reports, so their times add up to about that of the whole.
    """
    contents = [report.content for report in reports]
    pipeline.analyse(reports[:BATCH])
    normals, normalising = _timed(lambda: [normalise(content) for content in contents])
    texts = [normal.text for normal in normals]
    batches = [texts[i : i + BATCH] for i in range(0, len(texts), BATCH)]
    _, encoding = _timed(lambda: [pipeline.encoder.encode(batch) for batch in batches])
    _, recognising = _timed(lambda: [recognise(normal) for normal in normals])
    analyses, analysing = _timed(lambda: list(pipeline.stream(reports)))
    _, masking = _timed(lambda: [mask(a.report.content, a.entities) for a in analyses])
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/bench.db")
        ingester = Ingester(LinkedStore(store, scorer), pipeline)
        _, ingesting = _timed(lambda: list(ingester.ingest(reports)))
        store.close()
    alone = [_timed(partial(pipeline.analyse, [report]))[1] for report in reports[:_ALONE]]
    _, cold = _timed(lambda: subprocess.run([sys.executable, "-c", _COLD], check=True))
    seconds = {
        "normalise": normalising,
        "encode": encoding,
        "recognise": recognising,
        "mask": masking,
        "analyse (whole)": analysing,
        "ingest (analyse, link, store)": ingesting,
    }
    return {
        "machine": {"cores": cpu_count(), "processor": platform.processor() or platform.machine()},
        "reports": len(reports),
        "characters_each": round(sum(map(len, contents)) / len(contents)),
        "reports_per_second": {stage: round(len(reports) / s, 1) for stage, s in seconds.items()},
        "one_report_ms": {f"p{p}": round(float(np.percentile(alone, p)) * 1000, 1) for p in (50, 99)},
        "cold_start_seconds": round(cold, 2),
    }


_COLD = (
    "from models import load_pipeline; from corpora import Report; load_pipeline().analyse([Report('1', '路灯坏了')])"
)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start
