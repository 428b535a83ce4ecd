"""The API against its own description: generated calls, good and bad, on a real server, with every check on.

`make schemathesis` makes 10,000 calls or more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from serving import ask, serving

from nlp import Pipeline

#: Generated calls for each route, beside those that cover each constraint of the description.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "")


@pytest.mark.skipif(not EXAMPLES, reason="SCHEMATHESIS_EXAMPLES is not set; run `make schemathesis`")
def test_every_answer_is_as_described(tmp_path: Path, pipeline: Pipeline) -> None:
    with serving(tmp_path, pipeline, rate="1000000/minute", webhook_networks=()) as served:
        ask(served, "POST", "/v1/reports", json=[{"id": str(n), "text": f"第{n}盏路灯坏了"} for n in range(5)])
        call = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{served.url}/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {served.tokens['admin']}"),
            *("--checks", "all", "--max-examples", EXAMPLES, "--request-timeout", "60", "--seed", "1"),
            # A stream has no end; its own tests follow it.
            *("--exclude-path", "/v1/events", "--no-color", "--generation-database", "none", "--workers", "2"),
        ]
        ran = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    print(ran.stdout[-3000:])
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2000:]
    made = re.search(r"([\d,]+) generated", ran.stdout)
    assert made is not None
    assert int(made[1].replace(",", "")) > 300
