"""`minqing regions`: the names that people here use for places, and where they lie."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli_issues import DEFAULT_STORE, By, StoreUrl
from api.errors import UsageError
from api.regions import read_places, remove_place, set_places
from api.store import Store

Name = Annotated[str, typer.Argument(help="As people write it: 丽发新城.")]

regions_app = typer.Typer(help="Local names of places: list, set, remove, import.", rich_markup_mode=None)


@regions_app.command("list", epilog="Example: minqing regions list > names.tsv")
def list_(store: StoreUrl = DEFAULT_STORE) -> None:
    """The table, a name a line: name, division, who set it."""
    with Store(store).reading() as session:
        for place in read_places(session):
            print(place.name, place.division, place.by, sep="\t")


@regions_app.command("set", epilog="Example: minqing regions set 阳光花园 湖南省/长沙市/雨花区")
def set_(
    name: Name,
    division: Annotated[str, typer.Argument(help="Where it lies: 湖南省/长沙市/雨花区.")],
    by: By,
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Say where a place lies; reports that tell of it are placed anew."""
    with Store(store).writing() as session:
        moved = set_places(session, {name: division}, by=by, at=datetime.now(UTC))
    print(f"1 name set, {moved} reports moved")


@regions_app.command(epilog="Example: minqing regions remove 阳光花园")
def remove(name: Name, store: StoreUrl = DEFAULT_STORE) -> None:
    """Take a name out of the table; reports that tell of it are placed anew."""
    with Store(store).writing() as session:
        moved = remove_place(session, name)
    print(f"1 name removed, {moved} reports moved")


@regions_app.command("import", epilog="Example: minqing regions import names.csv")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or TSV in UTF-8, a line each: name, division.")],
    by: By,
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Set many names at once: all of the file, or nothing."""
    places = _read(file)
    with Store(store).writing() as session:
        moved = set_places(session, places, by=by, at=datetime.now(UTC))
    print(f"{len(places)} names set, {moved} reports moved")


def _read(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); give a CSV or TSV file in UTF-8") from error
    places: dict[str, str] = {}
    for number, cells in enumerate(csv.reader(lines, delimiter="\t" if "\t" in "".join(lines) else ","), 1):
        if not cells:
            continue
        if len(cells) < 2:
            raise UsageError(f"{file}: line {number} has {len(cells)} columns; write name, division")
        places[cells[0].strip()] = cells[1].strip()
    return places
