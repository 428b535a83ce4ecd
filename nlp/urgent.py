"""Reasons to act at once, each with the span that says so. High precision: a wrong alarm costs a desk's attention."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nlp.analysis import Urgency
from nlp.entity import Entity
from nlp.normalise import Normal


def find_urgent(normal: Normal, entities: Sequence[Entity], received_at: datetime | None) -> tuple[Urgency, ...]:
    """Urgent facts of one report in offsets of the raw text, in order."""
    return ()
