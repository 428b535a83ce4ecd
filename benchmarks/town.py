"""Reports of a made-up country in ordinary complaint language, with a known truth, as many as asked for.

Of five problems two are of one estate; a problem is told by five people on average, in other words and with other
details. Vectors are stand-ins, not the encoder's, but spread as those of a real board are: about a common direction,
most of the variance in a few dozen dimensions, two reports of a problem at a cosine of 0.9, two strangers at 0.55.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from corpora import Report
from nlp import Incoming

#: Reports of a problem on average.
VOICES = 5
#: Length of what all vectors share; shares of the rest's variance that a problem and a report make.
_COMMON, _PROBLEM, _REPORT = 0.73, 0.77, 0.23
_HAN = "东南西北明华长春江海金玉龙凤山水云月星光安平福康乐和兴盛嘉美丽锦绣文景新城泰天润阳林湖翠竹梅兰桂枫桃李柳松柏石"
_KINDS = ("小区", "花园", "公寓", "家园", "广场", "中学", "小学", "医院", "市场", "村")
_WHERE = ("楼下", "门口", "东门", "地下车库", "一期", "二期", "三栋", "旁边的工地", "对面", "北侧马路")
#: Category, and several wordings of each.
_TROUBLES = (
    ("service.environment", "烧烤摊油烟扰民", "烧烤店的油烟天天往家里灌", "夜宵摊油烟太大"),
    ("hazard.utility", "路灯全部不亮", "路灯坏了一片漆黑", "晚上没有路灯"),
    ("dispute.property_management", "电梯反复故障", "电梯三天两头坏", "电梯困人没人修"),
    ("hazard.road", "污水井盖破损", "井盖坏了一个大洞", "窨井盖缺失很危险"),
    ("service.environment", "夜间施工噪音", "工地半夜还在打桩", "通宵施工吵得睡不着"),
    ("service.urban_rural", "垃圾长期无人清运", "垃圾堆成山发臭", "生活垃圾没人清理"),
    ("dispute.housing", "停车位捆绑销售", "买房强制搭售车位", "车位只卖不租"),
    ("dispute.property_management", "物业乱收费", "物业费私自涨价", "物业多收公摊电费"),
    ("dispute.neighbour", "广场舞声音太大", "跳广场舞的音响震天", "广场舞噪音扰民"),
    ("service.urban_rural", "违章搭建无人拆除", "顶楼私自加盖", "违建一直没有拆"),
    ("hazard.utility", "水压太低经常停水", "三天两头停水", "自来水压力不够"),
    ("service.transport", "公交线路太少", "等一趟公交要四十分钟", "没有直达的公交车"),
    ("dispute.housing", "房产证一直办不下来", "交房多年办不了不动产证", "开发商拖着不办房产证"),
    ("service.education", "强制补课收费", "周末补课还要交钱", "违规有偿补课"),
    ("dispute.labour", "拖欠农民工工资", "干了半年活不发工资", "包工头欠薪跑了"),
    ("gambling.gathering", "麻将馆通宵营业", "麻将声吵到凌晨", "居民楼里开麻将馆"),
    ("hazard.fire", "消防通道被占", "消防车道停满私家车", "安全出口堆满杂物"),
    ("dispute.housing", "墙面渗水开裂", "外墙漏水墙皮脱落", "新房墙体裂缝"),
    ("service.education", "幼儿园学位不够", "孩子上不了公办幼儿园", "幼儿园报不上名"),
    ("service.urban_rural", "绿化被毁改车位", "草坪铲了画停车位", "砍树建停车场"),
)
_TITLES = ("{}{}{}", "关于{}{}{}的投诉", "{}{}{}，请有关部门处理", "请问{}{}{}什么时候有人管", "反映{}{}{}问题")
#: What a sentence is made of: seldom the same in two reports.
_SENTENCES = (
    "{when}{who}{did}，{harm}。",
    "{harm}，{when}给{who}打过电话，{did}。",
    "我在这里住了{n}年，{when}{harm}，{ask}。",
    "{n}户邻居联名找{who}，{did}，{ask}。",
    "{when}有{n}个人为这事去了{who}，{ask}。",
    "{who}{did}，前后拖了{n}个月，{harm}。",
)
_WORDS = {
    "when": (
        "上个月",
        "前天晚上",
        "去年冬天",
        "开春以来",
        "每天凌晨",
        "一到周末",
        "这几年",
        "国庆前后",
        "下雨天",
        "搬来那天",
    ),
    "who": ("物业", "居委会", "街道办", "城管队", "开发商", "网格员", "派出所", "环保局", "热线", "业委会"),
    "did": (
        "看过一眼",
        "拍照就走",
        "说在协调",
        "互相推诿",
        "贴了张纸",
        "没人接听",
        "让我们等",
        "开过一次会",
        "口头答应",
        "要我们举证",
    ),
    "harm": (
        "老人睡不着",
        "孩子不敢走",
        "窗户不敢开",
        "有人摔伤了",
        "生意做不成",
        "车子进不来",
        "上班总迟到",
        "满屋都是味",
        "墙都震裂了",
        "钱也退不回",
    ),
    "ask": (
        "请查实",
        "盼回复",
        "求个说法",
        "请到现场看看",
        "希望整改",
        "该谁负责",
        "请给期限",
        "望尽快解决",
        "别再拖了",
        "请依法处理",
    ),
}


def town(size: int, *, width: int) -> Iterator[tuple[int, Incoming]]:
    """(problem, report), the same in every run, of vectors so wide; a longer town begins with the shorter one."""
    rng, noise = random.Random(7), np.random.default_rng(7)
    common, axes = _axes(width)
    problems = 0
    for number in range(size):
        problem = rng.randrange(problems * VOICES // (VOICES - 1) + 1)
        if problem >= problems:
            problem, problems = problems, problems + 1
        category, title, trouble = _headline(problem, rng)
        body = "".join(_sentence(rng) for _ in range(rng.randint(1, 5)))
        own = np.sqrt(_PROBLEM) * np.random.default_rng(problem).normal(size=width)
        vector = common + (own + np.sqrt(_REPORT) * noise.normal(size=width)).astype(np.float32) @ axes
        unit = vector / np.linalg.norm(vector)
        report = Report(f"r{number}", f"{trouble}。{body}", title, _when(problem, rng))
        yield problem, Incoming(f"i{number}", report, unit, category)


def _when(problem: int, rng: random.Random) -> datetime:
    """Some day of the two months in which a problem is told of, in one of ten years, as on a board that lasts."""
    began = random.Random(problem).randrange(3600)
    return datetime(2014, 1, 1, tzinfo=UTC) + timedelta(days=began + rng.randrange(60), minutes=rng.randrange(1440))


def _sentence(rng: random.Random) -> str:
    words = {name: rng.choice(choices) for name, choices in _WORDS.items()}
    return rng.choice(_SENTENCES).format(n=rng.randint(2, 30), **words)


def _axes(width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What all vectors share, and orthogonal axes, (width, width), as long as the variance along them asks."""
    rotation = np.linalg.qr(np.random.default_rng(7).normal(size=(width, width)))[0]
    lengths = (np.arange(width) + 5.0) ** -0.85
    lengths *= np.sqrt(1 - _COMMON**2) / np.linalg.norm(lengths)
    common = np.full(width, _COMMON / np.sqrt(width))
    return common.astype(np.float32), (rotation * lengths[:, None]).astype(np.float32)


def _headline(problem: int, rng: random.Random) -> tuple[str, str, str]:
    """(category, title, how the text tells the trouble), by one of a problem's voices."""
    second = problem % 5 == 1
    estate = random.Random(problem - second)
    name = "".join(estate.choices(_HAN, k=3)) + estate.choice(_KINDS)
    category, *wordings = _TROUBLES[(estate.randrange(len(_TROUBLES)) + 7 * second) % len(_TROUBLES)]
    where = random.Random(problem).choice(_WHERE) if rng.random() < 0.5 else ""
    title = rng.choice(_TITLES).format(name, where, rng.choice(wordings))
    return category, title, f"{name}{rng.choice(wordings)}"
