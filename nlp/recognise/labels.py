"""The word before a number that says what the number is: 电话, 卡号, 订单号.

The nearest label of the same clause counts, wherever one stands in the last characters before the number. A comma ends
its reach, a 、 between two numbers hands it on (电话：8888123、8888124).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: How far a label reaches, in characters.
REACH = 24

#: What has a number of its own that is no entity: 订单号, 合同编号, 发票代码.
_THINGS = (
    "订单|单据|快递|物流|运单|货运|包裹|流水|交易|凭证|商户|门店|商品|案件|立案|报案|案|受理|登记|注册|备案|合同|协议|批准|批|文"
    "|公告|许可证|执照|证书|资格证|产权证|房产证|不动产证|行驶证|驾驶证|档案|学籍|学|工|准考证|发票|票|保单|税|户|电表|水表|燃气|电"
    "|设备|机身|发动机|电机|车架|产品|型|序列|批次|物料|项目|工单|信件|来信|留言|回复|帖子|会员|会员卡|社保|社保卡|医保|公积金"
    "|电话卡|SIM卡|地块|宗地|房|门牌|期|排队|取件|兑换|邀请|推荐"
)
_CARDS = "银行|储蓄|信用|借记|贷记|工行|农行|建行|中行|交行|招行|邮政|邮储|工资|银联"

_NAMES = {
    "other": (
        rf"(?:{_THINGS})(?:编号|编码|单号|代码|代号|号码|号|证号|码)(?![0-9]{{0,3}}[年月日])"
        "|手机串号|串号|社会信用代码|信用代码|机构代码|组织代码|税务登记|代码|编码|编号|单号|文号|案号|识别码|识别号|序列号|条形码|条码"
        "|验证码|校验码|取件码|邀请码|机器码|密码|字第|第(?=[0-9])|邮编|时间戳|面积|金额|总价"
        r"|IMEI|imei|UID|uid|ICP备|icp备|No\.|NO\."
    ),
    "id": r"(?:居民|公民)?身份(?:证件?|号)?(?:号码|编号|证号|号)?|证件号码?|[Ii][Dd][Cc]ard|sfz|SFZ",
    "card": rf"(?:{_CARDS}|收款)?卡(?:的?卡?号码?|号码?|:)|(?:{_CARDS})卡|card",
    "bank_account": (
        "(?:银行|对公|收款|汇款|开户|基本|公司|单位|个人|转入|转出|他的|其)?(?:账户|帐户|账号|帐号|户头)(?:号码|号)?"
        "|户名|开户行|存折号?"
    ),
    "pay": "转账|转帐|汇款|汇入|汇到|汇至|转到|转至|转入|打到|打款|存入|付款|收款|银行|支行",
    "account": (
        r"(?:微信|[微vV]心|[vV]信|QQ|qq|扣扣|企鹅|支付宝|抖音|快手|陌陌|[Tt]elegram|淘宝|微博|钉钉)"
        r"(?:好友)?(?:账号|帐号|号码|号|[Ii][Dd])?"
        r"|(?<![A-Za-z])(?:[vw]x|[VW]X|[Ww]e[Cc]hat|TG|tg)(?![A-Za-z])"
    ),
    "phone": (
        "(?:手机|电话|联系|移动|座机|固话|热线|客服|传真|本机|来电|预留|服务)号码?|手机|电话|致电|来电|去电|座机|固话|传真|热线|客服"
        "|拨打|拨通|拨|打给|回拨|请回|接到|号码|联系|咨询|短信|[Tt][Ee][Ll]|[Pp]hone|[Mm]obile|[Ff]ax|[Cc]all|☎|📞|📱"
    ),
    "plate": "车牌号?码?|牌照|号牌|牌号|驾驶",
}
_LABEL = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _NAMES.items()))

_CLAUSE_END = re.compile(r"[。；;！!？?\n]")
_LEAD_IN = " :：,，\"“‘'(（【[<《—-=+*"

#: Latin letters may follow a number directly where they open the next label.
_NEXT_LABEL = re.compile(r"(?i:qq|wx|vx|wechat|weixin|tel|e-?mail|v信|v心|微信)")
_UNIT = re.compile(r"[元万亿千百块圆％%㎡]|美元|人民币|平方|\.[0-9]{1,2}(?![0-9])|-[0-9]")
#: A number behind one of these is the rest of a serial number (SN13800138000); behind small letters it is not.
_SERIAL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_NUMBER_GLUED = re.compile(r"(?:[0-9][-.]|[¥￥$]|第) ?\Z")


@dataclass(frozen=True, slots=True)
class Label:
    """The label that governs a number, and where it ends."""

    name: str
    end: int


def label_before(text: str, start: int) -> Label | None:
    """The nearest label in the clause before `start`, or None."""
    first = max(0, start - REACH)
    before = text[first:start]
    clause = 0
    for border in _CLAUSE_END.finditer(before):
        clause = border.end()
    said = before.rstrip(_LEAD_IN)
    comma = max(said.rfind("，"), said.rfind(","))
    if said and said[-1] in "0123456789*" and before[len(said) :].lstrip(" ")[:1] in ("，", ","):
        return None  # the label belonged to the number before the comma
    clause = max(clause, comma + 1)
    labels = [Label(found.lastgroup or "", found.end()) for found in _LABEL.finditer(text, first + clause, start)]
    return labels[-1] if labels else None


def stands_alone(text: str, start: int, end: int, label: Label | None) -> bool:
    """Whether a number is whole: not glued to a word, to a unit, to a currency sign, to a longer number."""
    before = text[start - 1] if start else ""
    if before and before in _SERIAL and not (label and label.end == start):
        return False
    after = text[end : end + 1]
    if (after == "_" or (after.isascii() and after.isalpha())) and not _NEXT_LABEL.match(text, end):
        return False
    return not _UNIT.match(text, end) and not _NUMBER_GLUED.search(text, max(0, start - 3), start)
