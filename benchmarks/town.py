"""Reports of a made-up country in ordinary complaint language, with a known truth, as many as asked for.

An estate has two problems; a problem is told by five people on average, in other words and with other details. Vectors
are stand-ins, not the encoder's, but spread as those of a real board are: about a common direction, most of the
variance in a few dozen dimensions, two reports of a problem at a cosine of 0.9, two strangers at 0.55.
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
#: Bounds of the numbers in what is said.
_NUMBERS = {"n": (2, 12), "m": (1, 12), "d": (1, 28), "h": (6, 11), "w": (60, 300)}
_TITLES = ("{}{}{}", "关于{}{}{}的投诉", "{}{}{}，请有关部门处理", "请问{}{}{}什么时候有人管", "反映{}{}{}问题")
_SAID = (
    "我是这里的住户，住了{n}年了。",
    "从{m}月份开始，情况越来越严重。",
    "每天{h}点以后尤其厉害，家里有老人和小孩，根本没法休息。",
    "我们多次找物业反映，物业总说在协调，一直没有结果。",
    "{m}月{d}日打过12345，工单转到街道就没有下文了。",
    "居委会的人来看过一次，拍了照就走了。",
    "已经有{n}户邻居联名签字，要求尽快解决。",
    "之前城管来过，人一走又恢复原样。",
    "这样下去迟早要出事，{d}号晚上就有人差点受伤。",
    "当初买房的时候可不是这么承诺的，一共花了{w}万。",
    "请相关部门实地查看，给我们一个明确的答复。",
    "希望领导重视民生，恳请尽快处理！",
    "到底归哪个部门管？能不能不要互相推诿？",
    "孩子马上要中考，每天睡不到{n}个小时。",
    "附近其他地方早就整改好了，为什么我们这里没人管？",
    "前前后后拖了{n}个多月，电话打了几十个。",
    "如果再不解决，我们只能继续向上级反映。",
    "照片和视频都有，可以随时提供。",
    "上次回复说{m}月底前完成，现在早就过了。",
    "谢谢您在百忙之中看我的留言。",
)


def town(size: int, *, width: int) -> Iterator[tuple[int, Incoming]]:
    """(problem, report), the same in every run, of vectors so wide; a longer town begins with the shorter one."""
    rng, noise = random.Random(7), np.random.default_rng(7)
    common, axes = _axes(width)
    began = datetime(2024, 1, 1, tzinfo=UTC)
    problems = 0
    for number in range(size):
        problem = rng.randrange(problems * VOICES // (VOICES - 1) + 1)
        if problem >= problems:
            problem, problems = problems, problems + 1
        category, title, trouble = _headline(problem, rng)
        body = "".join(rng.sample(_SAID, rng.randint(2, 6))).format(
            n=rng.randint(2, 12),
            m=rng.randint(1, 12),
            d=rng.randint(1, 28),
            h=rng.randint(6, 11),
            w=rng.randint(60, 300),
        )
        own = np.sqrt(_PROBLEM) * np.random.default_rng(problem).normal(size=width)
        vector = common + (own + np.sqrt(_REPORT) * noise.normal(size=width)).astype(np.float32) @ axes
        unit = vector / np.linalg.norm(vector)
        report = Report(f"r{number}", f"{trouble}。{body}", title, began + timedelta(minutes=number))
        yield problem, Incoming(f"i{number}", report, unit, category)


def _axes(width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What all vectors share, and orthogonal axes, (width, width), as long as the variance along them asks."""
    rotation = np.linalg.qr(np.random.default_rng(7).normal(size=(width, width)))[0]
    lengths = (np.arange(width) + 5.0) ** -0.85
    lengths *= np.sqrt(1 - _COMMON**2) / np.linalg.norm(lengths)
    common = np.full(width, _COMMON / np.sqrt(width))
    return common.astype(np.float32), (rotation * lengths[:, None]).astype(np.float32)


def _headline(problem: int, rng: random.Random) -> tuple[str, str, str]:
    """(category, title, how the text tells the trouble), by one of a problem's voices."""
    estate = random.Random(problem // 2)
    name = "".join(estate.choices(_HAN, k=3)) + estate.choice(_KINDS)
    category, *wordings = _TROUBLES[(estate.randrange(len(_TROUBLES)) + 7 * (problem % 2)) % len(_TROUBLES)]
    where = random.Random(problem).choice(_WHERE) if rng.random() < 0.5 else ""
    title = rng.choice(_TITLES).format(name, where, rng.choice(wordings))
    return category, title, f"{name}{rng.choice(wordings)}"
