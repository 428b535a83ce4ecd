"""Where a tagged name ends: a tagger reads character by character and stops one short or one late; words do not.

The rules, each measured on labelled texts: a word that was cut in two is completed (教育|局, 公|路); what only stands
beside a name is cut off (门口, 附近, 职工, 明知); a bracket that opens inside closes inside; numbers of houses go on to
their unit (3栋|2单元); a surname takes its title whole (周书|记), a full name none (李继红|局长); what ends like a
place is one; a place right before an organisation is the beginning of its name (A市|第一医院); a part of a Latin word
names nothing.
Offsets are those of the text that was tagged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from corpora import Span
from nlp.recognise.person import SURNAMES
from nlp.recurring import agree_on_names


def settle_borders(text: str, spans: Iterable[Span]) -> list[Span]:
    """The spans with their ends where words end, in order, none overlapping."""
    settled: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        start = max(_start(text, span), settled[-1].end if settled else 0)
        if start >= span.end or _is_fragment(text, start, span.end):
            continue
        end = _ENDS[span.type](text, start, span.end) if span.type in _ENDS else span.end
        kind = _kind(span.type, text, start, end)
        office = _OFFICE.match(text, end) if kind == "place" else None
        if office:
            kind, end = "org", office.end()
        before = settled[-1] if settled else None
        if kind == "org" and before and before.type == "place" and before.end == start:
            settled[-1] = Span("org", before.start, end)
        else:
            settled.append(Span(kind, start, end))
    return agree_on_names(text, settled)


#: Right behind a place, they make it the name of an organisation.
_OFFICE = re.compile(
    "[一二三四五六七八九民]中(?![队心间学])|[高初]中(?!生)|中学|法院|检察院|公安局|派出所|教育局|管委会|建投"
)
_STATE = "中华人民共和国"


def _start(text: str, span: Span) -> int:
    """Where the name of an organisation begins: with the state's, where that stands before it."""
    stated = span.type == "org" and text.endswith(_STATE, 0, span.start)
    return span.start - len(_STATE) if stated else span.start


#: Last words of a place, whatever the tagger took it for.
_IS_PLACE = re.compile(
    r"(?:[A-Z][0-9]{0,2}[县区]|(?<![超夜])市|小区|花园|广场|公园|[汽火]车站|地铁站|网吧|[村镇乡巷]|(?<!铁)路|街|(?<!频)道|[栋幢号]|单元|水库|路口)\Z"
)


def _kind(kind: str, text: str, start: int, end: int) -> str:
    return "place" if kind == "org" and _IS_PLACE.search(text, max(start, end - 4), end) else kind


_TITLES = re.compile(
    "总经理|董事长|检察官|副(?:局长|市长|县长|主任|总)|书记|秘书|支书|[市县区省镇乡村组厅局处科部院校园行队所站股州会社班连场厂]长|主[任席]"
    "|警官|经理|教[授练]|医[生师]|老[师板]|律师|法官|先生|女士|小姐|师傅|大[爷妈]|阿姨|院士|董事|委员|总监"
)

#: Words that follow a name in a sentence: those that are cut off whenever tagged, and those that must go on.
_AFTER_PERSON = re.compile(
    "[曾犯被将把的和与及等因向从到在说称也又](?!某)"
    "|(?:明知|谎称|伙同|接到|乘机|殴打|呼气|冒充|先后|再次|夫妇|夫妻|兄弟|姐妹|之[女子妻夫]|能够|分别|同志|预谋|教授|局长|主任|通过"
    "|极力|供述|利用)"
)
_TOWARDS_PERSON = 3


#: Numbers of two digits or more are sums and counts; one digit tells apart two of one surname (陈某1).
_NUMBER = re.compile("[0-9]{2}")


def _person_end(text: str, start: int, end: int) -> int:
    number = _NUMBER.search(text, start + 1, end + 1)
    if number:
        return number.start()
    if text[start] in SURNAMES or text[start] in "老小":
        title = _TITLES.match(text, start + 1)
        if title and end <= title.end():
            return title.end()
    for name_end in (start + 2, start + 3):
        title = _TITLES.match(text, name_end) if name_end < end else None
        if title and end <= title.end():
            return name_end
    is_full = end - start >= _TOWARDS_PERSON and text[start] in SURNAMES
    return end - 1 if is_full and _AFTER_PERSON.match(text, end - 1) else end


def _rests(words: str) -> dict[str, list[str]]:
    """What may follow each first part of the words to complete one of them."""
    rests: dict[str, list[str]] = {}
    for word in words.split():
        for size in range(1, len(word)):
            rests.setdefault(word[:size], []).append(word[size:])
    return rests


_PLACE_RESTS = _rests(
    "公路 路口 交汇处 交叉口 小区 水库 高速 居民点 街道 社区 广场 花园 大道 大厦 公寓 单元 "
    "号楼 地铁站 公交车站 火车站 汽车站 商业街 步行街 租车处 工业园 开发区 新区 城区 县城 公园 "
    "酒店 宾馆 商场 市场 大桥 隧道 收费站 出口 入口 家属院 家属楼 别墅 国际城 老街"
)
_ORG_RESTS = _rests(
    "公司 集团 大队 支队 中队 总队 银行 支行 分行 医院 学校 中学 小学 大学 学院 幼儿园 派出所 "
    "委员会 管理局 分局 办事处 办公室 办公厅 物业 电网 基地 中心 法院 检察院 公安局 教育局 政府 "
    "晚报 日报 新闻网 看守所 车管所 合作社 信用社 移动 电信 联通 宾馆 酒店 超市 药店 药房 机关 "
    "市委 县委 区委 省委 州委 事务所 驾校 管理站"
)
#: Characters of the longest first part of a word.
_LONGEST = max(len(part) for rests in (_PLACE_RESTS, _ORG_RESTS) for part in rests)
_BESIDE_PLACE = re.compile(
    "(?:门口|附近|对面|旁边|旁|周边|境内|楼下|等地|等|与|和|及|往|去|某|至|到|的|在|是|这|居民|业主|村民|市民|莫名|直行|精装修?"
    r"|新建|[东西南北]面|警方|房产|男子|女子|地区|方向|进行|部分)\Z"
)
_BESIDE_ORG = re.compile(
    "(?<=公司|银行|安局|育局|法院|察院|医院|学校|中学|小学|儿园|出所|邮局|大队|集团|政府|晚报|日报|支队|中心|分局)"
    "(?:审理?|获悉?|供图?|职工?|员工|民警|干警|领导|申请?|提醒?|侦办?|及|和|与|的|在|讯|柜|边|饭|校|库|鉴|夜|董|新|来|对|将|已"
    r"|工|老师?|学生|门口|有|是|没|不|让)\Z"
)
_NUMBERED = "0123456789栋幢元号期苑园庭区城府郡湾家庄村路巷弄"
_UNIT = re.compile(
    "(?:(?<=[0-9])[0-9]*|[-—]?[0-9A-Za-z]{1,5}|[一二三四五六七八九十]{1,3})"
    "(?:单元|栋|幢|号楼|号|楼|室|房|层|门|座|期|组|弄|米|地块)"
)
_UNITS = 6


def _place_end(text: str, start: int, end: int) -> int:
    end = _completed(text, start, end, _PLACE_RESTS)
    for _ in range(_UNITS):
        unit = _UNIT.match(text, end) if text[end - 1] in _NUMBERED or _is_latin(text[end - 1]) else None
        if not unit:
            break
        end = unit.end()
    end = _closed(text, start, end)
    while beside := _BESIDE_PLACE.search(text, max(start + 1, end - 4), end):
        end = beside.start()
    return end


def _org_end(text: str, start: int, end: int) -> int:
    end = _completed(text, start, end, _ORG_RESTS)
    beside = _BESIDE_ORG.search(text, max(start, end - 6), end)
    return _closed(text, start, beside.start() if beside else end)


_ENDS: dict[str, Callable[[str, int, int], int]] = {"person": _person_end, "place": _place_end, "org": _org_end}


def _completed(text: str, start: int, end: int, rests: dict[str, list[str]]) -> int:
    """Where the longest of the words ends of which a first part closes `text[start:end]`."""
    best = end
    for at in range(max(start, end - _LONGEST), end):
        for rest in rests.get(text[at:end], ()):
            if text.startswith(rest, end):
                best = max(best, end + len(rest))
    return best


def _closed(text: str, start: int, end: int) -> int:
    """One further where a bracket that opens inside closes right behind."""
    inside, after = text[start:end], text[end : end + 1]
    return end + any(close == after and inside.count(open_) > inside.count(close) for open_, close in ("()", "（）"))


def _is_fragment(text: str, start: int, end: int) -> bool:
    """Whether this is a part of a longer word in Latin letters: such a word is not cut, and its parts name nothing."""
    around = text[max(0, start - 1) : end + 1]
    return _LETTERS.fullmatch(text, start, end) is not None and len(_LETTERS.findall(around)[0]) > end - start


_LETTERS = re.compile("[A-Za-z]+")


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
