"""Handling by the command: steps, refusals in one line, time limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handmade import Told, put

from api.store import Store

Minqing = Callable[..., Any]


def fill() -> None:
    store = Store("sqlite:///minqing.db")
    put(store, Told(id="1", issue="i1", category="fraud.loan"))
    store.close()


def test_an_issue_goes_through_its_steps(minqing: Minqing, tmp_path: Path) -> None:
    fill()
    assert json.loads(minqing("issues", "status", "i1").out)["status"] == "new"
    assigned = json.loads(minqing("issues", "status", "i1", "assigned", "--by", "王", "--note", "请核查").out)
    assert (assigned["status"], assigned["office"], assigned["steps"][0]["note"]) == ("assigned", "反诈中心", "请核查")
    refused = minqing("issues", "status", "i1", "concluded")
    assert refused.code == 2
    assert refused.err == "minqing: issue i1 is assigned and cannot become 'concluded'; it can become " + (
        "assigned or handling or supervised\n"
    )
    minqing("issues", "status", "i1", "handling")
    done = json.loads(minqing("issues", "status", "i1", "concluded", "--by", "李").out)
    assert [(s["before"], s["after"]) for s in done["steps"]] == [
        ("new", "assigned"),
        ("assigned", "handling"),
        ("handling", "concluded"),
    ]
    assert [s["by"] for s in done["steps"]][::2] == ["王", "李"]


def test_a_limit_that_has_passed_is_marked_once(minqing: Minqing, tmp_path: Path) -> None:
    fill()
    assert minqing("issues", "check").out == ""
    minqing("issues", "status", "i1", "assigned", "--due", "2020-01-01T18:00")
    assert minqing("issues", "check").out == "i1\toverdue\ni1\tsupervised\n"
    assert minqing("issues", "check").out == ""


def test_what_cannot_be_is_said_in_one_line(minqing: Minqing, tmp_path: Path) -> None:
    fill()
    assert "no issue 'i0'" in minqing("issues", "status", "i0").err
    assert "--due 'soon' is no time" in minqing("issues", "status", "i1", "assigned", "--due", "soon").err
