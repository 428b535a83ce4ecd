"""A linker kept beside its store, so that a large store opens in seconds; the database stays the truth.

Only a store in a file has a place beside it: with a server, a linker is restored from the reports.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.schema import ReportRow
from api.store import Store
from nlp import Linker, PairScorer
from nlp.link_snapshot import SnapshotError, load_linker, save_linker
from nlp.partition import Partition
from nlp.verdicts import Verdicts

LOG = logging.getLogger(__name__)
#: Reports, and share of a store, that are linked before it is kept again; smaller stores are read anew.
REPORTS, SHARE = 20_000, 20
#: So many at an opening, when nobody waits: reading them anew took a second.
AT_OPENING = 1_000


def folder_of(store: Store) -> Path | None:
    """Where a store's linker is kept."""
    return None if store.path is None else store.path.with_name(store.path.name + "-linker")


def keep_linker(store: Store, linker: Linker, *, kept: int, opening: bool = False) -> int:
    """Keep a linker that knows all that is stored, if much was linked since; gives how many reports the kept one has.

    A disk that is full or may not be written to costs time at the next opening, and nothing else: it is logged.
    """
    folder, size = folder_of(store), linker.columns.size
    if folder is None or size - kept < max(AT_OPENING if opening else REPORTS, size // SHARE):
        return kept
    try:
        save_linker(linker, folder)
    except OSError as error:
        LOG.warning("the linker could not be kept in %s (%s): the store opens slowly", folder, error)
    return size


def kept_linker(
    store: Store, session: Session, scorer: PairScorer, *, text_of: Callable[[str], str]
) -> tuple[Linker, int] | None:
    """The kept linker, its issues those of the store, and the `pk` of its last report.

    None where there is none, or it is not of the first reports of this store as they stand now, or of another scorer.
    """
    folder = folder_of(store)
    if folder is None:
        return None
    try:
        linker = load_linker(folder, scorer=scorer, verdicts=Verdicts(), text_of=text_of)
    except SnapshotError as error:
        LOG.info("%s; all reports are read anew", error)
        return None
    then, now = linker.partition, Partition()
    query = select(ReportRow.key, ReportRow.issue_id).order_by(ReportRow.pk).limit(len(then.keys))
    for (key, issue), opens in zip(session.execute(query), then.opens, strict=False):
        now.add(key, opens, issue)
    if now.keys != then.keys:
        return None
    last = session.execute(select(ReportRow.pk, ReportRow.vector).where(ReportRow.key == now.keys[-1])).one()
    vector, kept = np.frombuffer(last.vector, "<f4"), linker.columns.unit_vector(len(now.keys) - 1)
    if len(vector) != len(kept) or not np.allclose(vector, kept, atol=0.01):
        return None
    linker.partition = now
    return linker, last.pk


def forget_linker(store: Store) -> None:
    """Remove the kept linker; it holds what was made of the reports' texts."""
    folder = folder_of(store)
    if folder is not None:
        rmtree(folder, ignore_errors=True)
