"""Join what the recognisers know with what the encoder tags.

The rule, in order: a checked or valued find (recogniser) outranks a tag that overlaps it; among tags the longer
outranks the shorter; a tag of a type that only recognisers may give (a number without its check) is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable

from nlp.entity import Entity

#: Types whose form can be checked; a tag alone is not enough for them.
CHECKED = frozenset({"phone", "id_card", "bank_card", "email", "plate", "url", "money"})


def merge_entities(recognised: Iterable[Entity], tagged: Iterable[Entity]) -> list[Entity]:
    """Entities that do not overlap, in the order of the text."""
    kept = list(recognised)
    for tag in sorted(tagged, key=lambda e: (e.start - e.end, e.start)):
        if tag.type not in CHECKED and all(tag.end <= e.start or e.end <= tag.start for e in kept):
            kept.append(tag)
    return sorted(kept, key=lambda e: (e.start, e.end))
