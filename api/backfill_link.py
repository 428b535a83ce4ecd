"""Link what a backfill tagged: place by place, each in the order of time, then joined across places.

Places do not know of each other while they are linked, so they are linked side by side. One writer stores them all, and
the consolidation that ends the pass joins issues that lie in several, or that were stored before. What a pass that was
broken off has stored is restored into the place's linker and not linked again: it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import ray

from api.linking import LinkedStore, incoming, restore
from api.queries import find_reports
from api.store import Store
from api.tagged import read_keys, read_place, read_places
from models import load_scorer
from nlp import BATCH, Analysis, Link, Linker


def link_all(linked: LinkedStore, store_url: str, folder: Path) -> Iterator[int]:
    """Link and store what a folder holds, and join issues across places; tells how many were stored, batch by batch.

    Needs `connect` first; every worker must reach the folder and the store.
    """
    work = ray.remote(link_place)
    # The largest first, for it takes longest; whichever is done is stored next.
    waiting = {work.remote(folder, place, store_url): place for place in read_places(folder)}
    while waiting:
        ((reference,), _) = ray.wait(list(waiting))
        links, place = ray.get(reference), waiting.pop(reference)
        analyses = read_place(folder, place)
        while batch := list(islice(analyses, BATCH)):
            yield _store(linked.store, batch, links)
    linked.consolidate()


def link_place(folder: Path, place: str, store_url: str) -> dict[str, Link]:
    """Where each report of a place goes that is not stored yet, by its key."""
    linker = Linker(scorer=load_scorer())
    known = _restore(linker, store_url, read_keys(folder, place))
    links: dict[str, Link] = {}
    analyses = (one for one in read_place(folder, place) if one.report.key not in known)
    while batch := list(islice(analyses, BATCH)):
        given = linker.link([incoming(a.report, a.vector, a.primary[0], a.entities) for a in batch])
        links |= zip((a.report.key for a in batch), given, strict=True)
    return links


def _restore(linker: Linker, store_url: str, keys: Sequence[str]) -> set[str]:
    """Let a linker know what people decided, and those of the keys that are stored; gives the latter."""
    store = Store(store_url)
    with store.reading() as session:
        for verdict in store.verdicts(session):
            linker.verdicts.add(verdict)
        some = (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))
        found = sorted((one for part in some for one in find_reports(session, part)), key=lambda one: one.pk)
    store.close()
    restore(linker, found)
    return {one.report.key for one in found}


def _store(store: Store, batch: list[Analysis], links: dict[str, Link]) -> int:
    """One transaction: those of a batch that are not stored yet."""
    with store.writing() as session:
        known = store.known(session, [analysis.report.key for analysis in batch])
        new = [analysis for analysis in batch if analysis.report.key not in known]
        if new:
            store.add(session, new, [links[analysis.report.key] for analysis in new])
    return len(new)
