"""Division paths: full and short names, names that several places bear, anonymised divisions, the table's size."""

from __future__ import annotations

import pytest

from nlp.places import division_path


@pytest.mark.parametrize(
    ("text", "region", "path"),
    [
        ("浙江省杭州市余杭区仓前街道文一西路", "", "浙江省 杭州市 余杭区 仓前街道"),
        ("余杭区仓前街道", "", "浙江省 杭州市 余杭区 仓前街道"),
        ("广东深圳南山区", "", "广东省 深圳市 南山区"),
        ("深圳", "", "广东省 深圳市"),
        ("广东", "", "广东省"),
        ("吉林", "", "吉林省"),
        ("吉林市船营区", "", "吉林省 吉林市 船营区"),
        ("北京市朝阳区三里屯街道", "", "北京市 朝阳区 三里屯街道"),
        ("上海浦东新区", "", "上海市 浦东新区"),
        ("重庆市渝北区龙溪街道", "", "重庆市 渝北区 龙溪街道"),
        ("湖北省仙桃市", "", "湖北省 仙桃市"),
        ("中山市小榄镇", "", "广东省 中山市 小榄镇"),
        ("长沙县星沙街道", "", "湖南省 长沙市 长沙县 星沙街道"),
        ("新疆乌鲁木齐市天山区", "", "新疆维吾尔自治区 乌鲁木齐市 天山区"),
        ("恩施", "", "湖北省 恩施土家族苗族自治州"),
        ("大理白族自治州", "", "云南省 大理白族自治州"),
        ("香港", "", "香港特别行政区"),
        ("鼓楼区", "江苏省南京市", "江苏省 南京市 鼓楼区"),
        ("朝阳区", "北京", "北京市 朝阳区"),
        ("南山区", "广东省深圳市", "广东省 深圳市 南山区"),
        ("A市A3区", "", "A市 A3区"),
        ("西地省A市A7县泉塘街道", "", "A市 A7县"),
        ("K8县", "", "K市 K8县"),
        ("B市", "", "B市"),
    ],
)
def test_path(text: str, region: str, path: str) -> None:
    assert division_path(text, region) == tuple(path.split())


@pytest.mark.parametrize("text", ["", "幸福小区", "北京路12号", "南京东路", "兰州牛肉面", "鼓楼区", "朝阳区"])
def test_no_path(text: str) -> None:
    assert division_path(text) is None


def test_the_worst_case_is_read_however_long() -> None:
    # Work that grows with the square of the length would not come to its end here.
    assert division_path("北京路" * 100_000, "浙江") is None
