"""Small charts as SVG that follows the theme: bars over time, and a line no higher than the text beside it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_SPARK = Markup(
    '<svg class="spark" viewBox="0 0 {width} 20" width="{width}" height="20" role="img" aria-label="{label}">'
    '<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>'
)
_BAR = Markup(
    '<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"><title>{label}：{count}</title></rect>'
)
_BARS = Markup(
    '<svg class="bars" viewBox="0 0 720 130" role="img" aria-label="{label}" preserveAspectRatio="none">{bars}</svg>'
    '<div class="axis"><span>{first}</span><span>最高 {most}</span><span>{last}</span></div>'
)


def spark(counts: Sequence[int], *, width: int = 90) -> Markup:
    """A line over the counts, with their total and peak for who cannot see it."""
    most = max(counts, default=0) or 1
    step = (width - 4) / max(1, len(counts) - 1)
    points = " ".join(f"{2 + i * step:.1f},{18 - 16 * count / most:.1f}" for i, count in enumerate(counts))
    label = f"共 {sum(counts)} 条，最高 {max(counts, default=0)} 条"
    return _SPARK.format(width=width, points=points, label=label)


def bars(labels: Sequence[str], counts: Sequence[int], *, label: str) -> Markup:
    """A bar for each count; hovering tells which."""
    most = max(counts, default=0)
    wide = 720 / max(1, len(counts))
    drawn = Markup("").join(
        _BAR.format(
            x=i * wide + wide * 0.08,
            y=128 - 122 * count / (most or 1),
            width=wide * 0.84,
            height=122 * count / (most or 1) + (1 if count else 0),
            label=name,
            count=count,
        )
        for i, (name, count) in enumerate(zip(labels, counts, strict=True))
    )
    told = f"{label}：共 {sum(counts)} 条，最高 {most} 条"
    return _BARS.format(
        label=told, bars=drawn, first=labels[0] if labels else "", last=labels[-1] if labels else "", most=most
    )
