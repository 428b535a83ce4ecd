"""What we judged of texts that are not ours: verdicts go by a hash of the text, so that no text is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpora.report import Example, Span

_FOLDER = Path(__file__).parent / "judged"


def text_hash(text: str) -> str:
    """What a judged text goes by: the first 16 hex digits of the SHA-256 of its UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def judged_categories(*, held_out: bool = False) -> dict[str, Example]:
    """Categories of judged texts by the text's hash; each example's own text is empty, for the reader to fill in.

    held_out: those judged to calibrate by, which training never reads, instead of those it does.
    """
    return {
        row["text"]: Example("", row["primary"], tuple(row["labels"]), tuple(row["acceptable"]), row["sure"])
        for row in _rows("held_out" if held_out else "categories")
    }


def judged_spans() -> dict[str, tuple[Span, ...]]:
    """Entities of judged texts by the text's hash; spans are characters of the raw text."""
    return {row["text"]: tuple(Span(*span) for span in row["spans"]) for row in _rows("spans")}


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (_FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)
