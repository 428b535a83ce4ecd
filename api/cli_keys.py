"""`minqing keys`: who may use the service."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated

import typer

from api.cli_issues import DEFAULT_STORE, StoreUrl
from api.keys import Keys, Role
from api.store import Store

keys_app = typer.Typer(help="Make, list and revoke the service's keys.", rich_markup_mode=None)


@keys_app.command(epilog="Example: minqing keys create --role triage --name 分拣一组")
def create(
    role: Annotated[Role, typer.Option(help="What it is for.")],
    name: Annotated[str, typer.Option(help="Whose it is; shown in the audit log.")],
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Make a key. It is printed once and cannot be shown again."""
    opened = Store(store)
    _, token = Keys(opened).create(name=name, role=role, by=getuser())
    print(token)


@keys_app.command("list", epilog="Example: minqing keys list")
def list_(store: StoreUrl = DEFAULT_STORE) -> None:
    """All keys, a line each: id, role, made on, revoked on, name."""
    for key in Keys(Store(store)).list():
        revoked = key.revoked_at.date().isoformat() if key.revoked_at else "-"
        print(key.id, key.role, key.created_at.date().isoformat(), revoked, key.name, sep="\t")


@keys_app.command(epilog="Example: minqing keys revoke 3f2a9c01b7de")
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="As `minqing keys list` tells it.")],
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """The key works no longer, at once."""
    opened = Store(store)
    Keys(opened).revoke(key, by=getuser())
    print(f"{key} revoked")
