"""Hide personal data and keep every length, so that offsets hold in masked text as in the original.

The only character that masking writes is `*`. What may stay visible is stated per type below and never enough to
tell the whole: of a number at least a third of its digits, and four at least, are hidden.

An identity number with a wrong digit is no entity, for its check fails, but it is hidden all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from nlp.entity import PERSONAL, Entity
from nlp.recognise.digits import HAN


def mask(raw: str, entities: Iterable[Entity]) -> str:
    """`raw` with the personal entities hidden, and whatever repeats one of them elsewhere in the text."""
    personal = [entity for entity in entities if entity.type in PERSONAL]
    shown = list(raw)
    for entity in personal:
        _hide(shown, entity.start, _masked(entity.type, raw[entity.start : entity.end]))
    _hide_repeats(raw, shown, _Secrets(personal))
    return "".join(shown)


def mask_entities(raw: str, entities: Iterable[Entity]) -> list[Entity]:
    """The entities with `text` as it stands in `mask(raw, entities)`, and with values that tell no more than that."""
    entities = list(entities)
    hidden = mask(raw, entities)
    secrets = _Secrets([entity for entity in entities if entity.type in PERSONAL])
    return [
        replace(entity, text=hidden[entity.start : entity.end], value=_masked_value(entity, secrets))
        for entity in entities
    ]


def _keep(characters: Iterable[str], is_payload: Callable[[str], bool], head: int, tail: int) -> str:
    """Hide the payload but for its first `head` and last `tail`; what is no payload (gaps, dashes) stays."""
    characters = list(characters)
    places = [place for place, character in enumerate(characters) if is_payload(character)]
    for place in places[head : max(head, len(places) - tail)]:
        characters[place] = "*"
    return "".join(characters)


def _masked_number(text: str, head: int, tail: int) -> str:
    """Show fewer at both ends where the number is short: a third of it, and four digits, stay hidden."""
    size = sum(map(_is_digit, text))
    room = max(0, min(size - 4, size * 2 // 3))
    while head + tail > room:
        head, tail = (head - 1, tail) if head >= tail else (head, tail - 1)
    return _keep(text, _is_digit, head, tail)


def _masked(kind: str, text: str) -> str:
    match kind:
        case "phone":
            return _masked_number(text, 3, 4)
        case "id_card":
            return _masked_number(text, 3, 2)
        case "bank_card":
            return _masked_number(text, 4, 4)
        case "plate":
            return _keep(text, str.isalnum, 2, 0)
        case "account" | "email":
            return _keep(text, lambda character: character not in "@.-_ ", min(1, len(text) - 1), 0)
        case _:
            return text[:1] + "*" * (len(text) - 1) if len(text) > 1 else "*"


def _is_digit(character: str) -> bool:
    """Any sign that can stand for a digit: of any script, Han numerals, look-alike letters, and marks that hide one."""
    return (character.isalnum() and (not "\u4e00" <= character <= "\u9fff" or character in HAN)) or character in "〇*×●"


def _hide(shown: list[str], start: int, masked: str) -> None:
    for offset, character in enumerate(masked):
        if character == "*":
            shown[start + offset] = "*"


class _Secrets:
    """The strings that must not be seen again, found in time linear in the text however many they are."""

    def __init__(self, personal: Iterable[Entity]) -> None:
        self.types: dict[str, str] = {}
        self._lengths: dict[str, list[int]] = {}
        for entity in personal:
            for text in {entity.text, entity.value if isinstance(entity.value, str) else ""}:
                if len(text) > 1 and re.search(r"\w", text):
                    self.types.setdefault(text, entity.type)
        for text in self.types:
            lengths = self._lengths.setdefault(text[:2], [])
            if len(text) not in lengths:
                lengths.append(len(text))

    def repeats(self, text: str) -> Iterator[tuple[int, str]]:
        """Where in `text` a secret stands, overlapping ones too."""
        if not self.types:
            return
        for start in range(len(text) - 1):
            for length in self._lengths.get(text[start : start + 2], ()):
                if text[start : start + length] in self.types:
                    yield start, text[start : start + length]


#: 18 places with a day of birth, or whatever 身份证 says is such a number.
_MISTYPED = re.compile(
    r"(?<!\d)(?P<dated>[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXxＸ])(?!\d)"
    r"|身份证[^\d\n]{0,8}(?P<told>\d(?:[ -]?[\dXxＸ]){13,19})"
)


def _hide_repeats(text: str, shown: list[str], secrets: _Secrets) -> None:
    for mistyped in _MISTYPED.finditer(text):
        number = mistyped.lastgroup or 0
        _hide(shown, mistyped.start(number), _masked("id_card", mistyped[number]))
    for start, secret in secrets.repeats(text):
        _hide(shown, start, _masked(secrets.types[secret], secret))


def _masked_value(entity: Entity, secrets: _Secrets) -> Any:
    if entity.type in PERSONAL and isinstance(entity.value, str):
        return _masked(entity.type, entity.value)
    return _without(entity.value, secrets)


def _without(value: Any, secrets: _Secrets) -> Any:
    """A value with every secret in it hidden: a link that carries a phone number, an address that names a person."""
    if isinstance(value, str):
        shown = list(value)
        _hide_repeats(value, shown, secrets)
        return "".join(shown)
    if isinstance(value, dict):
        return {key: _without(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_without(item, secrets) for item in value)
    return value
