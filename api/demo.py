"""`minqing demo`: the main job on the sample that ships, told to a person."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from api.ingest import Ingester
from api.issues import export_issues
from api.linking import LinkedStore
from api.store import Store
from corpora import read_reports, top
from nlp import PairScorer, Pipeline

SAMPLE = Path(str(files("corpora") / "sample.jsonl"))


def run_demo(pipeline: Pipeline, scorer: PairScorer) -> None:
    """Ingest the sample into a store that is thrown away, and print what was found."""
    console = Console()
    reports = read_reports(str(SAMPLE))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/demo.db")
        start = time.perf_counter()
        done = list(Ingester(LinkedStore(store, scorer), pipeline).ingest(reports))
        seconds = time.perf_counter() - start
        with store.reading() as session:
            issues = list(export_issues(session))
        store.close()

    names = {c.id: c.name for c in pipeline.taxonomy}
    categories = Table("类别", "报告数", "示例", title="按一级类别")
    by_top = Counter(top(i.analysis.primary[0]) for i in done)
    for category, count in by_top.most_common():
        example = next(i for i in done if top(i.analysis.primary[0]) == category)
        text = example.analysis.to_json()["text"].replace("\n", " ")
        categories.add_row(names[category], str(count), text[:36] + ("…" if len(text) > 36 else ""))
    console.print(categories)

    entities = Counter(e.type for i in done for e in i.analysis.entities)
    console.print(f"要素 {sum(entities.values())} 个：" + "，".join(f"{t} {n}" for t, n in entities.most_common()))
    urgent = sum(bool(i.analysis.urgent) for i in done)
    unsure = sum(not i.analysis.decided for i in done)
    console.print(f"紧急 {urgent} 条，需人工复核 {unsure} 条")
    together = sum(i["size"] for i in issues if i["size"] > 1)
    several = sum(i["size"] > 1 for i in issues)
    console.print(f"议题 {len(issues)} 个，其中多人反映的 {several} 个，共 {together} 条。最大的三个：")
    for issue in issues[:3]:
        console.print(f"  {issue['size']} 条  {issue['name']}  [{names[issue['category']]}]", markup=False)
    console.print(f"共 {len(done)} 条报告，用时 {seconds:.1f} 秒，每秒 {len(done) / seconds:.0f} 条")
