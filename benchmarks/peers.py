"""What one would build from known parts, beside `minqing`: the same reports, processes set up alike, quality and speed.

    pip install 'minqing[peers,train]' sentence-transformers semhash
    python -m benchmarks.peers reports.jsonl --issues issues.json --categories triage.jsonl --entities spans.jsonl

Each contender runs in a process of its own with so many threads, sees a few reports to warm up, and is timed on all:

facts       jieba.posseg for persons, places and organisations, jionlp for money, times and numbers
categories  TF-IDF of characters and a linear support vector machine, trained on the corpus that ships or on `--train`
topics      vectors of sentence-transformers (multilingual-e5-small), PCA, HDBSCAN, words of clusters: BERTopic's way
duplicates  MinHash of characters by datasketch, near-duplicates at a Jaccard likeness of 0.5
semhash     semhash over the same vectors; the model that it takes by default must be fetched from a hub
minqing     categories, facts, vectors and routes by `Pipeline.stream`, issues by `Linker`

"peers together" is the time of the first four, which is what minqing does in one go. A contender that is not installed
says so. Gold: rows {id, text, primary, acceptable}; rows {id, text, entities}; {issues: [{ids}], singletons: [ids]}, of
which the named reports alone are read and timed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from corpora import Importer, Report, top
from models.evaluate import read_gold

#: Reports that warm a contender up.
WARM = 20

#: (type, start, end) of the content.
Span = tuple[str, int, int]
#: What a contender says of reports, in their order, by what it can do: "categories", "entities", "groups".
Said = dict[str, Sequence[Any]]
Contender = Callable[[Sequence[Report]], Said]


def facts(given: argparse.Namespace) -> Contender:
    """Entities by a segmenter with parts of speech, and by rules."""
    import jieba
    import jieba.posseg
    import jionlp

    # jionlp logs a traceback for each time that it tries in vain, which costs it more than the try.
    logging.disable(logging.ERROR)
    names = {"nr": "person", "ns": "place", "nt": "org"}
    rules: dict[str, Callable[[str], list[dict[str, Any]]]] = {
        "phone": lambda text: list(jionlp.extract_phone_number(text, detail=True)),
        "id_card": lambda text: list(jionlp.extract_id_card(text, detail=True)),
        "email": lambda text: list(jionlp.extract_email(text, detail=True)),
        "url": lambda text: list(jionlp.extract_url(text, detail=True)),
        "plate": lambda text: list(jionlp.extract_motor_vehicle_licence_plate(text, detail=True)),
        "money": lambda text: list(jionlp.ner.extract_money(text, with_parsing=True)),
        "time": lambda text: list(jionlp.ner.extract_time(text, with_parsing=True)),
    }

    def read(text: str) -> set[Span]:
        spans = {(names[w.flag], start, end) for w, start, end in _words(jieba.posseg.cut(text)) if w.flag in names}
        for kind, rule in rules.items():
            for found in rule(text):
                start = text.find(found["text"], max(0, found["offset"][0] - 2))
                spans.add((kind, start, start + len(found["text"])))
        return spans

    return lambda reports: {"entities": [read(report.content) for report in reports]}


def _words(words: Any) -> Any:
    at = 0
    for word in words:
        yield word, at, at + len(word.word)
        at += len(word.word)


def categories(given: argparse.Namespace) -> Contender:
    """The level-2 category by a linear classifier."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    from corpora.written import read_written

    if given.train:
        taught = [(one.report.content, one.primary) for one in read_gold(given.train)]
    else:
        taught = [(one.text, one.primary) for one in read_written()]
    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LinearSVC()).fit(*zip(*taught, strict=True))
    return lambda reports: {"categories": model.predict([report.content for report in reports]).tolist()}


def topics(given: argparse.Namespace) -> Contender:
    """Clusters of sentence vectors, and what words each is about."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    encoder = _encoder()

    def run(reports: Sequence[Report]) -> Said:
        texts = [report.content for report in reports]
        vectors = encoder.encode(["query: " + text for text in texts], normalize_embeddings=True)
        found = HDBSCAN(min_cluster_size=2).fit_predict(PCA(min(50, len(texts))).fit_transform(vectors)).tolist()
        members: dict[int, list[str]] = {}
        for text, cluster in zip(texts, found, strict=True):
            members.setdefault(cluster, []).append(text)
        counts = CountVectorizer(analyzer="char", ngram_range=(2, 4)).fit_transform(map("".join, members.values()))
        TfidfTransformer().fit_transform(counts)
        # What lies in no cluster stands alone.
        return {"groups": [cluster if cluster >= 0 else f"alone {at}" for at, cluster in enumerate(found)]}

    return run


def duplicates(given: argparse.Namespace) -> Contender:
    """Groups tied by near-duplicates among those before."""
    from datasketch import MinHash, MinHashLSH

    def run(reports: Sequence[Report]) -> Said:
        index, group = MinHashLSH(threshold=0.5, num_perm=128), list(range(len(reports)))
        for at, report in enumerate(reports):
            sketch, text = MinHash(num_perm=128), report.content
            sketch.update_batch([text[i : i + 3].encode() for i in range(max(1, len(text) - 2))])
            _tie(group, [at, *index.query(sketch)])
            index.insert(at, sketch)
        return {"groups": group}

    return run


def semhash(given: argparse.Namespace) -> Contender:
    """Groups tied by semantic near-duplicates; those of the untrained vectors lie above a cosine of 0.87 anyway."""
    from semhash import SemHash

    encoder = _encoder()

    def run(reports: Sequence[Report]) -> Said:
        records = [{"text": report.content, "at": str(at)} for at, report in enumerate(reports)]
        found = SemHash.from_records(records, columns=["text"], model=encoder).self_deduplicate(threshold=0.95)
        group = list(range(len(reports)))
        for one in found.filtered:
            _tie(group, [int(one.record["at"]), *(int(other["at"]) for other, _ in one.duplicates)])
        return {"groups": group}

    return run


def _tie(group: list[int], members: Sequence[int]) -> None:
    first, tied = min(group[at] for at in members), {group[at] for at in members}
    group[:] = [first if one in tied else one for one in group]


def _encoder() -> Any:
    """The public weights that training starts from, as sentence-transformers takes them."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import PreTrainedTokenizerFast

    from models.backbone import load_backbone

    model, tokenizer = load_backbone()
    special = {
        f"{name}_token": f"<{sign}>" for name, sign in (("bos", "s"), ("eos", "/s"), ("unk", "unk"), ("pad", "pad"))
    }
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **special).save_pretrained(folder)
        return SentenceTransformer(modules=[Transformer(folder), Pooling(model.config.hidden_size)], device="cpu")


def minqing(given: argparse.Namespace) -> Contender:
    """All of it."""
    from api.linking import incoming
    from models import load_pipeline, load_scorer
    from nlp import Linker

    pipeline, scorer = load_pipeline(threads=given.threads), load_scorer()

    def run(reports: Sequence[Report]) -> Said:
        analyses, linker = list(pipeline.stream(reports)), Linker(scorer=scorer)
        linker.link([incoming(a.report, a.vector, a.primary[0], a.entities) for a in analyses])
        return {
            "categories": [a.primary[0] for a in analyses],
            "entities": [{(e.type, e.start, e.end) for e in a.entities} for a in analyses],
            "groups": [linker.partition.issue_of[linker.partition.row_of[r.key]] for r in reports],
        }

    return run


CONTENDERS = {c.__name__: c for c in (facts, categories, topics, duplicates, semhash, minqing)}
#: Those whose work minqing does in one go.
TOGETHER = ("facts", "categories", "topics", "duplicates")


def measure(contender: str, given: argparse.Namespace) -> dict[str, Any]:
    """Run one contender in this process."""
    issue_of = _issues(given.issues) if given.issues else {}
    source = (r for r in Importer().read(given.source) if not issue_of or r.id in issue_of)
    reports = list(islice(source, given.most))
    try:
        run = CONTENDERS[contender](given)
    except ModuleNotFoundError as error:
        return {"not installed": error.name}
    run(reports[:WARM])
    start = time.perf_counter(), time.process_time()
    said = run(reports)
    clock, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    each = 1000 / len(reports)
    told: dict[str, Any] = {
        "reports_per_second": round(len(reports) / clock, 1),
        "ms_a_report": round(clock * each, 2),
        "processor_ms_a_report": round(processor * each, 2),
    }
    if issue_of and "groups" in said:
        told["issues_bcubed_f1"] = bcubed([issue_of[r.id] for r in reports], said["groups"])
    if given.categories and "categories" in said:
        gold = read_gold(given.categories)
        found = run([one.report for one in gold])["categories"]
        level_1 = [top(f) in map(top, g.accepted) for f, g in zip(found, gold, strict=True)]
        told["level_1"] = round(sum(level_1) / len(gold), 4)
        told["level_2"] = round(sum(g.accepts(f) for f, g in zip(found, gold, strict=True)) / len(gold), 4)
    if given.entities and "entities" in said:
        rows = [json.loads(line) for line in given.entities.read_text("utf-8").splitlines()]
        have = run([Report(str(row["id"]), row["text"]) for row in rows])["entities"]
        want = [{(e["type"], e["start"], e["end"]) for e in row["entities"]} for row in rows]
        told["entities_strict_f1"] = micro_f1(want, have)
    return told


def bcubed(truth: Sequence[Hashable], given: Sequence[Hashable]) -> float:
    """B-cubed F1 of groups."""
    both, true, said = Counter(zip(truth, given, strict=True)), Counter(truth), Counter(given)
    precision = sum(n * n / said[g] for (_, g), n in both.items()) / len(truth)
    recall = sum(n * n / true[t] for (t, _), n in both.items()) / len(truth)
    return round(2 * precision * recall / (precision + recall), 4)


def micro_f1(want: Sequence[set[Span]], have: Sequence[set[Span]]) -> float:
    """Types and both ends must agree."""
    right = sum(len(w & h) for w, h in zip(want, have, strict=True))
    return round(2 * right / max(1, sum(map(len, want)) + sum(map(len, have))), 4)


def _issues(path: Path) -> dict[str, str]:
    told = json.loads(path.read_text("utf-8"))
    ignored = set(map(str, told.get("ignore", [])))
    truth = {str(i): f"issue {at}" for at, issue in enumerate(told["issues"]) for i in issue["ids"]}
    truth |= {str(i): f"alone {i}" for i in told["singletons"]}
    return {i: issue for i, issue in truth.items() if i not in ignored}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--most", type=int, default=600)
    parser.add_argument("--threads", type=int, default=2)
    for gold in ("--issues", "--categories", "--entities", "--train"):
        parser.add_argument(gold, type=Path)
    parser.add_argument("--only", choices=CONTENDERS, help="one contender, in this process")
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measure(given.only, given)))
        return
    pinned = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"], str(given.threads))
    told: dict[str, Any] = {}
    for contender in CONTENDERS:
        command = [sys.executable, "-m", "benchmarks.peers", *sys.argv[1:], "--only", contender]
        ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | pinned)
        told[contender] = json.loads(ran.stdout.splitlines()[-1])
    if all("ms_a_report" in told[name] for name in TOGETHER):
        clock = sum(told[name]["ms_a_report"] for name in TOGETHER)
        told["peers together"] = {"reports_per_second": round(1000 / clock, 1), "ms_a_report": round(clock, 2)}
        told["times faster"] = round(clock / told["minqing"]["ms_a_report"], 1)
    print(json.dumps(told, indent=2))


if __name__ == "__main__":
    main()
