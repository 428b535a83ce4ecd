"""How long an archive takes and which part saturates first, simulated from what `minqing bench --json` measured.

    minqing bench reports.jsonl --most 1000 --json > bench.json
    python -m benchmarks.scale bench.json --reports 20000000 --cores 64

Taggers (one a core) read, analyse and hand on; linkers, one a place, link side by side on the same cores; one writer
stores. Work passes in batches, second by second, so a queue that grows shows which part is too slow.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

#: Bytes of disk a report takes in the store, with its text, analysis, vector and indexes (docs/scale.md).
STORED = 6_800


@dataclass(frozen=True, slots=True)
class Rates:
    """Reports a second: of tagging and of linking, a core; of storing, for the one writer."""

    tag: float
    link: float
    store: float

    @classmethod
    def measured(cls, path: Path) -> Rates:
        told = json.loads(path.read_text("utf-8"))
        rates, threads = told["given"]["reports_per_second"], told["machine"]["threads"]
        both = 1 / rates["link and store"] - 1 / rates["link"]
        return cls(rates["analyse (whole)"] / threads, rates["link"], 1 / both)


@dataclass(frozen=True, slots=True)
class Simulated:
    """Hours of the two passes of a backfill, and the most reports that ever waited for the writer."""

    tagging: float
    linking: float
    waiting: int


def simulate(reports: int, cores: int, places: int, rates: Rates) -> Simulated:
    """The two passes of `minqing backfill`: tag all, then link places side by side while one writer stores."""
    left, tagging = float(reports), 0
    while left > 0:
        left -= cores * rates.tag
        tagging += 1
    left, waiting, stored, linking, most = float(reports), 0.0, 0.0, 0, 0.0
    while stored < reports:
        linked = min(left, min(cores, places) * rates.link)
        left -= linked
        written = min(waiting + linked, rates.store)
        waiting += linked - written
        stored += written
        most = max(most, waiting)
        linking += 1
        if stored > reports - 1e-3:
            break
    return Simulated(tagging / 3600, linking / 3600, round(most))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--reports", type=int, nargs="+", default=[1_000_000, 20_000_000, 1_000_000_000])
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 16, 64])
    parser.add_argument("--places", type=int, default=14)
    given = parser.parse_args()
    rates = Rates.measured(given.bench)
    print(f"a core tags {rates.tag:.1f}/s and links {rates.link:.0f}/s; the writer stores {rates.store:.0f}/s")
    for reports in given.reports:
        for cores in given.cores:
            one = simulate(reports, cores, given.places, rates)
            decides = "the writer" if one.waiting > rates.store else "linking"
            disk = reports * STORED / 1e9
            print(
                f"{reports:,} reports, {cores} cores: tagging {one.tagging:.1f} h, linking {one.linking:.1f} h, "
                f"at most {one.waiting:,} wait for the writer, {disk:,.0f} GB; in the second pass {decides} decides"
            )


if __name__ == "__main__":
    main()
