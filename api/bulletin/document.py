"""What a bulletin is before it is written in any format: sections of sentences, tables and charts, with sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

#: What is told one by one of a kind, at most: no one reads more.
MOST = 20


@dataclass(frozen=True, slots=True)
class Source:
    """The reports that a sentence or a row rests on: what they are, and their keys."""

    what: str
    reports: tuple[str, ...]

    def line(self) -> str:
        """`本周报告（2 条）：a、b`."""
        return f"{self.what}（{len(self.reports)} 条）：{'、'.join(self.reports)}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence; without sources it speaks of the method, or of there being nothing."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences in a row; `item` sets it as one of a list."""

    sentences: tuple[Sentence, ...]
    item: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of a table; numbers stay numbers."""

    cells: tuple[str | int, ...]
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title and a header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The header with the column that leads to the sources."""
        return (*self.header, "来源")


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart: a value for each label."""

    title: str
    labels: tuple[str, ...]
    values: tuple[int, ...]


Block = Paragraph | Table | Bars


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A bulletin: title, a line below it, sections."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]

    def sources(self) -> dict[Source, int]:
        """Every source once, numbered from 1 in the order of its first use."""
        found: dict[Source, int] = {}
        for section in self.sections:
            for source in _sources(section):
                found.setdefault(source, len(found) + 1)
        return found


def marks(sources: tuple[Source, ...], numbers: dict[Source, int]) -> str:
    """The marks that lead from a sentence or a row to its sources: `[1][3]`."""
    return "".join(f"[{numbers[source]}]" for source in sources)


def _sources(section: Section) -> Iterator[Source]:
    for block in section.blocks:
        if isinstance(block, Paragraph):
            for sentence in block.sentences:
                yield from sentence.sources
        elif isinstance(block, Table):
            for row in block.rows:
                yield from row.sources
