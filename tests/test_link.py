"""The linker: joins, copies, order, replay, cost, and the artefact of its score."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from corpora import Report
from models.artefact import ArtefactError
from models.pair_network import PairNetwork
from models.pair_scorer import GRAMS, TrainedPairScorer
from models.pair_trees import PairTrees
from nlp import Incoming, Linker
from nlp.candidates import Chains
from nlp.consolidate import consolidate
from nlp.gram_weights import GramWeights
from nlp.link_columns import Columns
from nlp.link_features import FEATURES, Comparer
from nlp.link_score import PlainScorer
from nlp.link_snapshot import SnapshotError, load_linker, save_linker
from nlp.link_traits import read_traits
from nlp.verdicts import Verdicts

WIDTH = 384
PLACES = ["魅力之城小区", "紫金苑", "凯旋门公寓", "桃花岭山庄", "白马镇中心小学"]
PROBLEMS = ["楼下烧烤摊油烟扰民", "地下车库长期积水", "电梯三个月没有维修", "幼儿园迟迟不开学"]
TELLINGS = ["请问{}{}什么时候有人管？", "投诉：{}{}，多次反映没有结果。", "尊敬的领导，{}{}，严重影响生活，恳请处理！"]


class ByVector(PlainScorer):
    """Goes by the vectors alone, which the town's problems have of their own."""

    def log_odds(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(12 * (features[:, FEATURES.index("vector_cosine")] - 0.5), np.float32)


def incoming(key: str, text: str, *, title: str = "", vector: int = 0, days: int = 0) -> Incoming:
    toward = np.random.default_rng(vector).normal(size=WIDTH) if vector else np.zeros(WIDTH)
    unit = (toward / max(float(np.linalg.norm(toward)), 1e-9)).astype(np.float32)
    when = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=days)
    return Incoming("i" + key, Report(key, text, title, when), unit)


@pytest.fixture(scope="module")
def town() -> list[Incoming]:
    """Twenty problems, each told in three ways; a problem's vector is its own."""
    return [
        incoming(f"{p}-{q}-{k}", telling.format(place, problem), vector=1 + p * len(PROBLEMS) + q, days=k)
        for p, place in enumerate(PLACES)
        for q, problem in enumerate(PROBLEMS)
        for k, telling in enumerate(TELLINGS)
    ]


def parts(linker: Linker) -> set[frozenset[str]]:
    return {frozenset(linker.partition.keys[row] for row in rows) for rows in linker.partition.members.values()}


def linked(reports: list[Incoming]) -> Linker:
    linker = Linker(scorer=ByVector())
    linker.link(reports)
    return linker


def test_one_problem_in_three_ways_is_one_issue(town: list[Incoming]) -> None:
    want = {frozenset(f"{p}-{q}-{k}" for k in range(3)) for p in range(5) for q in range(4)}
    assert parts(linked(town)) == want


def test_any_order_gives_the_same_issues(town: list[Incoming]) -> None:
    want = parts(linked(town))
    for seed in range(3):
        mixed = random.Random(seed).sample(town, len(town))
        linker = linked(mixed)
        assert parts(linker) == want
        assert consolidate(linker).moves == ()


def test_batches_do_not_show(town: list[Incoming]) -> None:
    whole, single = Linker(), Linker()
    assert whole.link(town) == [link for one in town for link in single.link([one])]


def test_restoring_continues_as_if_never_stopped(town: list[Incoming]) -> None:
    mixed = random.Random(5).sample(town, len(town))
    whole, again, at_once = Linker(), Linker(), Linker()
    links = whole.link(mixed[:40])
    issues = list(whole.partition.issue_of)
    for one, link, issue in zip(mixed, links, issues, strict=False):
        again.restore(one, issue, founder=link.new)
    at_once.restore_all(zip(mixed[:40], issues, (link.new for link in links), strict=True))
    assert again.link(mixed[40:]) == at_once.link(mixed[40:]) == whole.link(mixed[40:])


def test_a_saved_linker_goes_on_as_if_it_had_never_stopped(town: list[Incoming], tmp_path: Path) -> None:
    texts = {one.report.id: one.report.content for one in town}
    linker = Linker(text_of=texts.__getitem__)
    linker.link(town[:40])
    save_linker(linker, tmp_path)
    again = load_linker(tmp_path, scorer=PlainScorer(), verdicts=Verdicts(), text_of=texts.__getitem__)
    assert again.link(town[40:]) == linker.link(town[40:])
    with pytest.raises(SnapshotError, match="not plain"):
        load_linker(tmp_path, scorer=PlainScorer(8), verdicts=Verdicts(), text_of=texts.__getitem__)
    with pytest.raises(SnapshotError, match="no finished snapshot"):
        load_linker(tmp_path / "none", scorer=PlainScorer(), verdicts=Verdicts(), text_of=texts.__getitem__)


def test_a_later_snapshot_takes_the_place_of_an_earlier_and_a_torn_one_is_refused(
    town: list[Incoming], tmp_path: Path
) -> None:
    linker = Linker()
    for reports in (town[:5], town[5:9]):
        linker.link(reports)
        save_linker(linker, tmp_path)
    loaded = load_linker(tmp_path, scorer=PlainScorer(), verdicts=Verdicts(), text_of=None)
    assert loaded.partition == linker.partition
    (part,) = (path for path in tmp_path.iterdir() if path.is_dir())
    grams = part / "grams.npy"
    grams.write_bytes(grams.read_bytes()[:-99])
    with pytest.raises(SnapshotError, match="cannot be read"):
        load_linker(tmp_path, scorer=PlainScorer(), verdicts=Verdicts(), text_of=None)


def test_a_link_says_why(town: list[Incoming]) -> None:
    linker = Linker()
    first, second = linker.link(town[:2])
    assert (first.new, first.report, first.size, first.copy_of) == (True, None, 1, None)
    assert (second.new, second.report, second.size, second.issue) == (False, "0-0-0", 2, "i0-0-0")
    assert second.score > second.threshold > 0
    assert "魅力之城小区楼下烧烤摊油烟扰民" in second.shared


def test_exact_copies_are_told_apart_from_voices() -> None:
    linker = Linker()
    text = "紫金苑地下车库积水一个月，物业不管，请住建局督促处理。"
    links = linker.link([incoming("a", text), incoming("b", text.replace("，", " ")), incoming("c", text + "急。")])
    assert [link.copy_of for link in links] == [None, "a", None]
    assert {link.issue for link in links} == {"ia"}


def test_a_copy_that_names_another_district_is_another_problem() -> None:
    text = "{}临街门面油烟直排，长期投诉没有结果，熏死树木，居民不敢开窗，请尽快处理。"
    links = linked_titles(
        [(f"{place}油烟扰民", text.format(place)) for place in ("A5区魅力之城小区", "A3区梅溪湖润芳园小区")]
    )
    assert links[0] != links[1]


def linked_titles(reports: list[tuple[str, str]]) -> list[str]:
    linker = Linker()
    return [linker.link([incoming(str(k), text, title=title)])[0].issue for k, (title, text) in enumerate(reports)]


@given(st.lists(st.text(max_size=30), max_size=6))
@settings(deadline=None, max_examples=25)
def test_any_texts_can_be_linked_and_consolidated(texts: list[str]) -> None:
    linker = Linker()
    links = linker.link([incoming(str(k), text) for k, text in enumerate(texts)])
    assert len(links) == len(texts)
    consolidate(linker)
    assert consolidate(linker).moves == ()
    assert sum(len(rows) for rows in linker.partition.members.values()) == len(texts)


def test_features_are_symmetric_and_finite(town: list[Incoming]) -> None:
    weights = GramWeights()
    columns, comparer = Columns.empty(WIDTH, room=4), Comparer(weights)
    for one in town[:12]:
        traits, buckets = read_traits(one.report, background=GramWeights(), vector=one.vector)
        weights.add(buckets)
        columns.add(traits)
    rows = np.arange(12)
    table = np.stack([comparer.compare(columns, row, rows) for row in range(12)])
    assert np.isfinite(table).all()
    np.testing.assert_allclose(table, table.transpose(1, 0, 2), atol=1e-5)
    same = dict(zip(FEATURES, table[3, 3], strict=True))
    assert [same["text_cosine"], same["copied"]] == pytest.approx([1, 1])
    assert same["days_apart"] == same["other_district"] == 0


def test_chains_walk_from_the_latest_and_stop() -> None:
    chains = Chains.empty(2, room=1)
    for row in range(5):
        chains.add(row, np.array([7, 100 + row]))
    rows, under = chains.walk(np.array([7, 103]), 3)
    assert sorted(zip(rows.tolist(), under.tolist(), strict=True)) == [(2, 0), (3, 0), (3, 1), (4, 0)]
    assert all(a >= b for a, b in pairwise(rows[under == 0].tolist()))


@given(st.lists(st.lists(st.integers(0, 4), max_size=3, unique=True), max_size=20), st.integers(1, 6))
def test_chains_give_the_latest_rows_of_each_key(filed: list[list[int]], steps: int) -> None:
    chains = Chains.empty(3, room=1)
    for row, keys in enumerate(filed):
        chains.add(row, np.array(keys, np.int64))
    rows, under = chains.walk(np.arange(5), steps)
    for key in range(5):
        assert rows[under == key].tolist() == [row for row, keys in enumerate(filed) if key in keys][::-1][:steps]


def both() -> tuple[NDArray[np.float32], NDArray[np.bool_], NDArray[np.float32]]:
    """Pairs that are the same where feature 3 and feature 4 are both there."""
    features = np.random.default_rng(1).normal(size=(600, len(FEATURES))).astype(np.float32)
    return features, (features[:, 3] > 0) & (features[:, 4] > 0), np.full(600, 3, np.float32)


def network() -> PairNetwork:
    return PairNetwork.fit(*both(), signs=np.ones(len(FEATURES), np.int8), seed=1)


def trees() -> PairTrees:
    return PairTrees.grow(*both(), seed=1)


@pytest.mark.parametrize("learn", [network, trees])
def test_a_score_sees_what_only_holds_together(learn: Callable[[], PairNetwork | PairTrees]) -> None:
    some = np.zeros((3, len(FEATURES)), np.float32)
    some[:, 3:5] = [[1.5, 1.5], [1.5, -1.5], [-1.5, 1.5]]
    assert (learn().log_odds(some) > 0).tolist() == [True, False, False]


def test_each_tree_is_walked_from_its_root_to_one_leaf() -> None:
    rng = np.random.default_rng(3)
    asked, above = rng.integers(0, 4, (5, 7)).astype(np.int16), rng.normal(size=(5, 7)).astype(np.float32)
    leaf, some = rng.normal(size=(5, 8)).astype(np.float32), rng.normal(size=(40, 4)).astype(np.float32)
    want = []
    for pair in some:
        total = 0.5
        for tree in range(5):
            at = 0
            while at < 7:
                at = 2 * at + (2 if pair[asked[tree, at]] > above[tree, at] else 1)
            total += leaf[tree, at - 7]
        want.append(total)
    np.testing.assert_allclose(PairTrees(0.5, asked, above, leaf).log_odds(some), want, rtol=1e-5)


def test_more_of_what_speaks_for_never_counts_against() -> None:
    rng = np.random.default_rng(2)
    features, same = rng.normal(size=(80, len(FEATURES))).astype(np.float32), rng.random(80) < 0.3
    signs = np.where(np.arange(len(FEATURES)) % 2, -1, 1).astype(np.int8)
    fitted = PairNetwork.fit(features, same, np.ones(80, np.float32), signs=signs, seed=2)
    for feature, sign in enumerate(signs):
        more = features.copy()
        more[:, feature] += 1
        assert ((fitted.log_odds(more) - fitted.log_odds(features)) * sign >= -1e-4).all()


def test_the_artefact_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    counts = np.zeros(1 << 22, np.int32)
    counts[[3, 70_003, 4_000_000]] = 2, 9, 70_000
    saved = TrainedPairScorer("v", WIDTH, 0.25, network(), trees(), GramWeights(counts, 99))
    saved.save(tmp_path)
    loaded = TrainedPairScorer.load(tmp_path)
    assert (loaded.version, loaded.width, loaded.join_above, loaded.background.documents) == ("v", WIDTH, 0.25, 99)
    assert loaded.background.counts[[3, 70_003, 4_000_000, 5]].tolist() == [2, 9, 65_535, 0]
    some = np.ones((2, len(FEATURES)), np.float32)
    np.testing.assert_allclose(loaded.log_odds(some), saved.log_odds(some), atol=1e-3)
    (tmp_path / GRAMS).unlink()
    with pytest.raises(ArtefactError, match=GRAMS):
        TrainedPairScorer.load(tmp_path)
