"""A backfill tags each part once, wherever it breaks off, and links what it tagged place by place."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from api.ingest import Ingester
from api.linking import LinkedStore
from api.store import Store
from corpora import Report, read_reports
from models import load_scorer
from nlp import Pipeline

REASON = "needs the backfill extra: pip install 'minqing[backfill]'"
pytest.importorskip("pyarrow", reason=REASON)
ray = pytest.importorskip("ray", reason=REASON)

from api.backfill import _cut, _parts, _Tagger, backfill, connect, input_files, rejected_rows  # noqa: E402
from api.backfill_link import link_place  # noqa: E402
from api.tagged import read_place, read_places, write_tagged  # noqa: E402

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample.jsonl"


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


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three files, of three kinds, with 60 reports and a bad row."""
    from pyarrow import Table, parquet

    folder = tmp_path / "archive"
    folder.mkdir()
    rows = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()][:60]
    told = [{"id": str(row.get("id", i)), "text": row["text"]} for i, row in enumerate(rows)]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, told[:20])) + '\n{"id": "bad"}\n', "utf-8")
    quoted = [f'{row["id"]},"{row["text"].replace(chr(34), chr(34) * 2)}"' for row in told[20:40]]
    (folder / "b.csv").write_text("\n".join(["id,text", *quoted]), "utf-8")
    parquet.write_table(Table.from_pylist(told[40:]), folder / "c.parquet")
    return folder


def test_a_part_is_tagged_once(archive: Path, tmp_path: Path) -> None:
    """What workers do, one after another: files of each kind are cut, tagged, and not looked at again."""
    out = tmp_path / "out"
    out.mkdir()
    files = [str(path) for path in input_files([str(archive)])]
    tagger = _Tagger(out, None)
    parts = list(_parts({"file": files}, out, {}, 8))
    done = [tagger(part) for part in parts]
    assert sum(one["reports"][0] for one in done) == 60
    assert [one["rejected"][0] for one in done if one["part"][0].startswith("a-")] == [0, 0, 1]
    (row,) = rejected_rows(out)
    assert json.loads(row)["row"] == 21
    assert json.loads(row)["reason"]
    assert list(_parts({"file": files}, out, {}, 8)) == []
    lost = parts[4]["part"][0]
    (out / f"{lost}.parquet").unlink()
    (again,) = _parts({"file": files}, out, {}, 8)
    assert again == parts[4]


@pytest.fixture
def local_ray() -> Iterator[None]:
    try:
        connect(None)
    except Exception as error:
        # A machine under load starts no Ray within Ray's own time limits.
        pytest.skip(f"Ray does not start here: {error}")
    yield
    ray.shutdown()


@pytest.mark.filterwarnings("ignore")  # Ray deprecates what it calls itself, and leaves its own files open.
def test_a_killed_worker_and_a_broken_run_leave_nothing_twice(archive: Path, tmp_path: Path, local_ray: None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    files = input_files([str(archive)])
    run = backfill(files, out, workers=1, size=8)
    first = next(run)
    # The run is given up, and its worker killed, when some parts are done and others not.
    for worker in Path("/proc").glob("[0-9]*/cmdline"):
        if b"_Tagger" in worker.read_bytes():
            os.kill(int(worker.parent.name), signal.SIGKILL)
    run.close()
    done = {path.name for path in out.glob("*.parquet")}
    assert f"{first.part}.parquet" in done
    again = list(backfill(files, out, workers=1, size=8))
    assert not {f"{part.part}.parquet" for part in again} & done
    keys = [a.report.key for place in read_places(out) for a in read_place(out, place)]
    assert len(keys) == len(set(keys)) == 60
    assert list(backfill(files, out, workers=1, size=8)) == []
