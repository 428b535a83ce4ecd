"""How long an archive takes and which part saturates first, simulated from what `minqing bench --json` measured.

    minqing bench reports.jsonl --most 1000 --json > bench.json
    python -m benchmarks.scale bench.json --reports 20000000 --cores 64 --places 14

Follows `minqing backfill`: parts of files go to taggers, one a core; then places go to linkers, the largest first, one
a core, and what is linked goes to the one writer; then one process consolidates all. A place has 1/k of the largest's
reports where it is the k-th. `--length 50` takes the rate of tagging texts of that length.
"""

from __future__ import annotations

import argparse
import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

#: Reports in a part, as `api.backfill` cuts them.
PART = 2048
#: Bytes of disk that a report takes in the store, and of memory in the one process that consolidates: columns, indexes
#: and the text (docs/scale.md).
STORED, HELD = 6_800, 3_000


@dataclass(frozen=True, slots=True)
class Rates:
    """Reports a second: of tagging and of linking, a core; of storing and of consolidating, for the one doing it."""

    tag: float
    link: float
    store: float
    consolidate: float

    @classmethod
    def measured(cls, path: Path, length: str | None) -> Rates:
        """From a bench; storing is the difference of linking with and without it."""
        told = json.loads(path.read_text("utf-8"))
        given, threads = told["given"]["reports_per_second"], told["machine"]["threads"]
        analysed = (told["generated"][length] if length else told["given"])["reports_per_second"]["analyse (whole)"]
        storing = 1 / given["link and store"] - 1 / given["link"]
        return cls(analysed / threads, given["link"], 1 / storing, given["open and consolidate"])


@dataclass(frozen=True, slots=True)
class Simulated:
    """Seconds of each pass, and what share of the second pass the linkers and the writer were at work."""

    tagging: float
    linking: float
    consolidating: float
    linkers: float
    writer: float


def simulate(reports: int, *, cores: int, places: int, rates: Rates) -> Simulated:
    """Run the passes one after another."""
    whole, rest = divmod(reports, PART)
    parts = chain(repeat(PART / rates.tag, whole), [rest / rates.tag])
    tagging = max(_ends(parts, cores))
    sizes = _zipf(reports, places)
    ready = _ends((size / rates.link for size in sizes), cores)
    written = 0.0
    for end, size in sorted(zip(ready, sizes, strict=True)):
        written = max(written, end) + size / rates.store
    busy = sum(sizes) / rates.link / (min(cores, places) * written), sum(sizes) / rates.store / written
    return Simulated(tagging, written, reports / rates.consolidate, *busy)


def _ends(tasks: Iterable[float], cores: int) -> list[float]:
    """When each task ends, taken in order by whichever core is free first."""
    free, ends = [0.0] * cores, []
    for seconds in tasks:
        ends.append(heapq.heapreplace(free, free[0] + seconds) + seconds)
    return ends


def _zipf(reports: int, places: int) -> list[float]:
    whole = sum(1 / k for k in range(1, places + 1))
    return [reports / k / whole for k in range(1, places + 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--reports", type=int, nargs="+", default=[1_000_000, 20_000_000, 1_000_000_000])
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 16, 64, 256])
    parser.add_argument("--places", type=int, default=14)
    parser.add_argument("--length", help="characters of a report, one of those that the bench generated")
    given = parser.parse_args()
    rates = Rates.measured(given.bench, given.length)
    print(
        f"a core tags {rates.tag:.1f}/s and links {rates.link:.0f}/s; the writer stores {rates.store:.0f}/s; "
        f"one process consolidates {rates.consolidate:.0f}/s\n"
    )
    print(
        "| reports | cores | tag, h | link and store, h | linkers, writer at work | consolidate, h | disk, memory, GB |"
    )
    print("|---|---|---|---|---|---|---|")
    for reports in given.reports:
        for cores in given.cores:
            one = simulate(reports, cores=cores, places=given.places, rates=rates)
            hours = [f"{seconds / 3600:.2f}" for seconds in (one.tagging, one.linking, one.consolidating)]
            sizes = f"{reports * STORED / 1e9:,.0f}, {reports * HELD / 1e9:,.0f}"
            busy = f"{one.linkers:.0%}, {one.writer:.0%}"
            print(f"| {reports:,} | {cores} | {hours[0]} | {hours[1]} | {busy} | {hours[2]} | {sizes} |")


if __name__ == "__main__":
    main()
