"""What the command says of routing and of an issue's handling."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from api.errors import UsageError
from corpora import default_taxonomy
from nlp import Analysis, Routing, default_routing, load_routing

RoutingFile = Annotated[
    Path | None,
    typer.Option("--routing", envvar="MINQING_ROUTING", help="Your own routing.toml.", show_default="the one shipped"),
]


def read_routing(path: Path | None) -> Routing:
    """The routing of a file, or the one shipped; UsageError where the file cannot be read or is wrong."""
    if path is None:
        return default_routing()
    try:
        return load_routing(path, default_taxonomy())
    except OSError as error:
        raise UsageError(f"--routing {path}: cannot be read ({error.strerror}); check the path") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"--routing {path}: is not TOML ({error}); mend it there") from error
    except ValueError as error:
        raise UsageError(f"--routing {error}") from error


def tell_route(analysis: Analysis, routing: Routing, *, explain: bool) -> str:
    """One line a report: id, office, hours, rule; with `explain` below it each rule looked at, the last matched."""
    route = analysis.route
    lines = [f"{analysis.report.id}\t{route.to}\t{route.hours:g} h\t{route.rule}"]
    if explain:
        lines += [
            f"  {'=' if look.matched else '-'} {look.rule}: {look.why}" for look in routing.explain(*analysis.asked)
        ]
    return "\n".join(lines)
