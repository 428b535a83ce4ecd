"""Peak memory of `minqing tag` on generated files of several sizes: it streams, so the size must not show.

python -m benchmarks.memory --megabytes 2 8          # minutes
python -m benchmarks.memory --megabytes 1000         # the size asked for; hours
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import cycle
from pathlib import Path

from corpora import read_reports

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample.jsonl"

#: Runs the command and tells its own peak: a parent's figure would hold on to the largest child so far.
_TAG = "import resource, sys; from api.cli import main\n" + (
    "try: main()\nfinally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)


def peak_megabytes(size: int) -> tuple[int, int]:
    """Reports in a file of `size` megabytes, and the peak memory of tagging it, in megabytes."""
    texts = cycle([report.content for report in read_reports(str(SAMPLE))])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.jsonl"
        count = written = 0
        with source.open("w", encoding="utf-8") as stream:
            while written < size * 1_000_000:
                row = json.dumps({"id": str(count), "text": next(texts)}, ensure_ascii=False) + "\n"
                written += len(row.encode())
                count += 1
                stream.write(row)
        command = [sys.executable, "-c", _TAG, "tag", str(source), "-o", f"{folder}/out.jsonl"]
        ran = subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True)
    return count, int(ran.stderr.split()[-1]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[2, 8])
    for size in parser.parse_args().megabytes:
        count, peak = peak_megabytes(size)
        print(f"{size} MB, {count} reports: peak {peak} MB", flush=True)


if __name__ == "__main__":
    main()
