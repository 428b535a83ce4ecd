"""Read an uploaded file in a process of its own, with bounds on memory and time: whatever it holds, we live on.

`python -m api.reading PATH MAPPING` prints one JSON object a line: a report, a rejected row, or why the file failed.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from corpora import HeaderError, Importer, InputError, Rejected, Report
from corpora.importers.dates import parse_received_at

#: Address space and processor time of the reading process.
MEMORY = 1 << 30
SECONDS = 300


class UnreadableError(Exception):
    """The file cannot be read; the message says why, without any of its content."""


def read_apart(path: Path, mapping: Mapping[str, str]) -> Iterator[Report | Rejected]:
    """The reports and rejected rows of a file, in order. Reasons hold nothing of the rows. Raises UnreadableError."""
    call = [sys.executable, "-m", "api.reading", str(path), json.dumps(dict(mapping))]
    with subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        try:
            yield from _received(child.stdout)
        finally:
            child.kill()


def _received(lines: IO[bytes]) -> Iterator[Report | Rejected]:
    whole = False
    for line in lines:
        (kind, value), *_ = json.loads(line).items()
        if kind == "failed":
            raise UnreadableError(value)
        if kind == "done":
            whole = True
        elif kind == "rejected":
            yield Rejected(**value)
        else:
            yield replace(Report(**value), received_at=parse_received_at(value["received_at"]))
    if not whole:
        raise UnreadableError("reading it took too much memory or time; split it, or export it as CSV")


def without_content(reason: str) -> str:
    """A reason without what it quotes: no value of a cell, no name of a column, no long number."""
    return re.sub(r"\d{5,}", "…", re.sub(r"'.*'|\".*\"", "…", reason, flags=re.S))


def _say(kind: str, value: Any) -> None:
    sys.stdout.write(json.dumps({kind: value}) + "\n")


def _main(path: str, mapping: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    name = Path(path).name

    def reject(rejected: Rejected) -> None:
        _say("rejected", asdict(replace(rejected, file="", reason=without_content(rejected.reason))))

    try:
        for report in Importer(json.loads(mapping), reject).read(path):
            received = report.received_at
            _say("report", asdict(report) | {"received_at": received.isoformat() if received else None})
    except (InputError, HeaderError) as error:
        _say("failed", without_content(str(error).replace(path, name).removeprefix(f"{name}: ")))
    else:
        _say("done", None)


if __name__ == "__main__":
    _main(*sys.argv[1:])
