"""The bench measures every stage, and says it to programs and to people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from conftest import Ran

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample.jsonl"


def test_the_bench_tells_each_stage_and_length(minqing: Callable[..., Ran]) -> None:
    ran = minqing("bench", SAMPLE, "--most", "3", "--threads", "1", "--json")
    assert ran.code == 0
    measured = json.loads(ran.out)
    rates = measured["given"]["reports_per_second"]
    stages = ["import", "normalise", "encode", "recognise", "mask"]
    stages += ["link", "link and store", "open and consolidate", "analyse (whole)"]
    assert list(rates) == stages
    assert all(rate > 0 for rate in rates.values())
    assert measured["given"]["reports"] == 3
    assert {int(length): one["characters_each"] for length, one in measured["generated"].items()} == {
        50: 50,
        200: 200,
        400: 400,
        1500: 1500,
    }
    assert measured["machine"]["threads"] == 1


def test_tables_are_for_people(minqing: Callable[..., Ran]) -> None:
    ran = minqing("bench", SAMPLE, "--most", "2")
    assert ran.code == 0
    assert "reports/s" in ran.out
    assert "peak memory, MB" in ran.out
