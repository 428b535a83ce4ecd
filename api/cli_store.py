"""`minqing store` and `minqing purge`: keep the database."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from api.cli_issues import DEFAULT_STORE, By, StoreUrl
from api.copy import copy_store
from api.errors import UsageError
from api.purge import parse_age, purge
from api.store import Store

store_app = typer.Typer(help="Copy a store to another database.", rich_markup_mode=None)


@store_app.callback()
def _store() -> None:
    pass


@store_app.command(epilog="Example: minqing store copy sqlite:///minqing.db postgresql+psycopg://localhost/minqing")
def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Database URL of the store to read.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Database URL of an empty store, or of none yet.")],
) -> None:
    """Copy everything, all or nothing, and count it on both sides. Who writes to FROM waits."""
    if source == target:
        raise UsageError(f"FROM and TO are both {source}; name another store to copy to")
    with closing(Store(source)) as read, closing(Store(target)) as written:
        counts = copy_store(read, written)
    print(f"{sum(counts.values())} rows copied: " + ", ".join(f"{n} {table}" for table, n in counts.items() if n))


def purge_(
    older_than: Annotated[str, typer.Option("--older-than", metavar="AGE", help="Age in days or weeks: 180d, 26w.")],
    by: By,
    store: StoreUrl = DEFAULT_STORE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
) -> None:
    """Remove old reports, with everything made of their text; counts by day, category and division are kept."""
    age = parse_age(older_than)
    with closing(Store(store)) as opened:
        purged = purge(opened, age, by=by, now=datetime.now(UTC), dry_run=dry_run)
    does = "would be purged" if dry_run else "purged"
    print(f"{purged.reports} reports of before {purged.before.date()} {does}, {purged.issues} issues are left empty")
