"""主题地图: reports or issues of a period on a plane, what is alike together; a lasso lists what lies in it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, BackgroundTasks, Query, Request
from fastapi.responses import Response
from nicegui.element import Element
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.http.auth import READ, allowed
from api.issues import read_issues
from api.keys import Principal
from api.pages.atlas import MOST, Asked, Atlases, chosen
from api.pages.desk import Desk
from api.pages.panel import Panel, Told, guarded
from api.pages.times import begin_of, end_of
from api.queries import find_reports

router = APIRouter(include_in_schema=False)

#: Points that are listed.
LISTED = 200


@router.get("/map/points")
async def points(
    request: Request,
    later: BackgroundTasks,
    _: Annotated[Principal, allowed(READ)],
    kind: str = "reports",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The points as `Atlas.body`. A map that is old is sent at once and made anew afterwards."""
    atlases: Atlases = request.app.state.atlases
    asked = _asked(kind, since, until)
    atlas = atlases.find(asked)
    if atlas is None:
        atlas = await run_in_threadpool(atlases.make, asked)
    elif not await run_in_threadpool(atlases.is_fresh, atlas):
        later.add_task(atlases.make, asked)
    return Response(
        atlas.body, media_type="application/octet-stream", headers={"Cache-Control": "no-store"}, background=later
    )


class Plane(Element, component="static/map.js"):
    """The canvas: `chosen` tells the numbers of the points in a lasso, and how many there were."""

    def load(self, address: str) -> None:
        """Show other points."""
        self._props["address"] = address
        self.update()


async def build(atlases: Atlases, desk: Desk) -> None:
    """The page."""
    kind, since, until = desk.asked("kind") or "reports", desk.asked("since") or "", desk.asked("until") or ""

    async def choose(told: Told) -> None:
        nonlocal kind, since, until
        fields = told["fields"]
        kind, since, until = (str(fields.get(name, "")) for name in ("kind", "since", "until"))
        plane.load(_address(kind, since, until))
        listed.show(found=None)

    async def lasso(told: Told) -> None:
        numbers, count = [int(n) for n in told["points"]][:LISTED], int(told["count"])
        asked = _asked(kind, since, until)
        atlas = atlases.find(asked)
        ids = [int(atlas.ids[n]) for n in numbers if 0 <= n < len(atlas.ids)] if atlas else []
        listed.show(found=await desk.read(lambda session: _listed(session, asked, ids, count)))

    shown = {"kind": kind, "since": since, "until": until, "most": MOST}
    Panel(desk, "map.html", {"choose": choose}, **shown)
    plane = Plane()
    plane.load(_address(kind, since, until))
    plane.on("chosen", guarded(desk, lasso))
    listed = Panel(desk, "map_list.html", found=None)


def _listed(session: Session, asked: Asked, ids: list[int], count: int) -> dict[str, Any]:
    """The reports or issues of some points, of which there were `count`."""
    keys = chosen(session, asked, ids)
    if asked.issues:
        issues = sorted(read_issues(session, keys), key=lambda issue: -issue.size)
        return {"issues": issues, "reports": [], "count": count}
    return {"issues": [], "reports": find_reports(session, keys), "count": count}


def _asked(kind: str, since: str, until: str) -> Asked:
    return Asked(kind == "issues", begin_of(since), end_of(until))


def _address(kind: str, since: str, until: str) -> str:
    return "/map/points?" + urlencode({"kind": kind, "since": since, "until": until})
