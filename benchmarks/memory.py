"""Peak memory: of `minqing tag` on a generated file, which streams, so that size must not show; of `minqing serve`.

    python -m benchmarks.memory --megabytes 2 8                    # whole files
    python -m benchmarks.memory --megabytes 1000 --seconds 300     # what is done of a large one in this time
    python -m benchmarks.memory --serve sqlite:///minqing.db       # once ready, and after a report was stored

With `--seconds` the command is stopped, and the peaks at each quarter of the time show whether it grows; the whole file
is also read by the importer alone, which is the part that sees all of it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from corpora import read_reports

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample.jsonl"

_RUN = "from api.cli import main; main()"
_READ = "import sys; from corpora import Importer; print(sum(1 for _ in Importer().read(sys.argv[1])), file=sys.stderr)"


def write(path: Path, megabytes: int) -> int:
    """Fill a file with the sample's texts over and over; how many."""
    texts = cycle([report.content for report in read_reports(str(SAMPLE))])
    count = written = 0
    with path.open("w", encoding="utf-8") as stream:
        while written < megabytes * 1_000_000:
            row = json.dumps({"id": str(count), "text": next(texts)}, ensure_ascii=False) + "\n"
            written += len(row.encode())
            count += 1
            stream.write(row)
    return count


def peaks(command: list[str], seconds: float | None = None) -> Iterator[int]:
    """The peak of a command so far, in MB, at each quarter of the time that it is given; else when it ends."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:
        start, quarters = time.monotonic(), 0
        peak = 0
        while running.poll() is None:
            peak = max(peak, _peak(running.pid))
            time.sleep(0.1)
            if seconds and time.monotonic() - start > seconds * (quarters + 1) / 4:
                yield peak
                quarters += 1
                if quarters == 4:
                    running.terminate()
        if not seconds:
            yield peak


def _peak(process: int) -> int:
    """Of a process that runs or has just ended, in MB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) // 1024 if found else 0


def tag(megabytes: int, seconds: float | None) -> None:
    """Print the peaks for a file of one size."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        count = write(source, megabytes)
        if seconds:
            (peak,) = peaks([sys.executable, "-c", _READ, str(source)])
            print(f"{megabytes} MB, {count} reports, read by the importer: peak {peak} MB", flush=True)
        found = list(peaks([sys.executable, "-c", _RUN, "tag", str(source), "-o", str(out)], seconds))
        with out.open("rb") as lines:
            done = sum(1 for _ in lines)
        print(f"{megabytes} MB, {done} of {count} reports tagged: peak {', '.join(map(str, found))} MB", flush=True)


def serve(store: str) -> None:
    """Print the peaks of a service over a store."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        call = [sys.executable, "-c", _RUN, "serve", "--store", store, "--port", "0", "--no-auth"]
        call += ["--uploads", f"{folder}/uploads"]
        with log.open("w") as out, subprocess.Popen(call, stdout=out, stderr=out) as server:
            try:
                url = _ready(log, server)
                print(f"serve, ready: peak {_peak(server.pid)} MB", flush=True)
                body = json.dumps({"id": str(time.time_ns()), "text": "小区门口的路灯坏了三天，没有人来修。"}).encode()
                urlopen(Request(f"{url}/v1/reports", body, {"content-type": "application/json"})).read()
                for path in ("/v1/reports?limit=100", "/v1/issues?limit=100", "/", "/issues", "/map"):
                    urlopen(url + path).read()
                print(f"serve, a report stored and pages read: peak {_peak(server.pid)} MB", flush=True)
            finally:
                server.terminate()


def _ready(log: Path, server: subprocess.Popen[bytes]) -> str:
    while server.poll() is None:
        time.sleep(0.2)
        if found := re.search(r"running on (http://[\d.:]+)", log.read_text()):
            try:
                urlopen(f"{found[1]}/readyz").close()
            except HTTPError:
                continue
            return found[1]
    raise SystemExit(f"the service did not start: {log.read_text()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs="*", default=[])
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--serve", metavar="URL", help="a store; it gains a report")
    given = parser.parse_args()
    for size in given.megabytes:
        tag(size, given.seconds)
    if given.serve:
        serve(given.serve)


if __name__ == "__main__":
    main()
