"""`--map`: columns named by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from api.errors import UsageError

Map = Annotated[list[str], typer.Option("--map", metavar="FIELD=COLUMN", help="Name a column: --map text=留言详情")]


def read_mapping(items: Iterable[str]) -> dict[str, str]:
    """Columns by field. Raises UsageError for what is not FIELD=COLUMN."""
    mapping = {}
    for item in items:
        field, equals, column = item.partition("=")
        if not equals:
            raise UsageError(f"--map {item!r} is not FIELD=COLUMN; write --map text=留言详情")
        mapping[field] = column
    return mapping
