"""What things are called in Chinese, on pages and in bulletins alike."""

from __future__ import annotations

from corpora import default_taxonomy, top

URGENT = {"danger": "人身危险", "fire_gas": "火情燃气", "stop_payment": "紧急止付", "minor": "涉未成年人"}
STATUS = {
    "new": "新建",
    "assigned": "已交办",
    "handling": "办理中",
    "concluded": "已办结",
    "reopened": "重新打开",
}


def category_name(category: str) -> str:
    """`诈骗 / 刷单返利`, `诈骗` for level 1; the id where the taxonomy does not have it."""
    taxonomy = default_taxonomy()
    if category not in taxonomy:
        return category
    name = taxonomy[category].name
    return name if category == top(category) else f"{taxonomy[top(category)].name} / {name}"


def short_name(category: str) -> str:
    """The name of the last level alone."""
    taxonomy = default_taxonomy()
    return taxonomy[category].name if category in taxonomy else category
