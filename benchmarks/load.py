"""Load on a running service: so many clients send reports for a while; prints one JSON object a repetition.

    minqing serve --rate 1000000/minute &
    python benchmarks/load.py --key mq_… --clients 32 --seconds 60
    python benchmarks/load.py --key mq_… --clients 1 --seconds 20
    python benchmarks/load.py --key mq_… --clients 40 --reports 50 --repeat 10 --pid $!

Reports have about 400 characters, each another: sentences of the sample that ships, in new orders. The last line is
more than may wait: some are told to come again, and after each minute it is told how much memory the process `--pid`
holds, and how much processor time it took for an answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx2

#: Characters of a report.
LENGTH = 400


def sentences() -> list[str]:
    lines = (files("corpora") / "sample.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    return [part + "。" for text in texts for part in text.split("。") if len(part) > 5]


def report(rng: random.Random, parts: list[str]) -> str:
    text = ""
    while len(text) < LENGTH:
        text += rng.choice(parts)
    return text[:LENGTH]


async def client(
    number: int,
    end: float,
    path: str,
    reports: int,
    http: httpx2.AsyncClient,
    parts: list[str],
    taken: list[float],
    seen: Counter[int],
) -> None:
    rng = random.Random(number)
    run = time.time_ns()
    while time.perf_counter() < end:
        first = f"{run}-{number}-{sum(seen.values())}"
        body = [{"id": f"{first}-{n}", "source": "load", "text": report(rng, parts)} for n in range(reports)]
        start = time.perf_counter()
        answer = await http.post(path, json=body if reports > 1 else body[0])
        seen[answer.status_code] += 1
        if answer.is_success:
            taken.append(time.perf_counter() - start)
        elif "retry-after" in answer.headers:
            await asyncio.sleep(float(answer.headers["retry-after"]))


async def load(*, url: str, key: str, path: str, clients: int, reports: int, seconds: float) -> dict[str, Any]:
    parts, taken, seen = sentences(), list[float](), Counter[int]()
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60, trust_env=False) as http:
        await http.post("/v1/analyse", json={"text": report(random.Random(0), parts)})
        start = time.perf_counter()
        tasks = [client(n, start + seconds, path, reports, http, parts, taken, seen) for n in range(clients)]
        await asyncio.gather(*tasks)
        lasted = time.perf_counter() - start
    cuts = quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
    return {
        "path": path,
        "clients": clients,
        "seconds": round(lasted, 1),
        "answers": {str(status): count for status, count in sorted(seen.items())},
        "reports_per_second": round(reports * len(taken) / lasted, 1),
        "ms": {name: round(cuts[at] * 1000, 1) for name, at in (("p50", 49), ("p90", 89), ("p99", 98))},
    }


def processor_ms(pid: int) -> float:
    """Processor time that a process took so far, on all cores."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) * 1000 / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True)
    parser.add_argument("--path", default="/v1/reports")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--reports", type=int, default=1, help="in one request")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--pid", type=int, help="of the service, whose memory and time are told")
    given = vars(parser.parse_args())
    repeat, pid = given.pop("repeat"), given.pop("pid")
    for _ in range(repeat):
        before = processor_ms(pid) if pid else 0
        result = asyncio.run(load(**given))
        if pid:
            result["processor_ms"] = round((processor_ms(pid) - before) / sum(result["answers"].values()), 1)
            result["resident_mb"] = resident(pid)
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
