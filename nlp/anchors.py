"""What a report names: districts, and the estates, roads, schools, firms that tell one problem's place from another's.

Rules alone, so that a short message without a tagger has anchors too; entities of the tagger are added where given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.entity import Entity

#: Types of entity that name one thing in the world.
NAMING = frozenset({"place", "org", "app", "url", "phone", "plate", "account", "bank_card"})

#: Words in front of a name or behind it that are not part of it.
_FILLER = re.compile(
    r"投诉|反映|反应|关于|请求|咨询|举报|建议|希望|请问|位于|坐落|询问|强烈|恳请|恳求|呼吁|质疑|要求|请|我是|我们|附近|旁边|对面|周边|楼下|"
    r"门口|业主|居民|村民|领导|政府|书记|市长|区长|县长|本人|尊敬|您好|你好|的|在|是|了|吗|被|把|让|给|由|从|到|至|与|及|对|为|有"
)
_SUFFIX = (
    "小区|社区|花园|花苑|家园|公寓|公馆|山庄|广场|大厦|大楼|中心|国际|新城|名邸|名都|安置区|步行街|工业园|产业园|开发区|度假区|公园|"
    "街道|大道|公路|高速|大桥|立交|隧道|号线|路口|水库|市场|超市|商场|商城|酒店|宾馆|饭店|餐馆|会所|网吧|驾校|"
    "幼儿园|小学|中学|学校|学院|大学|一中|二中|三中|附中|医院|卫生院|诊所|公司|集团|银行|平台|俱乐部|"
    "苑|园|城|府|庭|湾|郡|居|轩|阁|墅|里|邸|村|镇|乡|组|屯|寨|路|街|巷|弄|桥|河|湖|站|厂|矿|店|院"
)
_NAME = re.compile(rf"[\u4e00-\u9fffA-Za-z0-9]{{1,7}}?(?:{_SUFFIX})(?![\u4e00-\u9fff]{{0,1}}(?:问题))")
_DISTRICT = re.compile(r"([A-Z])(\d{0,2})(?=[市区县])|([\u4e00-\u9fff]{2,3}?)(市|区|县|旗|州)")
#: What ends like a district and is none.
_NO_DISTRICT = re.compile(
    r".*(?:小|社|学|景|城|片|园|校|郊|库|山|厂|矿|全|我|本|该|各|地|住宅|开发|示范|新|老|辖|灾|疫|牧|林|禁|特|时|专|贵|撤|改|设|"
    r"超|夜|闹|上|集|都|菜|股|房|门|楼|街|商|分|功能|服务|休闲|居住|安置|规划|管理|自治|生活|经济|保护|实验|经开|高新)[市区县州]$"
)


def names(headline: str, entities: Iterable[Entity] = ()) -> tuple[str, ...]:
    """Names in a headline and those the tagger found anywhere, distinct, as written."""
    found: dict[str, None] = {}
    for chunk in _FILLER.split(_DISTRICT_CODE.sub(" ", headline)):
        for match in _NAME.finditer(chunk):
            found[match[0]] = None
    for entity in entities:
        if entity.type in NAMING:
            found[entity.text] = None
    return tuple(found)


def district_codes(headline: str) -> list[str]:
    """Districts as boards write them: A市, A5区."""
    return _DISTRICT_CODE.findall(headline)


_DISTRICT_CODE = re.compile(r"[A-Z]\d{0,2}[市区县]+")


def districts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """(cities, districts or counties) that a text names.

    >>> districts("投诉A市A5区劳动路小区油烟")
    (frozenset({'A市'}), frozenset({'A5'}))
    """
    cities: set[str] = set()
    inner: set[str] = set()
    for letter, number, name, kind in _DISTRICT.findall(text):
        if letter:
            cities.add(letter + "市")
            if number:
                inner.add(letter + number)
        elif not _NO_DISTRICT.match(name + kind):
            (cities if kind in "市州" else inner).add(name[-2:] + kind)
    return frozenset(cities), frozenset(inner)


_DIGITS = str.maketrans("一二三四五六七八九", "123456789")
_NUMBERED = re.compile(r"([A-Z]?\d+|[一二三四五六七八九十]+)(号线|[路期栋号楼组队班届线标])")


def numbered(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """(units that a text counts by, numbers with their unit): what tells 七号线 from 1号线, 三期 from 2期.

    >>> numbered("地铁7号线三期")[1] == {"7号线", "3期"}
    True
    """
    found = [(unit, number.translate(_DIGITS) + unit) for number, unit in _NUMBERED.findall(text)]
    return frozenset(unit for unit, _ in found), frozenset(whole for _, whole in found)
