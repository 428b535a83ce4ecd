"""Load on a running service: so many clients send single reports for a while; prints one JSON object.

    minqing serve --rate 1000000/minute &
    python benchmarks/load.py --key mq_… --clients 32 --seconds 60
    python benchmarks/load.py --key mq_… --clients 1 --seconds 20

Reports have about 400 characters, each another: sentences of the sample that ships, in new orders.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import Counter
from importlib.resources import files
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
    http: httpx2.AsyncClient,
    parts: list[str],
    taken: list[float],
    seen: Counter[int],
) -> None:
    rng = random.Random(number)
    run = time.time_ns()
    while time.perf_counter() < end:
        body = {"id": f"{run}-{number}-{len(taken)}", "source": "load", "text": report(rng, parts)}
        start = time.perf_counter()
        answer = await http.post(path, json=body)
        seen[answer.status_code] += 1
        if answer.is_success:
            taken.append(time.perf_counter() - start)
        elif "retry-after" in answer.headers:
            await asyncio.sleep(float(answer.headers["retry-after"]))


async def load(url: str, key: str, path: str, clients: int, seconds: float) -> dict[str, Any]:
    parts, taken, seen = sentences(), list[float](), Counter[int]()
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, limits=limits, timeout=60, trust_env=False) as http:
        await http.post("/v1/analyse", json={"text": report(random.Random(0), parts)})
        start = time.perf_counter()
        tasks = [client(n, start + seconds, path, http, parts, taken, seen) for n in range(clients)]
        await asyncio.gather(*tasks)
        lasted = time.perf_counter() - start
    cuts = quantiles(taken, n=100) if len(taken) > 1 else [0.0] * 99
    return {
        "path": path,
        "clients": clients,
        "seconds": round(lasted, 1),
        "answers": {str(status): count for status, count in sorted(seen.items())},
        "reports_per_second": round(len(taken) / lasted, 1),
        "ms": {name: round(cuts[at] * 1000, 1) for name, at in (("p50", 49), ("p90", 89), ("p99", 98))},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--key", required=True)
    parser.add_argument("--path", default="/v1/reports")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(load(given.url, given.key, given.path, given.clients, given.seconds)), indent=2))


if __name__ == "__main__":
    main()
