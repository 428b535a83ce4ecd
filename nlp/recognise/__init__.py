"""Facts that patterns can prove: each family of recognisers is a table, each recogniser data plus one check."""

from __future__ import annotations

from datetime import datetime

from nlp.entity import PERSONAL, Entity
from nlp.normalise import Normal
from nlp.recognise import account, app, bank_card, digits, email, id_card, person, phone, plate, url
from nlp.recognise.drug import DRUGS
from nlp.recognise.money import MONEY
from nlp.recognise.office import OFFICES
from nlp.recognise.recogniser import Finder, Found, Rank, Recogniser, Table
from nlp.recognise.time import TIME

__all__ = ["FAMILIES", "RULES_VERSION", "Finder", "Found", "Rank", "Recogniser", "Table", "recognise"]

#: Changes whenever a rule does, so that stored analyses tell by which rules they were made.
RULES_VERSION = "8"

#: Who looks at a text. A family of its own making (money, time) needs only `find`.
FAMILIES: tuple[Finder, ...] = (
    Table(digits.PLAIN, (*id_card.PLAIN, *bank_card.PLAIN, *phone.PLAIN)),
    Table(digits.SPOKEN, (*bank_card.SPOKEN, *phone.SPOKEN)),
    Table(digits.WORDED, (*bank_card.WORDED, *phone.WORDED)),
    *(account.NUMBERED, account.NAMED, email.TABLE, plate.TABLE, url.TABLE),
    *(MONEY, TIME, DRUGS, OFFICES, app.TABLE),
    *(person.LABELLED, person.VEILED, person.CONTACT, person.ABOUT),
)


def recognise(
    normal: Normal, received_at: datetime | None = None, *, families: tuple[Finder, ...] = FAMILIES
) -> list[Entity]:
    """Entities in offsets of the raw text, in order, none overlapping.

    Where finds overlap, the better founded wins (`Rank`), then personal data over what is not, then the longer, then
    the earlier.
    """
    found = [find for family in families for find in family.find(normal, received_at)]
    found.sort(key=lambda find: (-find.rank, find.type not in PERSONAL, find.start - find.end, find.start))
    kept: list[Found] = []
    taken = bytearray(len(normal.text)) if found else bytearray()
    for find in found:
        if not any(taken[find.start : find.end]):
            taken[find.start : find.end] = b"\x01" * (find.end - find.start)
            kept.append(find)
    kept.sort(key=lambda find: find.start)
    return [_entity(normal, find) for find in kept]


def _entity(normal: Normal, find: Found) -> Entity:
    start, end = normal.raw_span(find.start, find.end)
    return Entity(find.type, start, end, normal.raw[start:end], find.value)
