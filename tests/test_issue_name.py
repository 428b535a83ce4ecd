"""Names of issues: place and problem, from the members' own words, and the members that tell them best."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.issue_name import LONGEST, Member, common_place, exemplars, issue_name, problem_of


def test_the_headline_that_most_members_share_names_the_issue() -> None:
    members = [
        Member("投诉A市伊景园滨河苑捆绑销售车位", ("A市伊景园滨河苑",)),
        Member("伊景园滨河苑捆绑销售车位的投诉", ("伊景园滨河苑",)),
        Member("诈骗钱财！还我血汗钱", ("伊景园滨河苑",)),
        Member("A市伊景园滨河苑捆绑销售车位合理吗？", ("伊景园滨河苑",)),
    ]
    name = issue_name(members)
    assert "伊景园滨河苑捆绑销售车位" in name
    assert not name.startswith("投诉")
    assert "？" not in name


def test_the_place_goes_before_a_problem_that_does_not_name_it() -> None:
    members = [Member("楼下烧烤摊油烟扰民", ("魅力之城小区",)), Member("油烟扰民没人管", ("魅力之城小区",))]
    assert issue_name(members).startswith("魅力之城小区")
    assert "油烟扰民" in issue_name(members)


def test_a_place_that_only_one_of_several_names_is_left_out() -> None:
    assert common_place([Member("停水", ("河西",)), Member("停水", ("河东",))]) is None
    assert common_place([Member("停水", ("河西",))]) == "河西"


def test_copies_do_not_vote() -> None:
    members = [Member("紫金苑停水"), *(Member("反映收费问题", copy=True) for _ in range(9)), Member("紫金苑又停水")]
    assert "停水" in issue_name(members)


def test_what_is_masked_does_not_name_an_issue() -> None:
    members = [Member("李**拖欠工资 138****5678"), Member("凯旋工地拖欠工资"), Member("拖欠农民工工资")]
    assert "*" not in issue_name(members)


@pytest.mark.parametrize(
    ("headline", "want"),
    [
        ("关于A市魅力之城小区油烟扰民的问题", "A市魅力之城小区油烟扰民"),
        ("尊敬的领导，您好！请求解决东四路堵车问题", "解决东四路堵车"),
        ("再次投诉凯旋门电梯故障！！", "凯旋门电梯故障"),
        ("投诉", "投诉"),
        ("A市丽发新城小区附近搅拌站的一些问题", "A市丽发新城小区附近搅拌站"),
        ("为什么物业收费不合理？该怎么办", "物业收费不合理"),
        ("凯旋门物业捆绑销售车位合理吗？", "凯旋门物业捆绑销售车位"),
        ("投诉黑网吧", "黑网吧"),
    ],
)
def test_what_is_only_polite_is_left_out(headline: str, want: str) -> None:
    assert problem_of(headline) == want


def test_a_long_headline_gives_way_to_the_clause_that_tells_the_problem() -> None:
    long = "我是紫金苑三期的一名业主，我们小区地下车库长期积水无人清理，已经给大家的生活带来了很大的麻烦"
    assert issue_name([Member(long), Member("紫金苑三期地下车库积水")]) == "紫金苑三期地下车库积水"
    assert issue_name([Member(long, ("紫金苑",))]) == "紫金苑地下车库长期积水无人清理"


def test_a_site_is_no_name() -> None:
    """However many voices share its letters."""
    members = [
        Member("10086积分兑换的短信有木马链接 jf1oo86.example.org，点了手机自动发短信扣了我五百"),
        Member("收到短信让我点jf1oo86.example.org换积分"),
    ]
    assert "短信" in issue_name(members)


@given(st.lists(st.builds(Member, st.text(max_size=80), st.lists(st.text(max_size=9), max_size=3).map(tuple))))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_members_give_a_name_of_one_line(members: list[Member]) -> None:
    name = issue_name(members)
    assert len(name) <= LONGEST
    assert name == issue_name(members)


def test_exemplars_are_the_middle_and_those_that_tell_it_otherwise() -> None:
    vectors = np.array([[1, 0.1, 0], [1, 0, 0], [0.8, 0.6, 0], [0.7, 0, 0.7], [1, 0, 0]], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    chosen = exemplars(vectors, copies=[False, False, False, False, True])
    assert chosen[0] == 0
    assert set(chosen) == {0, 2, 3}
    assert exemplars(vectors[:2]) == [0, 1]


def test_an_odd_member_is_no_exemplar_while_others_tell_of_more() -> None:
    one, other, third, odd = np.eye(4, dtype=np.float32)
    vectors = np.stack([one, one, one, other, other, odd, third, third])
    assert set(exemplars(vectors)) == {0, 3, 6}


def test_few_members_are_all_exemplars_and_none_has_none() -> None:
    assert exemplars(np.eye(2, dtype=np.float32)) == [0, 1]
    assert exemplars(np.zeros((0, 4), np.float32)) == []
