"""Rows of a JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """One object a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
