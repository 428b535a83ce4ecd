"""`minqing stream`: a worker on a broker."""

from __future__ import annotations

import logging
from contextlib import closing, nullcontext
from importlib import import_module
from typing import Annotated

import typer

from api.cli_loop import RoutingFile, read_routing
from api.errors import UsageError
from api.linking import LinkedStore
from api.store import Store
from models import load_pipeline, load_scorer


def stream(
    broker: Annotated[
        str, typer.Option(envvar="MINQING_BROKER", help="nats://HOST:PORT, redis://…, amqp://… or kafka://…")
    ],
    store: Annotated[
        str | None,
        typer.Option(envvar="MINQING_STORE", help="Database URL; without it reports are tagged and not stored."),
    ] = None,
    prefix: Annotated[
        str, typer.Option(help="What the subjects begin with; a store has its own.", metavar="NAME")
    ] = "minqing",
    redeliver_after: Annotated[
        int, typer.Option(help="Seconds until NATS or Redis give a report of a lost worker to another.", min=1)
    ] = 60,
    routing: RoutingFile = None,
    asyncapi: Annotated[bool, typer.Option("--asyncapi", help="Print the AsyncAPI document and end.")] = False,
) -> None:
    """Take reports from PREFIX.reports, tell what was found on PREFIX.tagged and PREFIX.issues; ends on SIGTERM."""
    try:
        # The worker imports it only when it is made.
        import_module("faststream")
        from api.streams.service import describe, run_worker
        from api.streams.subjects import Subjects
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; pip install 'minqing[streams]'") from error
    subjects = Subjects(prefix)
    if asyncapi:
        print(describe(broker, subjects))
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    rules = read_routing(routing)
    with closing(Store(store)) if store else nullcontext() as opened:
        run_worker(
            broker,
            subjects,
            pipeline=load_pipeline(routing=rules),
            linked=LinkedStore(opened, load_scorer()) if opened else None,
            redeliver_after=redeliver_after,
        )
