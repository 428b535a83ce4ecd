"""Routing: every category and urgency against a table made by hand, and files that must be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpora import default_taxonomy
from nlp.route import URGENT_REASONS, Route, default_routing, load_routing

#: Each id of the taxonomy, its office, its rule and the hours where nothing is urgent.
PLAIN = """
fraud 反诈中心 fraud 24
fraud.brushing 反诈中心 fraud 24
fraud.ecommerce_service 反诈中心 fraud 24
fraud.investment 反诈中心 fraud 24
fraud.loan 反诈中心 fraud 24
fraud.credit_report 反诈中心 fraud 24
fraud.shopping_service 反诈中心 fraud 24
fraud.impersonating_authority 反诈中心 fraud 24
fraud.impersonating_acquaintance 反诈中心 fraud 24
fraud.game_trade 反诈中心 fraud 24
fraud.romance 反诈中心 fraud 24
fraud.impersonating_military 反诈中心 fraud 24
fraud.black_industry 反诈中心 fraud 24
fraud.pyramid_fundraising 反诈中心 fraud 24
fraud.contract_housing 反诈中心 fraud 24
drugs 禁毒大队 drugs 24
drugs.use 禁毒大队 drugs 24
drugs.trafficking 禁毒大队 drugs 24
drugs.making 禁毒大队 drugs 24
drugs.venue 禁毒大队 drugs 24
gambling 治安大队 gambling 48
gambling.online 治安大队 gambling 48
gambling.gathering 治安大队 gambling 48
gambling.machine 治安大队 gambling 48
dispute 综治中心 dispute 120
dispute.neighbour 社区人民调解委员会 dispute-neighbour 72
dispute.family 社区人民调解委员会 dispute-family 72
dispute.labour 劳动人事争议调解仲裁机构 dispute-labour 120
dispute.debt 司法所 dispute-debt 120
dispute.property_management 物业纠纷人民调解委员会 dispute-property-management 120
dispute.consumer 市场监管部门（12315） dispute-consumer 120
dispute.housing 住建部门 dispute-housing 120
dispute.land 综治中心 dispute-land 120
dispute.medical 医疗纠纷人民调解委员会 dispute-medical 120
dispute.traffic_accident 道路交通事故纠纷人民调解委员会 dispute-traffic-accident 120
dispute.other 综治中心 dispute 120
hazard 应急管理部门 hazard 24
hazard.fire 消防救援机构 hazard-fire 24
hazard.road 交警大队 hazard-road 24
hazard.construction 住建部门 hazard-construction 24
hazard.utility 应急管理部门 hazard 24
hazard.public_place 市场监管部门 hazard-public-place 48
crime 派出所 crime 24
crime.theft_robbery 刑侦大队 theft 24
crime.vice 治安大队 vice 48
crime.violence 派出所 crime 24
crime.weapon 刑侦大队 weapon 12
crime.other 派出所 crime 24
service 12345热线 service 120
service.urban_rural 12345热线 service 120
service.environment 12345热线 service 120
service.transport 12345热线 service 120
service.education 12345热线 service 120
service.labour_social 12345热线 service 120
service.commerce_tourism 12345热线 service 120
service.health 12345热线 service 120
service.other 12345热线 service 120
other 12345热线 other 120
"""
EXPECTED = {i: Route(to, rule, float(hours)) for i, to, rule, hours in map(str.split, PLAIN.strip().splitlines())}

#: What an urgent reason makes of it; "*" is every id that is not named.
URGENT = {
    "danger": {
        "*": Route("派出所", "danger", 1),
        "hazard.road": Route("交警大队", "danger-road", 1),
        "dispute.traffic_accident": Route("交警大队", "danger-road", 1),
        "hazard.fire": Route("消防救援机构", "danger-fire", 1),
        "hazard.construction": Route("住建部门", "danger-construction", 2),
        "hazard": Route("应急管理部门", "danger-hazard", 2),
        "hazard.utility": Route("应急管理部门", "danger-hazard", 2),
        "hazard.public_place": Route("应急管理部门", "danger-hazard", 2),
    },
    "fire_gas": {
        "*": Route("消防救援机构", "fire-gas", 1),
        "hazard.fire": Route("消防救援机构", "danger-fire", 1),
    },
    "stop_payment": {"*": Route("反诈中心", "stop-payment", 0.5)},
    "minor": {
        "crime": Route("派出所", "minor-crime", 2),
        "crime.theft_robbery": Route("派出所", "minor-crime", 2),
        "crime.vice": Route("派出所", "minor-crime", 2),
        "crime.violence": Route("派出所", "minor-crime", 2),
        "crime.weapon": Route("派出所", "minor-crime", 2),
        "crime.other": Route("派出所", "minor-crime", 2),
        "dispute.family": Route("民政部门（未成年人保护）", "minor-family", 24),
    },
}


def test_the_tables_here_name_every_category_and_reason() -> None:
    assert tuple(EXPECTED) == default_taxonomy().ids
    assert set(URGENT) == set(URGENT_REASONS)


@pytest.mark.parametrize("category", EXPECTED)
def test_each_category_goes_to_its_office(category: str) -> None:
    assert default_routing().route(category, [category], [], "") == EXPECTED[category]


@pytest.mark.parametrize("reason", URGENT)
@pytest.mark.parametrize("category", EXPECTED)
def test_each_urgent_reason_goes_to_its_desk(category: str, reason: str) -> None:
    table = URGENT[reason]
    expected = table.get(category, table.get("*", EXPECTED[category]))
    assert default_routing().route(category, [category], [reason], "长沙市") == expected


@pytest.mark.parametrize("category", EXPECTED)
@pytest.mark.parametrize("reason", URGENT)
def test_an_urgent_report_never_gets_more_time(category: str, reason: str) -> None:
    routing = default_routing()
    plain = routing.route(category, [category], [], "")
    assert routing.route(category, [category], [reason], "").hours <= plain.hours


@pytest.mark.parametrize(
    ("reasons", "rule"),
    [
        (["stop_payment", "danger"], "danger"),
        (["stop_payment", "fire_gas"], "fire-gas"),
        (["fire_gas", "danger"], "danger"),
        (["minor", "stop_payment"], "stop-payment"),
    ],
)
def test_life_comes_first_then_fire_then_money(reasons: list[str], rule: str) -> None:
    assert default_routing().route("fraud.loan", ["fraud.loan"], reasons, "").rule == rule


def test_a_dispute_with_blows_is_a_matter_of_public_order() -> None:
    route = default_routing().route("dispute.neighbour", ["dispute.neighbour", "crime.violence"], [], "")
    assert route.to_json() == {"to": "派出所", "rule": "dispute-public-order", "hours": 24}
    theft = default_routing().route("dispute.neighbour", ["dispute.neighbour", "crime.theft_robbery"], [], "")
    assert theft.rule == "dispute-neighbour"


def test_explain_tells_each_rule_down_to_the_one_that_matched() -> None:
    looks = default_routing().explain("drugs.use", ["drugs.use", "crime.violence"], [], "")
    assert [look.matched for look in looks] == [False] * (len(looks) - 1) + [True]
    assert [look.rule for look in looks][-2:] == ["fraud", "drugs"]
    assert looks[-1].why == "primary drugs.use"
    assert looks[-2].why == "primary is 'drugs.use', asked for one of ['fraud']"
    danger = next(look for look in looks if look.rule == "danger")
    assert danger.why == "urgent is [], asked for one of ['danger']"


def rules(*tables: str) -> str:
    return 'version = "t"\n' + "".join(f"[[rule]]\n{table}\n" for table in tables)


ALL = 'name = "all"\nto = "综治中心"\nhours = 24'


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "routing.toml"
    path.write_text(text, "utf-8")
    return load_routing(path, default_taxonomy())


def test_a_region_chooses_the_local_office(tmp_path: Path) -> None:
    path = tmp_path / "routing.toml"
    path.write_text(rules('name = "local"\nto = "雨花分局"\nhours = 8\nregion = ["长沙市/雨花区"]', ALL), "utf-8")
    routing = load_routing(path, default_taxonomy())
    assert routing.route("drugs", ["drugs"], [], "湖南省/长沙市/雨花区/井湾子街道").to == "雨花分局"
    assert routing.route("drugs", ["drugs"], [], "湖南省/长沙市").to == "综治中心"
    assert routing.explain("drugs", [], [], "长沙市/雨花区")[0].why == "region 长沙市/雨花区"
    assert routing.route("drugs", ["drugs"], [], "湖南省/长沙市/雨花区2").to == "综治中心"
    assert routing.explain("drugs", [], [], "")[1].why == "asks nothing"


def test_a_category_of_another_taxonomy_is_refused() -> None:
    with pytest.raises(ValueError, match="no rule takes primary 'weather'"):
        default_routing().route("weather", [], [], "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs version"),
        ('version = "1"\nrule = []\nrules = 1', "unknown entry 'rules'"),
        (rules('to = "a"\nhours = 1'), r"rule 1: name is None; write name"),
        (rules('name = "a"\nto = " "\nhours = 1'), r"to is ' '; write to"),
        (rules('name = "a"\nto = "b"'), r"rule 1 \(a\): hours is None"),
        (rules('name = "a"\nto = "b"\nhours = 0'), "hours is 0; write a number of hours above 0"),
        (rules('name = "a"\nto = "b"\nhours = true'), "hours is True"),
        (rules('name = "a"\nto = "b"\nhours = nan'), "hours is nan"),
        (rules('name = "a"\nto = "b"\nhours = 1\noffice = "c"'), "unknown field 'office'; known are name"),
        (rules('name = "a"\nto = "b"\nhours = 1\nprimary = "fraud"'), "primary is 'fraud'; write primary = "),
        (rules('name = "a"\nto = "b"\nhours = 1\nregion = []'), r"region is \[\]; .* leave it out"),
        (
            rules('name = "a"\nto = "b"\nhours = 1\nprimary = ["fraud.x"]'),
            r"primary has .fraud\.x., which is unknown; use one of fraud",
        ),
        (rules('name = "a"\nto = "b"\nhours = 1\ncategories = ["x"]'), "categories has 'x'"),
        (rules('name = "a"\nto = "b"\nhours = 1\nurgent = ["fire"]'), "urgent has 'fire'.*danger, fire_gas"),
        (rules(ALL, ALL), "'all' stands twice"),
        (rules('name = "f"\nto = "b"\nhours = 1\nprimary = ["fraud"]'), r"no rule takes category 'drugs'; .*\["),
        (rules(ALL + '\nurgent = ["danger"]'), "no rule takes category 'fraud'"),
        (rules(ALL + '\nprimary = ["fraud"]\ncategories = ["drugs"]'), "no rule takes category 'fraud'"),
        (rules(ALL, 'name = "late"\nto = "b"\nhours = 1\nprimary = ["fraud"]'), "'late' is never reached: 'all'"),
        (
            rules(
                'name = "top"\nto = "b"\nhours = 1\ncategories = ["fraud"]',
                'name = "sub"\nto = "b"\nhours = 1\nprimary = ["fraud.loan"]\nregion = ["长沙"]',
                ALL,
            ),
            "'sub' is never reached: 'top'",
        ),
        (
            rules(
                'name = "city"\nto = "b"\nhours = 1\nregion = ["长沙"]',
                'name = "ward"\nto = "b"\nhours = 1\nregion = ["湖南省/长沙"]',
                ALL,
            ),
            "'ward' is never reached: 'city'",
        ),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load(tmp_path, text)
