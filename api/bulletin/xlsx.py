"""A bulletin as a workbook: the text, each table and chart on its sheet, and every source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter

from api.bulletin.document import Bars, Bulletin, Paragraph, Source, Table, marks

#: Longest text that a cell takes.
_CELL = 32_000
_A4 = 9
_WRAPPED = {"text_wrap": True, "valign": "top"}


def write_xlsx(bulletin: Bulletin, out: Path) -> None:
    """Write the workbook; what is text stays text, whatever it looks like."""
    numbers = bulletin.sources()
    with xlsxwriter.Workbook(str(out), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format(_WRAPPED)
        text = book.add_worksheet("简报")
        text.set_column(0, 0, 100)
        text.set_paper(_A4)
        text.fit_to_pages(1, 0)
        lines = [(bulletin.title, bold), (bulletin.subtitle, wrapped)]
        for section in bulletin.sections:
            lines.append((section.title, bold))
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    said = "".join(s.text + marks(s.sources, numbers) for s in block.sentences)
                    lines.append((said, wrapped))
                elif isinstance(block, Table):
                    _table(book, block, numbers, bold)
                else:
                    _bars(book, block, bold)
        for row, (line, form) in enumerate(lines):
            text.write_string(row, 0, line[:_CELL], form)
        _sources(book, numbers, bold)


def _table(book: Any, table: Table, numbers: dict[Source, int], bold: Any) -> None:
    sheet = book.add_worksheet(table.title[:31])
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, bold)
    for line, row in enumerate(table.rows, 1):
        for column, cell in enumerate((*row.cells, marks(row.sources, numbers))):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_string(line, column, cell[:_CELL])
    sheet.freeze_panes(1, 0)
    sheet.autofit()


def _bars(book: Any, bars: Bars, bold: Any) -> None:
    sheet = book.add_worksheet(bars.title[:31])
    sheet.write_row(0, 0, ("日期", "条数"), bold)
    for line, (label, value) in enumerate(zip(bars.labels, bars.values, strict=True), 1):
        sheet.write_string(line, 0, label)
        sheet.write_number(line, 1, value)
    chart = book.add_chart({"type": "column"})
    last = len(bars.values)
    name = sheet.get_name()
    chart.add_series({"categories": [name, 1, 0, last, 0], "values": [name, 1, 1, last, 1], "name": bars.title})
    chart.set_legend({"none": True})
    sheet.insert_chart("D2", chart)


def _sources(book: Any, numbers: dict[Source, int], bold: Any) -> None:
    """A line for each report of each source: keys are text, long numbers lose no digits."""
    sheet = book.add_worksheet("来源")
    for column, name in enumerate(("来源", "说明", "报告编号")):
        sheet.write_string(0, column, name, bold)
    line = 1
    for source, number in numbers.items():
        for key in source.reports:
            sheet.write_number(line, 0, number)
            sheet.write_string(line, 1, source.what)
            sheet.write_string(line, 2, key)
            line += 1
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 2, 36)
