"""Grams, fingerprints, names: what linking reads from a text."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlp.anchors import districts, names, numbered
from nlp.fingerprint import BANDS, bands, exact, sketches
from nlp.gram_weights import GramWeights
from nlp.ngrams import codes, letters, ngrams, spelled
from nlp.shared_phrases import shared_phrases

LONG = "我们小区楼下的烧烤摊每天晚上营业到凌晨两点，油烟直接飘进住户家里，多次投诉没有人管，请城管部门尽快处理。"


def sketch(text: str) -> NDArray[np.uint32]:
    alone = letters(text)
    return sketches(alone, np.zeros(1, np.int64), np.array([len(alone)])).reshape(-1)


def test_swapped_letters_of_a_name_keep_most_grams() -> None:
    one, other = (set(ngrams(letters(t))[0].tolist()) for t in ("能东华府", "东能华府"))
    assert len(one & other) >= 4
    assert len(one | other) <= 6


def test_grams_do_not_reach_over_punctuation() -> None:
    assert set(ngrams(letters("停水。停电"))[0]) == set(ngrams(letters("停水"))[0]) | set(ngrams(letters("停电"))[0])


@given(st.text(max_size=60))
def test_grams_never_fail_and_never_use_the_padding(text: str) -> None:
    for grams in ngrams(letters(text)):
        assert (grams > 0).all()


def test_copies_share_the_exact_print_whatever_stands_between() -> None:
    assert exact(spelled(LONG)) == exact(spelled(LONG.replace("，", " \n")))
    assert exact(spelled(LONG)) != exact(spelled(LONG.replace("两点", "三点")))


def test_near_copies_share_a_band_and_strangers_none() -> None:
    near = sketch(LONG.replace("两点", "三点"))
    far = sketch("咨询公积金贷款买第二套房的首付比例是多少，需要准备哪些材料，多久可以放款？")
    mine = sketch(LONG)
    assert set(bands(mine).tolist()) & set(bands(near).tolist())
    assert not set(bands(mine).tolist()) & set(bands(far).tolist())
    assert (mine == near).mean() > 0.6
    assert len(bands(mine)) == BANDS


def test_a_band_is_a_hash_of_its_four_rows() -> None:
    sketch_ = sketch(LONG)
    folded = list(range(BANDS))
    for at, value in enumerate(sketch_.tolist()):
        mixed = (folded[at // 4] ^ value) * 0x9E3779B97F4A7C15 % 2**64
        folded[at // 4] = mixed ^ mixed >> 31
    assert bands(sketch_).tolist() == folded
    assert bands(np.stack([sketch_, sketch_]))[1].tolist() == folded


def test_sketches_of_pieces_are_those_of_the_pieces_alone() -> None:
    pieces = [spelled(text) for text in (LONG, "", "水", "停水三天，没有人管")]
    whole = codes("\n".join((*pieces, "")))
    ends = np.cumsum([len(piece) + 1 for piece in pieces]) - 1
    want = [sketch(piece).tolist() for piece in pieces]
    assert sketches(whole, np.array([0, *ends[:-1] + 1]), ends).tolist() == want


@pytest.mark.parametrize("text", ["", "。", "水", "😀"])
def test_texts_with_hardly_a_letter_have_prints(text: str) -> None:
    assert exact(spelled(text)) >= 0
    assert sketch(text).dtype == np.uint32


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("投诉A5区劳动东路魅力之城小区油烟扰民", {"劳动东路", "魅力之城"}),
        ("请问白马镇中心小学何时开学", {"白马镇", "中心小学"}),
    ],
)
def test_names_in_a_headline(text: str, found: set[str]) -> None:
    joined = " ".join(names(text))
    assert all(name in joined for name in found), joined


@pytest.mark.parametrize(
    ("text", "cities", "inner"),
    [
        ("A市A5区劳动路小区", {"A市"}, {"A5"}),
        ("我市全区的社区和校区", set(), set()),
        ("B市知识产权政策", {"B市"}, set()),
    ],
)
def test_districts(text: str, cities: set[str], inner: set[str]) -> None:
    assert districts(text) == (cities, inner)


def test_numbers_with_their_units() -> None:
    assert numbered("地铁七号线南延，三期12栋")[1] == {"7号线", "3期", "12栋"}


def test_phrases_in_both_texts() -> None:
    assert shared_phrases("魅力之城油烟扰民", "万科魅力之城小区油烟扰民严重") == ("魅力之城", "油烟扰民")
    assert shared_phrases("停水", "停电") == ()


@given(*[st.text(st.sampled_from("停水电路灯a，。 😀"), max_size=50)] * 2)
@example(
    "停水三天停水三天没有人管没有人管没有人管没有人管没有人管没有人管",
    "停水三天没有人管没有人管没有人管没有人管没有人管没有人管",
)
def test_phrases_are_what_is_found_letter_by_letter(text: str, other: str) -> None:
    found, start = [], 0
    while start < len(text) - 2:
        end = start + 3
        if not text[start:end].isalnum() or text[start:end] not in other:
            start += 1
            continue
        while end < len(text) and end < start + 24 and text[end].isalnum() and text[start : end + 1] in other:
            end += 1
        found.append(text[start:end])
        start = end
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)
    assert shared_phrases(text, other) == tuple(longest[:3])


def test_rarer_grams_weigh_more_and_padding_nothing() -> None:
    weights = GramWeights()
    for _ in range(9):
        weights.add(np.array([5], np.uint32))
    weights.add(np.array([5, 7], np.uint32))
    common, rare, unseen, padding = weights(np.array([5, 7, 9, 0], np.uint32))
    assert 0 <= common < rare < unseen
    assert padding == 0


def test_grams_are_met_by_the_lists_they_stand_in() -> None:
    weights = GramWeights()
    weights.add(np.array([5, 7], np.uint32))
    own, marks_of = np.array([5, 7, 0, 7, 9, 0], np.uint32), np.array([1, 1, 1, 4, 4, 4], np.uint32)
    asked = np.array([[5, 7, 9], [11, 0, 0]], np.uint32)
    met, marks = weights.meet(own, marks_of, asked)
    assert marks.tolist() == [[1, 5, 4], [0, 0, 0]]
    assert (met == weights(asked)).all()
    assert not weights.meet(np.array([3], np.uint32), np.array([2], np.uint32), asked)[1].any()
    assert weights.counts[[0, 5, 7, 9]].tolist() == [0, 1, 1, 0]


def test_counts_may_grow_by_tens_of_thousands() -> None:
    weights, grams = GramWeights(), np.array([5], np.uint32)
    for _ in range(40_000):
        weights.add(grams)
    weights.add(np.array([7], np.uint32))
    assert weights.counts[[5, 7]].tolist() == [40_000, 1]
    want = [np.log(40_003 / 40_001), np.log(40_003 / 2)]
    assert weights(np.array([5, 7], np.uint32)).tolist() == pytest.approx(want, abs=1e-5)
