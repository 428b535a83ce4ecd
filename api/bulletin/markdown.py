"""A bulletin as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.bulletin.document import Bars, Block, Bulletin, Paragraph, Source, Table, marks

#: Characters that would mean something to Markdown or HTML, where they come from a report's words.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!])")
#: Characters of the longest bar.
_WIDTH = 30


def to_markdown(bulletin: Bulletin) -> str:
    """The whole text; charts are drawn with blocks of characters."""
    numbers = bulletin.sources()
    lines = [f"# {bulletin.title}", "", _escaped(bulletin.subtitle), ""]
    for section in bulletin.sections:
        lines += [f"## {section.title}", ""]
        for block in section.blocks:
            lines += [*_block(block, numbers), ""]
    lines += ["## 来源", ""]
    lines += [f"- {_escaped(f'[{number}] {source.line()}')}" for source, number in numbers.items()]
    return "\n".join(lines) + "\n"


def _block(block: Block, numbers: dict[Source, int]) -> Iterator[str]:
    if isinstance(block, Paragraph):
        said = "".join(_escaped(s.text + marks(s.sources, numbers)) for s in block.sentences)
        yield f"- {said}" if block.item else said
    elif isinstance(block, Table):
        yield f"**{block.title}**"
        yield ""
        yield _line(list(block.columns))
        yield _line(["---"] * len(block.columns))
        for row in block.rows:
            yield _line([*map(str, row.cells), marks(row.sources, numbers)], escape=True)
    else:
        yield from _bars(block)


def _bars(bars: Bars) -> Iterator[str]:
    most = max(bars.values, default=0) or 1
    yield f"**{bars.title}**"
    yield ""
    yield "```"
    for label, value in zip(bars.labels, bars.values, strict=True):
        yield f"{label:\u3000<6} {'█' * round(value / most * _WIDTH)} {value}"
    yield "```"


def _line(cells: list[str], *, escape: bool = False) -> str:
    return f"| {' | '.join(map(_escaped, cells) if escape else cells)} |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))
