"""Why a report went to its issue, as it is told when it is ingested, and kept with it."""

from __future__ import annotations

from typing import Any

from nlp import Link


def told_why(link: Link, content: str, shown: str) -> dict[str, Any]:
    """The public object `why` of `minqing ingest`.

    shown: the report's content, masked or not, as long as `content`; shared phrases are told as they stand there.
    """
    starts = [content.index(phrase) for phrase in link.shared]
    return {
        "report": link.report,
        "score": round(link.score, 4),
        "threshold": round(link.threshold, 4),
        "shared": [shown[at : at + len(phrase)] for at, phrase in zip(starts, link.shared, strict=True)],
        "copy_of": link.copy_of,
        "other": None if link.other is None else {"issue": link.other[0], "score": round(link.other[1], 4)},
    }
