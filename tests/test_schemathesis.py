"""The API against its own description: generated calls, good and bad, on a real server, with every check on.

`make schemathesis` makes 10,000 calls or more. SCHEMATHESIS_EXAMPLES is how many each route gets, beside those that
cover each constraint of the description.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from plain import plain_pipeline
from serving import ask, serving

from api.http import limits
from models import load_scorer

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "1"))
LEAST = 10_000 if EXAMPLES > 100 else 1000


def test_every_answer_is_as_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WRONG_KEYS", "1000000/minute")
    pipeline = plain_pipeline(load_scorer().width)
    with serving(tmp_path, pipeline, rate="1000000/minute", webhook_networks=()) as served:
        ask(served, "POST", "/v1/reports", json=[{"id": str(n), "text": f"第{n}盏路灯坏了"} for n in range(5)])
        call = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {served.tokens['admin']}", "--checks", "all"),
            *("--max-examples", str(EXAMPLES), "--request-timeout", "60", "--seed", "1", "--no-color"),
            # A stream has no end; its own tests follow it.
            *("--exclude-path", "/v1/events", "--generation-database", "none"),
        ]
        hooks = {"SCHEMATHESIS_HOOKS": str(Path(__file__).parent / "schemathesis_hooks.py")}
        ran = subprocess.run(call, cwd=tmp_path, env=os.environ | hooks, capture_output=True, text=True, check=False)
    print(ran.stdout[-3000:])
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2000:]
    made = re.search(r"([\d,]+) generated", ran.stdout)
    assert made is not None
    assert int(made[1].replace(",", "")) >= LEAST
