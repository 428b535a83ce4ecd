"""Persons whom the text itself names as such: a label, then a surname and a given name.

The tagger finds most names; these are the ones that must never depend on it, because a label says what follows:
姓名：李四, 户名王小明, 联系人欧阳芳, 我叫张三丰, 被告人赵某.
Surnames: the commonest 300 or so, single and double, as in the national registers.
"""

from __future__ import annotations

import re

from nlp.recognise.recogniser import Rank, Recogniser, Table

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷"
    "詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司"
    "卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑"
    "迟邝官封谈匡鞠惠荆乐冀郁胥南班储芮楚栗湛蔺奚"
)
_DOUBLE = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|独孤|南宫|西门|轩辕"
#: Labels that a name follows at once, and roles that a name follows only after a colon or a word for "is".
_LABEL = (
    "姓名|户名|联系人|收款人|收款方|开户人|持卡人|法定代表人|法人代表|法人"
    "|本人叫|本人姓名|我叫|他叫|她叫|名叫|名字叫|名字是|叫做"
    "|被告人|嫌疑人|老板叫"
)
_ROLE = (
    "经办人|负责人|举报人|投诉人|报案人|报警人|受害人|被害人|被告|原告|业主|当事人|来电人|反映人|申请人"
    "|借款人|担保人|死者|机主|车主"
)
#: A given name ends before punctuation, a digit, or a word that goes on with the sentence.
_END = (
    r"(?=$|[^\u4e00-\u9fff]|的|在|于|与|和|及|是|向|将|把|被|因|以|用|从|到|说|称|自|已|又|也|同|为|有|来|去|对|打|住|系|男|女|等"
    r"|先生|女士|手机|电话|身份|今年|年龄|现在|欠|驾|骗|让|给|要|家|我|他|她|你|这|那|不|没|一|身)"
)

_NAME = rf"(?:(?:{_DOUBLE})[\u4e00-\u9fff]{{1,2}}?{_END}|[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?{_END})"
_OPEN = r"[ “\"(（]{0,2}"


def _nothing(name: str) -> None:
    """A name has no normal form."""


def _person(pattern: str, rank: Rank) -> Recogniser:
    return Recogniser("person", re.compile(pattern), rank, _nothing, is_number=False)


LABELLED = Table(
    region=re.compile(rf"(?:{_LABEL}|{_ROLE})[:为是叫 “\"(（]{{0,4}}[\u4e00-\u9fff]{{2,6}}"),
    recognisers=(
        _person(rf"(?:{_LABEL})(?::|[为是叫])?{_OPEN}(?P<it>{_NAME})", Rank.LABELLED),
        _person(rf"(?:{_ROLE})(?::|是|叫|为){_OPEN}(?P<it>{_NAME})", Rank.LABELLED),
    ),
)

#: Names that documents have veiled already: 张某, 王某某, 李某1, 李×1, 董某甲.
_VEILED = rf"(?<![0-9.万亿])[{SURNAMES}](?:某某?|×{{1,2}})(?:[0-9]{{1,2}}|[甲乙丙丁戊])?"
VEILED = Table(region=re.compile(_VEILED), recognisers=(_person(_VEILED, Rank.SHAPE),))

#: A full name right before how to reach its bearer: 业主何波军，联系电话.
_FULL = rf"[{SURNAMES}][\u4e00-\u9fff]{{2}}"
_CONTACT = r"[，, ]{0,2}(?:联系)?(?:电话|手机|身份证)"
CONTACT = Table(
    region=re.compile(_FULL + _CONTACT),
    recognisers=(_person(rf"(?<![0-9千万亿])(?P<it>{_FULL})(?={_CONTACT})", Rank.SHAPE),),
)

#: Whom a report is about: 反映林某强的问题. What ends like a place or an office is none.
_ABOUT = rf"(?:反映|举报|投诉|控告|检举)(?P<it>{_FULL}(?<![省市县区镇乡村路街界局院校厂站所部店司处队会]))"
_DEED = r"的(?:问题|情况|行为|违法|犯罪)"
ABOUT = Table(
    region=re.compile(_ABOUT + _DEED),
    recognisers=(_person(rf"{_ABOUT}(?={_DEED})", Rank.SHAPE),),
)
