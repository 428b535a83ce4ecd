"""Which columns a file has and how they would be read, told by a process of its own with bounds on memory and time.

`python -m api.pages.columns PATH` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from api.reading import MEMORY, SECONDS, UnreadableError, without_content
from corpora import HeaderError, InputError
from corpora.importers.headers import map_headers
from corpora.importers.rows import csv_rows, jsonl_rows, txt_rows, xlsx_rows

#: Rows that are shown, and the longest cell, in characters.
SHOWN, CELL = 3, 60

_READERS = {".csv": csv_rows, ".tsv": csv_rows, ".jsonl": jsonl_rows, ".ndjson": jsonl_rows, ".txt": txt_rows}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file, the column that each field would be read from, the first rows, and how many rows."""

    columns: list[str]
    mapping: dict[str, str]
    sample: list[list[str]]
    rows: int


def read_columns(path: Path) -> Columns:
    """Look into a file. Raises UnreadableError, with nothing of the content in its message."""
    call = [sys.executable, "-m", "api.pages.columns", str(path)]
    done = subprocess.run(call, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise UnreadableError("reading it took too much memory or time; split it, or export it as CSV")
    told = json.loads(done.stdout)
    if "failed" in told:
        raise UnreadableError(told["failed"])
    return Columns(**told)


def _main(path: Path) -> dict[str, object]:
    columns: dict[str, None] = {}
    sample: list[dict[str, object]] = []
    count = 0
    with path.open("rb") as stream:
        for row in _READERS.get(path.suffix, xlsx_rows)(stream, path.name):
            count += 1
            if isinstance(row.cells, str):
                continue
            if len(sample) < SHOWN:
                columns |= dict.fromkeys(row.cells)
                sample.append(dict(row.cells))
    try:
        mapping = map_headers(columns)
    except HeaderError:
        # A person will say which column holds the text; the others are told all the same.
        mapping = {field: column for field, column in map_headers([*columns, "text"]).items() if column != "text"}
    cells = [["" if row.get(c) is None else str(row[c])[:CELL] for c in columns] for row in sample]
    return {"columns": list(columns), "mapping": mapping, "sample": cells, "rows": count}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        print(json.dumps(_main(Path(sys.argv[1]))))
    except InputError as error:
        print(json.dumps({"failed": without_content(str(error))}))
