"""A backfill tags each part once, wherever it breaks off, and links what it tagged place by place."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from api.ingest import Ingester
from api.linking import LinkedStore
from api.store import Store
from corpora import Report, read_reports
from models import load_pipeline, load_scorer
from nlp import Pipeline

REASON = "needs the backfill extra: pip install 'minqing[backfill]'"
pytest.importorskip("pyarrow", reason=REASON)
pytest.importorskip("ray", reason=REASON)

from pyarrow import Table, parquet  # noqa: E402

from api.backfill import _cut, _parts, _Tagger, input_files, rejected_rows  # noqa: E402
from api.backfill_link import link_place  # noqa: E402
from api.tagged import read_place, read_places, write_tagged  # noqa: E402

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample.jsonl"

T = TypeVar("T")


@pytest.fixture(scope="module")
def reports() -> list[Report]:
    return read_reports(str(SAMPLE))[:40]


def test_tagged_reports_come_back_as_they_were(pipeline: Pipeline, reports: list[Report], tmp_path: Path) -> None:
    analyses = pipeline.analyse(reports)
    write_tagged(tmp_path / "a.parquet", analyses[:25])
    write_tagged(tmp_path / "b.parquet", analyses[20:])
    places = read_places(tmp_path)
    assert sum(places.values()) == len(analyses) + 5
    read = {a.report.key: a for place in places for a in read_place(tmp_path, place)}
    assert len(read) == len(analyses)
    for analysis in analyses:
        back = read[analysis.report.key]
        assert back.to_json(unmasked=True, scores=True) == analysis.to_json(unmasked=True, scores=True)
        assert back.report == analysis.report
        assert back.division == analysis.division
        assert np.array_equal(back.vector, analysis.vector)


def test_a_place_is_read_in_the_order_of_time(pipeline: Pipeline, tmp_path: Path) -> None:
    days = ["2024-03-02", "2024-03-01", None, "2024-02-01"]
    rows = [{"id": str(i), "text": "路灯坏了", "region": "广东省", "received_at": day} for i, day in enumerate(days)]
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    write_tagged(tmp_path / "a.parquet", pipeline.analyse(read_reports(str(source))))
    (place,) = read_places(tmp_path)
    assert [a.report.id for a in read_place(tmp_path, place)] == ["3", "1", "0", "2"]


def test_files_are_cut_the_same_each_time_and_bad_rows_kept(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "一"}\n{"id": 1}\n{"text": "二"}\n{"text": "三"}\n', "utf-8")
    cut = list(_cut(source, {}, 2))
    assert [([r.text for r in good], [r.row for r in bad]) for good, bad in cut] == [(["一", "二"], [2]), (["三"], [])]
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no parquet")
    ((good, bad),) = _cut(broken, {}, 2)
    assert good == []
    assert "not a readable Parquet file" in bad[0].reason


def test_linking_goes_on_where_it_was(pipeline: Pipeline, reports: list[Report], tmp_path: Path) -> None:
    """Links of a place that is half stored are those that one go gives."""
    analyses = pipeline.analyse([Report(r.id, r.text, r.title, r.received_at, region="长沙") for r in reports])
    write_tagged(tmp_path / "a.parquet", analyses)
    for place in read_places(tmp_path):
        url = f"sqlite:///{tmp_path}/{abs(hash(place))}.db"
        store = Store(url)
        whole = link_place(tmp_path, place, url)
        first = list(read_place(tmp_path, place))[: len(whole) // 2]
        Ingester(LinkedStore(store, load_scorer()), pipeline).add(first)
        rest = link_place(tmp_path, place, url)
        store.close()
        assert rest == {key: link for key, link in whole.items() if key not in {a.report.key for a in first}}


def write_archive(folder: Path, *, files: int) -> Path:
    """120 reports in JSONL, CSV and Parquet files by turns, and a bad row at the end of the first."""
    folder.mkdir()
    rows = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()][:120]
    told = [{name: row.get(name, "") for name in ("id", "text", "received_at", "region")} for row in rows]
    for number in range(files):
        some, path = told[number::files], folder / f"{number:02d}"
        if number % 3 == 0:
            lines = [json.dumps(row, ensure_ascii=False) for row in some]
            path.with_suffix(".jsonl").write_text("\n".join(lines + ['{"id": "bad"}'] * (number == 0)), "utf-8")
        elif number % 3 == 1:
            with path.with_suffix(".csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, told[0].keys())
                writer.writeheader()
                writer.writerows(some)
        else:
            parquet.write_table(Table.from_pylist(some), path.with_suffix(".parquet"))
    return folder


def test_a_worker_is_one_thread_and_tells_the_same(pipeline: Pipeline, reports: list[Report]) -> None:
    alone = load_pipeline(threads=0)
    before = threading.active_count()
    seen = [(analysis, threading.active_count()) for analysis in alone.stream(reports)]
    assert {count for _, count in seen} == {before}
    for (analysis, _), other in zip(seen, pipeline.analyse(reports), strict=True):
        assert analysis.to_json(unmasked=True, scores=True) == other.to_json(unmasked=True, scores=True)
        assert np.array_equal(analysis.vector, other.vector)


def test_parts_of_another_size_are_not_those_that_are_done(tmp_path: Path) -> None:
    """A run that goes on with parts of another size passes over nothing that was not tagged."""
    files = [str(path) for path in input_files([str(write_archive(tmp_path / "archive", files=1))])]
    for part in _parts({"file": files}, tmp_path, {}, 64):
        (tmp_path / f"{part['part'][0]}.parquet").touch()
    assert len(list(_parts({"file": files}, tmp_path, {}, 32))) == 4


def test_a_part_is_tagged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What workers do, one after another: files of each kind are cut, tagged, and not looked at again."""
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "")  # a worker sets it for its own process, which is this one here
    out = tmp_path / "out"
    out.mkdir()
    files = [str(path) for path in input_files([str(write_archive(tmp_path / "archive", files=3))])]
    tagger = _Tagger(out, None)
    parts = list(_parts({"file": files}, out, {}, 16))
    done = [tagger(part) for part in parts]
    assert sum(one["reports"][0] for one in done) == 120
    assert [one["rejected"][0] for one in done if one["part"][0].startswith("00-")] == [0, 0, 1]
    (row,) = rejected_rows(out)
    assert json.loads(row)["row"] == 41
    assert json.loads(row)["reason"]
    assert list(_parts({"file": files}, out, {}, 16)) == []
    lost = parts[4]["part"][0]
    (out / f"{lost}.parquet").unlink()
    (again,) = _parts({"file": files}, out, {}, 16)
    assert again == parts[4]


def command(archive: Path, folder: Path, workers: int) -> list[str]:
    """`minqing backfill` of an archive into a folder, as a process runs it."""
    folder.mkdir(exist_ok=True)
    call = [sys.executable, "-c", "from api.cli import main; main()", "backfill", archive, folder / "tagged"]
    return [*map(str, call), "--store", f"sqlite:///{folder}/store.db", "--workers", str(workers)]


def stored(folder: Path) -> dict[str, str]:
    """The issue of each report."""
    store = Store(f"sqlite:///{folder}/store.db")
    with store.reading() as session:
        rows = [(one.report.key, one.issue) for one in store.reports(session)]
    store.close()
    assert len(rows) == len(dict(rows))
    return dict(rows)


def taggers_of(driver: int) -> list[int]:
    """The processes that tag among those that a process started, directly or not."""
    parents, taggers = {}, []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if b"_Tagger" in (process / "cmdline").read_bytes():
                taggers.append(int(process.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
    ours, above = set(), {driver}
    while above := {process for process, parent in parents.items() if parent in above}:
        ours |= above
    return [tagger for tagger in taggers if tagger in ours]


def until(ready: Callable[[], T], running: subprocess.Popen[str]) -> T:
    """What comes true while a process runs."""
    while not (found := ready()):
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    return found


def test_a_killed_worker_and_a_killed_driver_leave_nothing_twice(tmp_path: Path) -> None:
    archive = write_archive(tmp_path / "archive", files=15)
    killed, whole = tmp_path / "killed", tmp_path / "whole"

    def parts() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in killed.glob("tagged/*.parquet")}

    driver = subprocess.Popen(command(archive, killed, 2), stderr=subprocess.PIPE, text=True)
    until(parts, driver)
    for worker in until(lambda: taggers_of(driver.pid), driver)[:1]:
        os.kill(worker, signal.SIGKILL)
    at_kill = len(parts())
    until(lambda: len(parts()) > at_kill + 2, driver)
    driver.kill()
    driver.communicate()
    before = parts()
    assert 3 < len(before) < 15
    again = subprocess.run(command(archive, killed, 2), stderr=subprocess.PIPE, text=True, check=False)
    assert again.returncode == 3, again.stderr
    assert "120 stored, 1 rows rejected" in again.stderr
    after = parts()
    assert len(after) == 15
    assert {path: after[path] for path in before} == before
    undisturbed = subprocess.run(command(archive, whole, 1), stderr=subprocess.PIPE, text=True, check=False)
    assert undisturbed.returncode == 3, undisturbed.stderr
    assert stored(killed) == stored(whole)
    assert len(stored(killed)) == 120
