"""What one would build from known parts, beside `minqing`, on the same reports and in processes set up alike.

    pip install 'minqing[peers]'
    python -m benchmarks.peers reports.jsonl --most 300 --threads 2 > peers.json

Each contender runs in a process of its own with so many threads, is warmed up on a few reports, and is timed on the
rest:

facts       jieba.posseg for names, places and organisations, jionlp for money, times, telephones, cards and links
categories  TF-IDF of characters and a linear support vector machine, trained on the corpus that ships
duplicates  MinHash of characters by datasketch, near-duplicates at a Jaccard likeness of 0.5
minqing     `Pipeline.analyse`: categories, facts, vector and route in one go; and its linking

With `--gold`, rows {id, text, primary}, categories are scored as well.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

#: Reports that warm a contender up, and are not timed.
WARM = 20


def facts(texts: Sequence[str]) -> Callable[[str], object]:
    """Entities by a segmenter with parts of speech, and by rules."""
    import jieba
    import jieba.posseg
    import jionlp

    jieba.setLogLevel("ERROR")

    def run(text: str) -> object:
        names = [(w.word, w.flag) for w in jieba.posseg.cut(text) if w.flag in ("nr", "ns", "nt")]
        rules = [
            jionlp.extract_phone_number(text),
            jionlp.extract_id_card(text),
            jionlp.extract_email(text),
            jionlp.extract_url(text),
            jionlp.extract_motor_vehicle_licence_plate(text),
            jionlp.ner.extract_money(text, with_parsing=True),
            jionlp.ner.extract_time(text, with_parsing=True),
        ]
        return names, rules

    return run


def categories(texts: Sequence[str]) -> Callable[[str], object]:
    """The level-2 category by a linear classifier."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from corpora.written import read_written

    examples = list(read_written())
    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LinearSVC())
    model.fit([e.text for e in examples], [e.primary for e in examples])
    return lambda text: str(model.predict([text])[0])


def duplicates(texts: Sequence[str]) -> Callable[[str], object]:
    """Near-duplicates among those before."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.5, num_perm=128)

    def run(text: str) -> object:
        sketch = MinHash(num_perm=128)
        sketch.update_batch([text[i : i + 3].encode() for i in range(max(1, len(text) - 2))])
        found = index.query(sketch)
        index.insert(str(len(index.keys)), sketch)
        return found

    return run


CONTENDERS = {"facts": facts, "categories": categories, "duplicates": duplicates}


def measure(contender: str, source: str, most: int, threads: int, gold: str | None) -> dict[str, Any]:
    """Run one contender in this process."""
    from itertools import islice

    from corpora import Importer, Report

    reports = list(islice(Importer().read(source), most + WARM))
    truth = [json.loads(line) for line in Path(gold).read_text("utf-8").splitlines()] if gold else []
    asked = [Report(str(row["id"]), row["text"]) for row in truth]
    if contender == "minqing":
        from models import load_pipeline

        pipeline = load_pipeline(threads=threads)
        list(pipeline.stream(reports[:WARM]))
        start = time.perf_counter()
        list(pipeline.stream(reports[WARM:]))
        seconds = time.perf_counter() - start
        given = [a.primary[0] for a in pipeline.stream(asked)]
    else:
        run = CONTENDERS[contender]([r.content for r in reports])
        for report in reports[:WARM]:
            run(report.content)
        start = time.perf_counter()
        for report in reports[WARM:]:
            run(report.content)
        seconds = time.perf_counter() - start
        given = [str(run(r.content)) for r in asked] if contender == "categories" else []
    told: dict[str, Any] = {"reports_per_second": round((len(reports) - WARM) / seconds, 1)}
    if given:
        pairs = [(g, row["primary"]) for g, row in zip(given, truth, strict=True)]
        told["level_2"] = round(sum(g == p for g, p in pairs) / len(pairs), 4)
        told["level_1"] = round(sum(g.split(".")[0] == p.split(".")[0] for g, p in pairs) / len(pairs), 4)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--most", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--gold")
    parser.add_argument("--only", choices=[*CONTENDERS, "minqing"], help="one contender, in this process")
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measure(given.only, given.source, given.most, given.threads, given.gold)))
        return
    pinned = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"], str(given.threads))
    told = {}
    for contender in [*CONTENDERS, "minqing"]:
        command = [sys.executable, "-m", "benchmarks.peers", *sys.argv[1:], "--only", contender]
        ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | pinned)
        told[contender] = json.loads(ran.stdout.splitlines()[-1])
    seconds = sum(1 / told[name]["reports_per_second"] for name in CONTENDERS)
    told["peers together"] = {"reports_per_second": round(1 / seconds, 1)}
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
