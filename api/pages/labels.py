"""What things are called on pages alone."""

from __future__ import annotations

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
ROLES = {"submitter": "报送", "triage": "分拣", "analyst": "分析", "admin": "管理"}
LINEAGE = {"born": "出现", "merged_into": "并入", "split_from": "拆分自", "moved": "移动自"}
MACHINES = {"linker": "系统归并", "consolidate": "系统整理", "relink": "系统重新归并"}
