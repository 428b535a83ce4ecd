"""Whether an amount in 万 or 亿 that names no currency is money: 被骗3万 is, 3万人 and 千万别 are not."""

from __future__ import annotations

import re

#: What 万 and 亿 count when they count no money.
_COUNTED = re.compile(
    r" ?(?:余?[人户名亩平方个份里米吨斤克次家条件套张台辆只头株棵伏度分年天步字粉]"
    r"|[境吉辈颗粒瓶包册本篇首票座间栋岁倍架艘盏]"
    r"|公里|公斤|公顷"
    r"|千瓦|用户|小时|毫|立方|居民|村民|业主|市民|百姓|群众|学生|师生|农民|农村|人民(?!币)|首套|[kK][mM]|㎡|[mM]2|别)"
)
_SPENT = (
    r"骗|损失|亏|[金总差限余全面数保定]额|资金|投资|投入|投了|[款费价值税债薪贷奖利资]|支付|付|交|缴|花|赚|赔|还|贷"
    r"|借|欠|卖|买|挣|收入|收|存"
    r"|拿|转|给|索要|索取|成本|罚|抵|补|涉案|人民币|标底|达到|高达|动辄|获利|盈利|流水|汇|打|充值|取|输|赢|挥霍|消费"
    r"|元|钱|共计|合计|批|算|万|甚至|还有"
)
_SPENDING = re.compile(rf"(?:{_SPENT})[^，。；！？,;!?\n]{{0,8}}\Z")
_OF_MONEY = re.compile(
    r" ?(?:的|多|一?年?的?)?(?:资金|资产|贷款|积蓄|利息|[^，。 ]{0,4}[款费税债](?!率)|血汗钱|本钱|首付|违约金|保证金"
    r"|押金|定金|彩礼|工资|现金|人民币"
    r"|[多]?块)"
)
_BOUNDARY = re.compile(
    r" ?(?:[，。；！？、,;!?.）)”/\n…:]|\Z|左右|以上|以下|上下|不等|的|就|没|被|给|到|某|买|到账|在|想|还|打|转|汇|存"
    r"|对于)"
)
_VAGUE = re.compile(r"[几数上]|[十百千万亿]+\Z")
_REACH = 12


def is_money(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]`, an amount without 元, is money in its place; offsets of the normalised text."""
    written = text[start:end]
    of_money = _OF_MONEY.match(text, end) is not None
    if written in ("万", "亿", "万万") or (not of_money and _COUNTED.match(text, end)):
        return False
    spending = _SPENDING.search(text, max(0, start - _REACH), start) is not None
    if "w" in written or "W" in written:  # also the sign of the watt
        return spending
    if written == "千万":  # also an adverb: 千万别
        return spending and _BOUNDARY.match(text, end) is not None
    if spending or of_money:
        return True
    return _VAGUE.match(written) is None and _BOUNDARY.match(text, end) is not None
