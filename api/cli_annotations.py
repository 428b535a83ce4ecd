"""`minqing annotations`: reports out to Label Studio or doccano, and what people said there back."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated, get_args

import typer
from sqlalchemy import select

from api.annotations import Tool, dump, label_studio_config, labelled, load
from api.cli_issues import DEFAULT_STORE, By, StoreUrl
from api.corrections import correct
from api.errors import UsageError
from api.schema import ReportRow
from api.store import Store
from api.stored import stored
from corpora import default_taxonomy

ToolName = Annotated[str, typer.Option("--tool", metavar="label-studio|doccano", help="Whose format.")]

annotations_app = typer.Typer(help="Exchange reports with labelling tools.", rich_markup_mode=None)


@annotations_app.command(epilog="Example: minqing annotations export --tool label-studio -o tasks.json --unsure")
def export(
    tool: ToolName,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")],
    store: StoreUrl = DEFAULT_STORE,
    unsure: Annotated[bool, typer.Option("--unsure", help="Only what the model is unsure of.")] = False,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="Show personal data.")] = False,
) -> None:
    """Stored reports with the model's labels as suggestions, personal data masked; offsets hold either way."""
    name = _tool(tool)
    query = select(ReportRow).order_by(ReportRow.pk)
    if unsure:
        query = query.where(~ReportRow.decided, ~ReportRow.reviewed)
    with closing(Store(store)) as opened, opened.reading() as session, out.open("w", encoding="utf-8") as stream:
        reports = (stored(row) for row in session.scalars(query.execution_options(yield_per=500)))
        rows = (labelled(one.to_json(unmasked=unmasked) | {"id": one.report.key}) for one in reports)
        stream.writelines(f"{line}\n" for line in dump(rows, name, model="minqing"))


@annotations_app.command("import", epilog="Example: minqing annotations import labelled.json --tool label-studio")
def import_(
    file: Annotated[Path, typer.Argument(help="What the tool exported.")],
    tool: ToolName,
    by: By,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write rows for `minqing eval` instead of storing them.")
    ] = None,
    store: StoreUrl = DEFAULT_STORE,
) -> None:
    """Take people's categories over as corrections of the stored reports, or write them as labelled rows."""
    try:
        rows = load(file.read_text("utf-8-sig"), _tool(tool))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); give the file that {tool} exported") from error
    if out is not None:
        out.write_text("".join(json.dumps(r.to_json(), ensure_ascii=False) + "\n" for r in rows), "utf-8")
        return
    said = [row for row in rows if row.categories]
    with closing(Store(store)) as opened:
        for row in said:
            correct(opened, row.id, row.categories[0], row.categories[1:], by=by, taxonomy=default_taxonomy())
    print(f"{len(said)} reports corrected or accepted")


@annotations_app.command(epilog="Example: minqing annotations config > interface.xml")
def config() -> None:
    """The labelling interface that a Label Studio project for these tasks needs."""
    print(label_studio_config(default_taxonomy()))


def _tool(name: str) -> Tool:
    for tool in get_args(Tool):
        if name == tool:
            return tool  # type: ignore[no-any-return]
    raise UsageError(f"--tool {name!r} is not label-studio or doccano")
