"""A bulletin as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from api.bulletin.document import Bars, Block, Bulletin, Paragraph, Section, Source, Table

_STYLE = """
body{font-family:"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;max-width:52rem;margin:2rem auto;
padding:0 1rem;line-height:1.7;color:#1d2733}
h1{text-align:center;margin-bottom:0}.subtitle{text-align:center;color:#5a6775}
h2{border-bottom:2px solid #1f5fa8;padding-bottom:.2rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;font-weight:bold;padding:.4rem 0}
th,td{border:1px solid #cfd8e3;padding:.25rem .5rem;text-align:left}th{background:#eaf1f9}td.n{text-align:right}
sup a{text-decoration:none;color:#1f5fa8}.sources{font-size:.8rem;color:#5a6775;word-break:break-all}
@media screen{section{content-visibility:auto;contain-intrinsic-size:auto 40rem}
.sources li{content-visibility:auto;contain-intrinsic-size:auto 3em}}
svg{width:100%;height:auto}svg rect{fill:#1f5fa8}svg text{font-size:11px;text-anchor:middle;fill:#1d2733}
""".strip()

_HEIGHT, _STEP, _BAR = 160, 48, 30


def to_html(bulletin: Bulletin) -> str:
    """The whole page."""
    return "".join((begin_html(bulletin.title, bulletin.subtitle), *end_html(bulletin)))


def begin_html(title: str, subtitle: str) -> str:
    """The page as far as it is known before the bulletin is: to the line below its title."""
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    begun = f'<h1>{escape(title)}</h1>\n<p class="subtitle">{escape(subtitle)}</p>\n'
    return f'<!DOCTYPE html>\n<html lang="zh-CN"><head>{head}</head>\n<body>\n{begun}'


def end_html(bulletin: Bulletin) -> Iterator[str]:
    """The rest of the page: its sections, then their sources, which are many times as long."""
    numbers = bulletin.sources()
    yield "".join(_section(section, numbers) for section in bulletin.sections)
    listed = (f'<li id="s{number}">{escape(source.line())}</li>\n' for source, number in numbers.items())
    yield f'<section><h2>来源</h2><ol class="sources">\n{"".join(listed)}</ol></section>\n</body></html>\n'


def _section(section: Section, numbers: dict[Source, int]) -> str:
    blocks = "\n".join(line for block in section.blocks for line in _block(block, numbers))
    return f"<section><h2>{escape(section.title)}</h2>\n{blocks}\n</section>\n"


def _block(block: Block, numbers: dict[Source, int]) -> Iterator[str]:
    if isinstance(block, Paragraph):
        said = "".join(escape(s.text) + _links(s.sources, numbers) for s in block.sentences)
        yield f"<ul><li>{said}</li></ul>" if block.item else f"<p>{said}</p>"
    elif isinstance(block, Table):
        head = "".join(f"<th>{escape(name)}</th>" for name in block.columns)
        yield f"<table><caption>{escape(block.title)}</caption><tr>{head}</tr>"
        for row in block.rows:
            cells = "".join(
                f'<td class="n">{cell}</td>' if isinstance(cell, int) else f"<td>{escape(cell)}</td>"
                for cell in row.cells
            )
            yield f"<tr>{cells}<td>{_links(row.sources, numbers)}</td></tr>"
        yield "</table>"
    else:
        yield _svg(block)


def _links(sources: tuple[Source, ...], numbers: dict[Source, int]) -> str:
    return "".join(f'<sup><a href="#s{numbers[s]}">[{numbers[s]}]</a></sup>' for s in sources)


def _svg(bars: Bars) -> str:
    most = max(bars.values, default=0) or 1
    drawn = []
    for place, (label, value) in enumerate(zip(bars.labels, bars.values, strict=True)):
        middle, height = place * _STEP + _STEP // 2, round(value / most * _HEIGHT)
        top = _HEIGHT + 20 - height
        drawn.append(f'<rect x="{middle - _BAR // 2}" y="{top}" width="{_BAR}" height="{height}"/>')
        drawn.append(f'<text x="{middle}" y="{top - 5}">{value}</text>')
        drawn.append(f'<text x="{middle}" y="{_HEIGHT + 36}">{escape(label)}</text>')
    width = _STEP * len(bars.labels)
    title = escape(bars.title)
    box = f'viewBox="0 0 {width} {_HEIGHT + 44}" role="img" aria-label="{title}"'
    return f"<figure><figcaption>{title}</figcaption><svg {box}>{''.join(drawn)}</svg></figure>"
