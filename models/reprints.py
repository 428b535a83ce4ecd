"""Which texts say what others said before them, word for word: news is reprinted, complaints are sent again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp import normalise

#: Letters in a row that no two people write by chance.
_RUN = 16


class Reprints:
    """Knows some texts; `text in reprints` where a third of its runs of letters are known, or all of a short one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._runs = {run for text in texts for run in _runs(text)}

    def __contains__(self, text: str) -> bool:
        runs = _runs(text)
        return bool(runs) and 3 * sum(run in self._runs for run in runs) >= len(runs)


def _runs(text: str) -> list[str]:
    letters = re.sub(r"\W", "", normalise(text).text)
    return [letters[i : i + _RUN] for i in range(max(1, len(letters) - _RUN + 1))] if letters else []
