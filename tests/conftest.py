"""What several tests need: the command as a person calls it, and the shipped pipeline, loaded once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from models import load_pipeline
from nlp import Pipeline


@dataclass(frozen=True, slots=True)
class Ran:
    """What a call of the command left: exit code and both outputs."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def minqing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ran]:
    """Call `minqing ARGS…` in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["minqing", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            main()
        output = capsys.readouterr()
        code = stopped.value.code
        return Ran(code if isinstance(code, int) else 0, output.out, output.err)

    return run


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return load_pipeline()
