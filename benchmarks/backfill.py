"""Backfill of generated reports by one worker and by two: reports a second of each, and of the linking pass.

    pip install 'minqing[backfill]'
    python -m benchmarks.backfill --reports 100000 --workers 1 2
    python -m benchmarks.backfill --reports 20000 --characters 400 --workers 2 --link

Reports tell of problems with five voices each, in ten cities, and lie in Parquet, JSONL and CSV files by turns. Those
of an archive have some 400 characters; by default these have 100, so that 100,000 are tagged in minutes. Each number of
workers runs in a process of its own, with its own Ray, into a folder of its own. `--link` has the last also link what
it tagged into a store, and tells the peak memory of the process that stores and consolidates. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

#: Voices of a problem, and reports in a file.
VOICES, FILE = 5, 5_000

_CITIES = ("长沙市", "株洲市", "湘潭市", "衡阳市", "邵阳市", "岳阳市", "常德市", "张家界市", "益阳市", "郴州市")
_HAN = "明华长春江海金玉龙凤山水云月星光安平福康乐和兴盛嘉美丽锦绣文景新城泰天润阳林湖翠竹梅兰桂枫桃李柳松柏"
_KINDS = ("小区", "花园", "公寓", "家园", "广场", "中学", "小学", "医院", "市场", "村")
_WHERE = ("楼下", "门口", "东门", "地下车库", "一期", "三栋", "对面", "北侧马路")
_TROUBLES = (
    *("烧烤摊油烟扰民", "路灯全部不亮", "电梯反复故障", "污水井盖破损", "夜间施工噪音", "垃圾长期无人清运"),
    *("物业乱收停车费", "广场舞声音太大", "违章搭建无人拆除", "水压太低经常停水", "房产证一直办不下来", "墙面渗水开裂"),
    *("学校强制补课收费", "拖欠农民工工资", "麻将馆通宵营业", "消防通道被占", "绿化被毁改成车位", "公交车等不到"),
)
_SINCE = ("从上个月开始", "已经大半年了", "这几天", "每天晚上", "一直这样", "昨天起")
_TELLINGS = (
    "{}，{}，住户意见都很大，请问到底归哪个部门管，什么时候能解决？",
    "投诉：{}，{}，打过几次电话多次反映都没有结果，希望给个答复。",
    "尊敬的领导您好，{}，{}，老人孩子受不了，严重影响生活，恳请处理！",
    "{}，{}，向物业说过也没有用，请有关部门尽快派人来看一看。",
)
#: What longer reports go on with.
_MORE = (
    *("我家就住在旁边，窗户都不敢开。", "上周三晚上十点多还在这样，根本没法休息。"),
    *("前后找过社区和街道，每次都说在处理。", "附近有一所幼儿园，接送孩子的时候特别危险。"),
    *("去年也有人反映过，整改了几天又恢复原样。", "楼里有三十多户人家，大家都在群里说这件事。"),
    *("负责人说要等上面批复，一拖就是好几个月。", "为这件事已经花了两千多元，没有人承担。"),
    *("如果一直没有人管，我们只好继续反映下去。", "现场的照片和录像都留着，需要的话可以提供。"),
    *("希望能现场查看一次，给出明确的整改期限。", "下雨天更严重，老人出门摔倒过两次。"),
)


def reports(count: int, *, characters: int) -> Iterator[dict[str, str]]:
    """Rows of an archive, the same in every run; texts go on until they have so many characters, or some more."""
    rng, start = random.Random(7), datetime(2024, 1, 1)
    for number in range(count):
        own = random.Random(rng.randrange(max(1, count // VOICES)))
        city, estate = own.choice(_CITIES), "".join(own.choices(_HAN, k=3)) + own.choice(_KINDS)
        trouble = estate + own.choice(_WHERE) + own.choice(_TROUBLES)
        at = start + timedelta(minutes=own.randrange(1_000_000) + rng.randrange(40_000))
        text = rng.choice(_TELLINGS).format(trouble, rng.choice(_SINCE))
        while len(text) < characters:
            text += rng.choice(_MORE)
        row = {"id": f"r{number}", "text": text, "region": f"湖南省{city}", "received_at": at.isoformat()}
        yield row


def write_archive(folder: Path, count: int, *, characters: int) -> None:
    """Files of three kinds by turns."""
    from pyarrow import Table, parquet

    folder.mkdir()
    rows = list(reports(count, characters=characters))
    for number, at in enumerate(range(0, count, FILE)):
        some, path = rows[at : at + FILE], folder / f"{number:04d}"
        match number % 3:
            case 0:
                parquet.write_table(Table.from_pylist(some), path.with_suffix(".parquet"))
            case 1:
                lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in some)
                path.with_suffix(".jsonl").write_text("".join(lines), "utf-8")
            case _:
                with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as stream:
                    writer = csv.DictWriter(stream, some[0].keys())
                    writer.writeheader()
                    writer.writerows(some)


def run(archive: Path, folder: Path, workers: int, *, link: bool) -> dict[str, Any]:
    """Tag, and link if asked, in this process; the start of Ray is not counted, that of the workers is."""
    from api.backfill import backfill, connect, input_files
    from api.backfill_link import link_all
    from api.linking import LinkedStore
    from api.store import Store
    from models import load_scorer

    folder.mkdir()
    files = input_files([str(archive)])
    connect(None)
    start = time.perf_counter()
    tagged = sum(done.reports for done in backfill(files, folder, workers=workers))
    seconds = time.perf_counter() - start
    told = {
        "workers": workers,
        "tagged": tagged,
        "seconds": round(seconds, 1),
        "per_second": round(tagged / seconds, 1),
    }
    if link:
        url = f"sqlite:///{folder}/store.db"
        start = time.perf_counter()
        stored = sum(link_all(LinkedStore(Store(url), load_scorer()), url, folder))
        seconds = time.perf_counter() - start
        sizes = {"bytes_a_report_tagged": folder.glob("*.parquet"), "bytes_a_report_stored": folder.glob("store.db*")}
        told |= {what: sum(path.stat().st_size for path in paths) // stored for what, paths in sizes.items()}
        told["linked"] = _rate("stored", stored, seconds)
        told["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return told


def _rate(what: str, count: int, seconds: float) -> dict[str, float]:
    return {what: count, "seconds": round(seconds, 1), "per_second": round(count / seconds, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--characters", type=int, default=100, help="of a report, at least")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", metavar="FOLDER", type=Path, help="one run, in this process, over FOLDER/archive")
    parser.add_argument("--link", action="store_true", help="link what the last number of workers tagged as well")
    given = parser.parse_args()
    if given.only:
        (workers,) = given.workers
        print(json.dumps(run(given.only / "archive", given.only / f"tagged{workers}", workers, link=given.link)))
        return
    with tempfile.TemporaryDirectory() as folder:
        write_archive(Path(folder) / "archive", given.reports, characters=given.characters)
        runs = []
        for workers in given.workers:
            command = [sys.executable, "-m", "benchmarks.backfill", "--only", folder, "--workers", str(workers)]
            last = ["--link"] if given.link and workers == given.workers[-1] else []
            ran = subprocess.run([*command, *last], check=True, stdout=subprocess.PIPE, text=True)
            runs.append(json.loads(ran.stdout.splitlines()[-1]))
    rates = [one["per_second"] for one in runs]
    print(json.dumps({"runs": runs, "last_to_first": round(rates[-1] / rates[0], 2)}, indent=2))


if __name__ == "__main__":
    main()
