"""Does linking place by place, then consolidating, give the issues of one pass? As `minqing backfill` links.

    pip install 'minqing[peers]'
    python -m benchmarks.partitions reports.jsonl --parts 4

Reports go to parts by their place (province and city, or the region they came with), the largest place to the emptiest
part. Each part is linked alone in the order of time, then all are consolidated together; so is one part that holds all.
Prints one JSON object: reports and places of each part, and how well the issues agree (adjusted Rand index).
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sklearn.metrics import adjusted_rand_score

from api.linking import incoming
from api.tagged import place_of
from corpora import Importer
from models import load_pipeline, load_scorer
from nlp import Analysis, Incoming, Linker
from nlp.consolidate import consolidate


def split(analyses: Sequence[Analysis], parts: int) -> list[list[Analysis]]:
    """Whole places to parts, of like size, each in the order of time."""
    places = [place_of(a.report, "/".join(a.division)) for a in analyses]
    sizes, home = [0] * parts, {}
    for place, size in Counter(places).most_common():
        home[place] = sizes.index(min(sizes))
        sizes[home[place]] += size
    return [[a for a, place in zip(analyses, places, strict=True) if home[place] == part] for part in range(parts)]


def issues(parts: Iterable[Sequence[Analysis]]) -> tuple[dict[str, str], dict[str, str]]:
    """The issue of each report before and after all parts were consolidated together."""
    scorer = load_scorer()
    together = Linker(scorer=scorer)
    for part in parts:
        alone = Linker(scorer=scorer)
        told = [_incoming(a) for a in part]
        for one, link in zip(told, alone.link(told), strict=True):
            issue = alone.partition.issue_of[alone.partition.row_of[one.report.id]]
            together.restore(one, issue, founder=link.new)
    before = dict(zip(together.partition.keys, together.partition.issue_of, strict=True))
    consolidate(together)
    return before, dict(zip(together.partition.keys, together.partition.issue_of, strict=True))


def compare(analyses: Sequence[Analysis], parts: int) -> dict[str, Any]:
    """How the issues of several parts and of one agree."""
    several = split(analyses, parts)
    keys = [a.report.key for a in analyses]
    one, many = issues([analyses]), issues(several)
    agreed = [adjusted_rand_score([x[k] for k in keys], [y[k] for k in keys]) for x, y in zip(one, many, strict=True)]
    return {
        "reports": [len(part) for part in several],
        "places": [len({place_of(a.report, "/".join(a.division)) for a in part}) for part in several],
        "issues": len(set(many[1].values())),
        "agreement_before": round(float(agreed[0]), 4),
        "agreement": round(float(agreed[1]), 4),
    }


def _incoming(analysis: Analysis) -> Incoming:
    return incoming(analysis.report, analysis.vector, analysis.primary[0], analysis.entities)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("--most", type=int, help="the first reports alone")
    parser.add_argument("--parts", type=int, default=4)
    given = parser.parse_args()
    analyses = list(load_pipeline().stream(islice(Importer().read(given.source), given.most)))
    analyses.sort(key=lambda a: (a.report.received_at is None, a.report.received_at, a.report.key))
    print(json.dumps(compare(analyses, given.parts), indent=2))


if __name__ == "__main__":
    main()
