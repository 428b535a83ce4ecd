"""Which column is which field: common Chinese and English names, and a caller's own mapping."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FIELDS = ("id", "title", "text", "received_at", "channel", "region", "source")

#: Names met in exports of hotlines, message boards and police systems, by field, most specific first.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "留言编号", "工单编号", "工单号", "序号", "报警编号", "案件编号", "流水号"),
    "title": ("title", "标题", "主题", "留言主题", "留言标题", "投诉标题", "工单标题", "来信主题", "诉求标题"),
    "text": (
        *("text", "content", "内容", "正文", "留言详情", "留言内容", "投诉内容", "诉求内容", "反映内容", "举报内容"),
        *("工单内容", "来信内容", "问题描述", "报警内容", "简要案情", "详情", "短信内容", "message"),
    ),
    "received_at": (
        *("received_at", "时间", "留言时间", "投诉时间", "来电时间", "受理时间", "报警时间", "接收时间", "提交时间"),
        *("创建时间", "日期", "time", "date"),
    ),
    "channel": ("channel", "渠道", "来源渠道", "受理渠道", "诉求渠道"),
    "region": ("region", "区域", "地区", "所属区域", "行政区划", "辖区", "区县"),
    "source": ("source", "来源", "数据来源", "平台"),
}


class HeaderError(ValueError):
    """No column could be read as text; the message names the columns seen and the way to mend it."""


def map_headers(columns: Iterable[str], mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """`{field: column}` for the columns that carry a field.

    `mapping` (field → column) outranks the common names. Raises HeaderError where a named column is missing, a field
    is unknown, or neither text nor title is found.
    """
    seen = [c for c in columns if c]
    by_name = {c.strip().lstrip("\ufeff").casefold(): c for c in reversed(seen)}
    found: dict[str, str] = {}
    for field, column in (mapping or {}).items():
        if field not in FIELDS:
            raise HeaderError(f"--map {field}={column}: no field {field!r}; fields are {', '.join(FIELDS)}")
        if column not in seen:
            raise HeaderError(f"--map {field}={column}: no column {column!r}; columns are {_list(seen)}")
        found[field] = column
    for field, names in ALIASES.items():
        if field in found:
            continue
        for name in names:
            known = by_name.get(name.casefold())
            if known is not None and known not in found.values():
                found[field] = known
                break
    if "text" not in found and "title" not in found:
        raise HeaderError(f"no column holds the text; columns are {_list(seen)}; name it with --map text=COLUMN")
    return found


def _list(columns: list[str]) -> str:
    shown = ", ".join(repr(c[:30]) for c in columns[:12])
    return shown + (f" and {len(columns) - 12} more" if len(columns) > 12 else "") if columns else "none"
