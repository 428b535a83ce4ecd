"""Join what the recognisers know with what the encoder tags.

The rule, in order: a recogniser's find outranks a tag that overlaps it, unless the tag has the same type and holds the
find whole, for then it saw more of the same thing; among tags the longer outranks the shorter; tags of types
that recognisers find better are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nlp.entity import Entity

#: Types that recognisers find better than the tagger does, for their form can be checked; a tag alone is not enough.
CHECKED = frozenset({"phone", "id_card", "bank_card", "email", "plate", "url", "money", "time"})


def merge_entities(recognised: Iterable[Entity], tagged: Iterable[Entity]) -> list[Entity]:
    """Entities that do not overlap, in the order of the text."""
    kept = list(recognised)
    for tag in sorted(tagged, key=lambda e: (e.start - e.end, e.start)):
        if tag.type in CHECKED:
            continue
        touched = [e for e in kept if e.start < tag.end and tag.start < e.end]
        if all(e.type == tag.type and tag.start <= e.start and e.end <= tag.end for e in touched):
            value = next((e.value for e in touched if e.value is not None), None)
            kept = [e for e in kept if e not in touched]
            kept.append(replace(tag, value=value))
    return sorted(kept, key=lambda e: (e.start, e.end))
