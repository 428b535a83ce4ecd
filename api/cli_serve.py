"""`minqing serve`: the API under /v1, pages at /."""

from __future__ import annotations

import logging
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from api.cli_issues import DEFAULT_STORE, StoreUrl
from api.cli_loop import RoutingFile, read_routing
from api.errors import UsageError
from api.keys import Keys
from api.store import Store
from models import load_pipeline, load_scorer


def serve(
    store: StoreUrl = DEFAULT_STORE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 8000,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Ask for no key; on loopback only.")] = False,
    rate: Annotated[str, typer.Option(help="Calls that a key may make.")] = "6000/minute",
    routing: RoutingFile = None,
    uploads: Annotated[Path, typer.Option(help="Folder for uploaded files until they are ingested.")] = Path(
        "minqing-uploads"
    ),
    webhook_network: Annotated[
        list[str], typer.Option(help="A private network that webhooks may go to, such as 10.1.0.0/16.")
    ] = [],  # noqa: B006
) -> None:
    """Serve the API under /v1 and the pages at /."""
    # Not above: other commands need not wait for a web framework.
    from api.http.app import create_app
    from api.http.server import Server, configure
    from api.http.service import Settings
    from api.pages import mount_pages

    if no_auth and not _loopback(host):
        raise UsageError(f"--no-auth on {host} would let everybody in; use it with --host 127.0.0.1 only")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    opened = Store(store)
    if no_auth:
        print("minqing: --no-auth: whoever reaches this machine's loopback is an administrator", file=sys.stderr)
    elif not any(key.revoked_at is None for key in Keys(opened).list()):
        print(
            "minqing: there is no key yet; make one with `minqing keys create --role admin --name …`", file=sys.stderr
        )
    settings = Settings(rate=rate, uploads=uploads, webhook_networks=tuple(webhook_network))
    app = create_app(
        store=opened,
        pipeline=load_pipeline(routing=read_routing(routing)),
        scorer=load_scorer(),
        settings=settings,
        no_auth=no_auth,
    )
    mount_pages(app)
    Server(configure(app, host=host, port=port), app.state.service).run()
    opened.close()


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
