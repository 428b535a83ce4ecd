"""A bulletin as a Word document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from api.bulletin.document import Bars, Block, Bulletin, Paragraph, Source, Table, marks
from api.bulletin.docx_chart import add_bars

#: What Chinese offices have installed; a reader without it takes its own.
_FONT = "宋体"
#: Of a table, in centimetres.
_WIDTH = 15.2


def write_docx(bulletin: Bulletin, out: Path) -> None:
    """Write the document."""
    numbers = bulletin.sources()
    document = Document()
    for style in ("Normal", "Title", "Heading 1", "List Bullet"):
        _chinese(document.styles[style])
    document.add_heading(bulletin.title, level=0)
    document.add_paragraph(bulletin.subtitle)
    for section in bulletin.sections:
        document.add_heading(section.title, level=1)
        for block in section.blocks:
            _block(document, block, numbers)
    document.add_heading("来源", level=1)
    for source, number in numbers.items():
        _small(document.add_paragraph().add_run(f"[{number}] {source.line()}"))
    document.core_properties.title = bulletin.title
    document.core_properties.author = "minqing"
    document.save(str(out))


def _block(document: Any, block: Block, numbers: dict[Source, int]) -> None:
    if isinstance(block, Paragraph):
        paragraph = document.add_paragraph(style="List Bullet" if block.item else None)
        for sentence in block.sentences:
            paragraph.add_run(sentence.text)
            paragraph.add_run(marks(sentence.sources, numbers)).font.superscript = True
    elif isinstance(block, Table):
        _table(document, block, numbers)
    else:
        _bars(document, block)


def _table(document: Any, table: Table, numbers: dict[Source, int]) -> None:
    document.add_paragraph().add_run(table.title).bold = True
    shown = document.add_table(rows=1, cols=len(table.columns), style="Light Grid Accent 1")
    for cell, name in zip(shown.rows[0].cells, table.columns, strict=True):
        _small(cell.paragraphs[0].add_run(name))
    rows = [(*map(str, row.cells), marks(row.sources, numbers)) for row in table.rows]
    for row in rows:
        for cell, text in zip(shown.add_row().cells, row, strict=True):
            _small(cell.paragraphs[0].add_run(text))
    # A column is as wide as its longest cell asks, within bounds.
    lengths = [min(20, max(4, *map(len, column))) for column in zip(table.columns, *rows, strict=True)]
    for column, length in zip(shown.columns, lengths, strict=True):
        column.width = Cm(_WIDTH * length / sum(lengths))
        for cell in column.cells:
            cell.width = column.width
    document.add_paragraph()


def _bars(document: Any, bars: Bars) -> None:
    document.add_paragraph().add_run(bars.title).bold = True
    add_bars(document, bars)


def _small(run: Any) -> None:
    run.font.size = Pt(9)


def _chinese(style: Any) -> None:
    """Set the font of Chinese characters, which Word keeps apart from that of Latin ones."""
    style.font.name = "Times New Roman"
    style.font.color.rgb = RGBColor(0x1D, 0x27, 0x33)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
