"""An entity: a fact found in a text, with its normal form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Types that are personal data and masked unless a role may see them.
PERSONAL = frozenset({"person", "phone", "id_card", "bank_card", "account", "email", "plate"})

TYPES = (
    *("person", "phone", "id_card", "bank_card", "account", "email", "plate"),
    *("url", "app", "money", "time", "place", "org", "drug"),
)


@dataclass(frozen=True, slots=True)
class Entity:
    """`[start, end)` in characters of the raw text; `text` equals `raw[start:end]`.

    `value` is the normal form that `type` calls for: digits (phone, cards), integer fen or
    `{"min", "max"}` (money), ISO 8601 (time), the division path (place), a standard name (drug), or None.
    """

    type: str
    start: int
    end: int
    text: str
    value: Any = None
