"""What several tests need: the command as a person calls it, and the shipped pipeline, loaded once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from api.cli import main
from api.store import Store
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pages come last: Playwright keeps an event loop running in this thread, beside which no other can be run."""
    items.sort(key=lambda item: "browser" in item.path.parts)


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
def service_url() -> Callable[[str], str]:
    """The URL of a service that `tests/services.sh start` set, by its name there; a test is skipped without it."""

    def url(name: str) -> str:
        variable = f"MINQING_{name.upper()}_URL"
        if not os.environ.get(variable):
            reason = f'{variable} is not set; eval "$(tests/services.sh start {name})"'
            if os.environ.get("MINQING_REQUIRE_SERVICES") == "1":
                pytest.fail(reason)
            pytest.skip(reason)
        return os.environ[variable]

    return url


@pytest.fixture(scope="session")
def new_postgresql(service_url: Callable[[str], str]) -> Iterator[Callable[..., str]]:
    """Make a PostgreSQL database, empty or like a template, as often as called; all are dropped in the end."""
    server = create_engine(service_url("postgresql"), isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def new(template: str = "template1") -> str:
        made.append(f"test_{uuid4().hex}")
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE {made[-1]} TEMPLATE "{template}"'))
        return server.url.set(database=made[-1]).render_as_string(hide_password=False)

    yield new
    with server.connect() as connection:
        for name in made:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return str(request.getfixturevalue("new_postgresql")())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.db"
    Store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgresql_template(new_postgresql: Callable[..., str]) -> str:
    url = new_postgresql()
    Store(url).close()
    return str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store on either database."""
    if request.param == "sqlite":
        copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    template = request.getfixturevalue("postgresql_template")
    return str(request.getfixturevalue("new_postgresql")(template))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """The same, opened."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return load_pipeline()
