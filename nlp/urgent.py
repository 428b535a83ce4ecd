"""Reasons to act at once, each with the words that say so: stop_payment, danger, minor, fire_gas.

A wrong alarm costs a desk's attention: what is past, feared, general or told of a court case raises none. The rules
are in `alarms` and `stop_payment`. Offsets are those of the raw text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import islice
from typing import Any

from nlp.alarms import ALARMS, OVER, Alarm
from nlp.entity import Entity
from nlp.normalise import Normal
from nlp.stop_payment import Told, is_recent, recent_transfers

_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Urgency:
    """A reason to act at once, and `[start, end)` of the raw text that says so.

    `payee` is the span of the account, card or platform that a transfer went to.
    """

    reason: str
    start: int
    end: int
    payee: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """The public object; `payee` is there only where one is known."""
        told = {"reason": self.reason, "start": self.start, "end": self.end}
        return told | ({"payee": {"start": self.payee[0], "end": self.payee[1]}} if self.payee else {})


_WORDS: dict[str, frozenset[int]] = {
    word: frozenset(index for index, alarm in enumerate(ALARMS) if word in alarm.words)
    for word in sorted({word for alarm in ALARMS for word in alarm.words}, key=len, reverse=True)
}
_ANY_WORD = re.compile("|".join(map(re.escape, _WORDS)))
_FRAUD_WORD = re.compile("骗|诈|冒充|拉黑|刷单|盗刷|提现|联系不上")
_SENTENCE_END = re.compile("[。！？!?\n]")
#: Places looked at for one alarm, so that time stays linear.
_MOST = 100
_NEAR_BEFORE, _NEAR_AFTER, _SENTENCE = 14, 26, 160


def find_urgent(normal: Normal, entities: Sequence[Entity], received_at: datetime | None) -> tuple[Urgency, ...]:
    """Urgent facts of one report, in order; at most one of a reason."""
    received = received_at
    if received and received.tzinfo:
        received = received.astimezone(_CHINA).replace(tzinfo=None)
    found: dict[str, tuple[int, int, tuple[int, int] | None]] = {}
    text = normal.text
    words = set(_ANY_WORD.findall(text))
    is_fraud = _FRAUD_WORD.search(text) is not None
    if not words and not is_fraud:
        return ()
    told = [_told(normal, entity) for entity in entities]
    if is_fraud:
        for start, end, payee in recent_transfers(text, told, received):
            found["stop_payment"] = (start, end, payee)
    for index in sorted({index for word in words for index in _WORDS[word]}):
        alarm = ALARMS[index]
        if alarm.reason not in found and (span := _raised(alarm, text, told, received)):
            found[alarm.reason] = (*span, None)
    urgent = [
        Urgency(reason, *normal.raw_span(start, end), payee and normal.raw_span(*payee))
        for reason, (start, end, payee) in found.items()
    ]
    return tuple(sorted(urgent, key=lambda urgency: urgency.start))


def _told(normal: Normal, entity: Entity) -> Told:
    """The entity in offsets of the normalised text."""
    start, end = bisect_left(normal.starts, entity.start), bisect_left(normal.starts, entity.end)
    return Told(entity.type, start, end, entity.value)


def _raised(alarm: Alarm, text: str, told: Sequence[Told], received: datetime | None) -> tuple[int, int] | None:
    """The words that raise an alarm, or None."""
    for said in islice(alarm.says.finditer(text), _MOST):
        start, end = said.span()
        first, last = _sentence(text, start, end)
        if alarm.beside:
            near = alarm.beside.search(text, end, min(last, end + _NEAR_AFTER))
            near = near or alarm.beside.search(text, max(first, start - _NEAR_BEFORE), start)
            if not near:
                continue
            start, end = min(start, near.start()), max(end, near.end())
        if alarm.refuses.search(text, first, last):
            continue
        if alarm.requires and not alarm.requires.search(text, max(0, first - _NEAR_BEFORE), last + _NEAR_AFTER):
            continue
        if alarm.is_now and OVER.search(text, last, last + _SENTENCE):
            continue
        times = (e for e in told if e.type == "time" and first <= e.start < last)
        if alarm.is_now and any(is_recent(entity.value, received) is False for entity in times):
            continue
        return start, end
    return None


def _sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a span, within reach."""
    first = max(0, start - _SENTENCE)
    for border in _SENTENCE_END.finditer(text, first, start):
        first = border.end()
    close = _SENTENCE_END.search(text, end, min(len(text), end + _SENTENCE))
    return first, close.start() if close else min(len(text), end + _SENTENCE)
