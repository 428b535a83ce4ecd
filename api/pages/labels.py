"""What things are called on the pages."""

from __future__ import annotations

from corpora import default_taxonomy, top

ENTITIES = {
    "person": "姓名",
    "phone": "电话",
    "id_card": "身份证",
    "bank_card": "银行卡",
    "account": "账号",
    "email": "邮箱",
    "plate": "车牌",
    "url": "网址",
    "app": "应用",
    "money": "金额",
    "time": "时间",
    "place": "地点",
    "org": "机构",
    "drug": "毒品",
}
URGENT = {"danger": "人身危险", "fire_gas": "火情燃气", "stop_payment": "紧急止付", "minor": "涉未成年人"}
STATUS = {
    "new": "新建",
    "assigned": "已交办",
    "handling": "办理中",
    "concluded": "已办结",
    "reopened": "重新打开",
}
ROLES = {"submitter": "报送", "triage": "分拣", "analyst": "分析", "admin": "管理"}
LINEAGE = {"born": "出现", "merged_into": "并入", "split_from": "拆分自", "moved": "移动自"}
MACHINES = {"linker": "系统归并", "consolidate": "系统整理", "relink": "系统重新归并"}


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
