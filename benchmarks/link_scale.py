"""What linking one report costs as a store grows: `python -m benchmarks.link_scale --sizes 10000 100000 1000000`.

Texts are generated from slots (an estate, a trouble, a telling, chance words), so that the truth is known: reports of
one estate and trouble are one problem, of five voices on average. Vectors are stand-ins, not the encoder's: a random
direction for each problem, with noise. Writes figures as JSON and a plot as SVG; a store is saved and opened last.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from corpora import Report
from models import load_scorer
from nlp import Incoming, Linker
from nlp.link_snapshot import load_linker, save_linker
from nlp.verdicts import Verdicts

#: Reports at the end of each size that are timed, and how much noise a vector has beside its problem's direction.
TIMED, NOISE = 1000, 0.6
VOICES = 5
_HAN = "东南西北明华长春江海金玉龙凤山水云月星光安平福康乐和兴盛嘉美丽锦绣文景新城泰天润阳林湖翠竹梅兰桂枫桃李柳松柏石"
_KINDS = ("小区", "花园", "公寓", "家园", "广场", "中学", "小学", "医院", "市场", "村")
_WHERE = ("楼下", "门口", "东门", "地下车库", "一期", "二期", "三栋", "旁边的工地", "对面", "北侧马路")
_TROUBLES = (
    *(
        "烧烤摊油烟扰民",
        "路灯全部不亮",
        "电梯反复故障",
        "污水井盖破损",
        "夜间施工噪音",
        "垃圾长期无人清运",
        "停车位捆绑销售",
    ),
    *("物业乱收费", "广场舞声音太大", "违章搭建无人拆除", "水压太低经常停水", "公交线路太少", "房产证一直办不下来"),
    *(
        "学校强制补课收费",
        "拖欠农民工工资",
        "麻将馆通宵营业",
        "消防通道被占",
        "墙面渗水开裂",
        "幼儿园学位不够",
        "绿化被毁改车位",
    ),
)
_TELLINGS = (
    "请问{}什么时候有人管？",
    "投诉：{}，多次反映没有结果。",
    "尊敬的领导，{}，严重影响生活，恳请处理！",
    "{}，请相关部门重视。",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One size: milliseconds a link (of the clock, and of the processor), memory of the process, and how it linked."""

    reports: int
    clock_ms: float
    processor_ms: float
    memory_mb: int
    joined_right: float  # of the timed reports that joined, the share that joined its own problem
    found_right: float  # of those whose problem was there before, the share that joined it


def town(size: int, *, width: int) -> Iterator[tuple[int, Incoming]]:
    """(problem, report), the same in every run."""
    rng, noise = random.Random(7), np.random.default_rng(7)
    problems = 0
    for number in range(size):
        problem = rng.randrange(problems * VOICES // (VOICES - 1) + 1)
        if problem >= problems:
            problem, problems = problems, problems + 1
        own = random.Random(problem)
        estate = "".join(own.choices(_HAN, k=3)) + own.choice(_KINDS)
        told = estate + own.choice(_WHERE) + own.choice(_TROUBLES)
        chance = "".join(rng.choices(_HAN, k=rng.randint(20, 120)))
        vector = np.random.default_rng(problem).normal(size=width) + NOISE * noise.normal(size=width)
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        text = rng.choice(_TELLINGS).format(told) + chance
        yield problem, Incoming(f"i{number}", Report(f"r{number}", text, told), unit, "service.other")


def measure(sizes: list[int], folder: Path) -> dict[str, object]:
    """Fill one linker through all sizes, then save and open it."""
    scorer = load_scorer()
    linker = Linker(scorer=scorer, text_of=_text_of)
    problem_of: dict[str, int] = {}
    seen: set[int] = set()
    figures: list[Measured] = []
    clock = processor = 0.0
    right = joined = there = 0
    for number, (problem, incoming) in enumerate(town(sizes[-1], width=scorer.width), 1):
        timed = next((size for size in sizes if size - TIMED < number <= size), None)
        began = time.perf_counter(), time.process_time()
        (link,) = linker.link([incoming])
        linker.stored()
        if timed:
            clock += time.perf_counter() - began[0]
            processor += time.process_time() - began[1]
            joined += not link.new
            there += problem in seen
            right += not link.new and problem_of[link.issue] == problem
        problem_of.setdefault(link.issue, problem)
        seen.add(problem)
        if number == timed:
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            share = right / max(joined, 1), right / max(there, 1)
            figures.append(Measured(number, clock / TIMED * 1e3, processor / TIMED * 1e3, memory, *share))
            print(figures[-1], flush=True)
            clock = processor = 0.0
            right = joined = there = 0
    save_linker(linker, folder)
    del linker
    began_opening = time.perf_counter()
    load_linker(folder, scorer=scorer, verdicts=Verdicts(), text_of=_text_of)
    opening = time.perf_counter() - began_opening
    return {"sizes": [asdict(figure) for figure in figures], "opening_s": round(opening, 1)}


def _text_of(key: str) -> str:
    """Stands for the text that a store would look up, so that telling shared phrases costs what it costs there."""
    return f"{_TELLINGS[2].format('绿城花园地下车库' + _TROUBLES[3])}{_HAN}{key}"


def plot(figures: list[dict[str, float]]) -> str:
    """Milliseconds a link over the store's size (log), as SVG."""
    width, height, left, bottom = 640, 360, 70, 50
    sizes = [figure["reports"] for figure in figures]
    top = 1.25 * max(figure["clock_ms"] for figure in figures)
    low, high = np.log10(sizes[0]), np.log10(max(sizes[-1], sizes[0] * 10))

    def at(size: float, value: float) -> tuple[float, float]:
        x = left + (np.log10(size) - low) / (high - low) * (width - left - 30)
        return round(float(x), 1), round(height - bottom - value / top * (height - bottom - 30), 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">']
    parts.append(f'<rect width="{width}" height="{height}" fill="#fff"/>')
    for name, colour, down in (("clock_ms", "#1f6feb", 20), ("processor_ms", "#d9822b", 38)):
        points = [at(figure["reports"], figure[name]) for figure in figures]
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (x, y), figure in zip(points, figures, strict=True):
            parts.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
            parts.append(f'<text x="{x}" y="{y - 8}" font-size="11" text-anchor="middle">{figure[name]:.2f}</text>')
        parts.append(f'<text x="{left + 8}" y="{down}" font-size="12" fill="{colour}">{name.replace("_", ", ")}</text>')
    for size in sizes:
        x, y = at(size, 0)
        parts.append(f'<text x="{x}" y="{y + 20}" font-size="12" text-anchor="middle">{size:,.0f}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 8}" font-size="12" text-anchor="middle">reports in store</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--out", type=Path, default=Path("docs/img/link-scale.svg"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(sorted(arguments.sizes), Path(folder))
    arguments.out.write_text(plot(measured["sizes"]), "utf-8")
    arguments.out.with_suffix(".json").write_text(json.dumps(measured, indent=2) + "\n", "utf-8")
    print(f"opened in {measured['opening_s']} s; plot in {arguments.out}")


if __name__ == "__main__":
    main()
