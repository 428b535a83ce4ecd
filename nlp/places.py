"""The path of administrative divisions that a place lies in: 浙江省, 杭州市, 余杭区, 仓前街道.

Known are provinces, prefectures and counties (`places.txt`); a town is taken as written after a known county. The
names of a province or a prefecture also count without their last word (广东, 深圳), a county's only whole. A name that
several places bear (鼓楼区) is told apart by what stands before it or by the report's region; where neither helps there
is no path. Anonymised divisions (A市A3区, K8县) are of the city of their letter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Path = tuple[str, ...]

_PEOPLES = (
    "维吾尔|壮族|回族|土家族|苗族|藏族|羌族|彝族|白族|傣族|景颇族|哈尼族|傈僳族|布依族|侗族|蒙古族|蒙古|哈萨克"
    "|柯尔克孜|朝鲜族"
)
_LAST_WORD = re.compile(rf"(?:特别行政区|(?:{_PEOPLES})*自治[区州]|省|市|地区|盟)\Z")
_ANONYMOUS = re.compile(
    r"(?<![A-Za-z])(?:(?P<city>[A-Z])市)?(?:(?P<letter>[A-Z])(?P<number>[0-9]{1,2})(?P<kind>[区县市]))?"
)
_TOWN = re.compile(r"[一-鿿]{1,5}?(?:街道|镇|乡|苏木)(?![镇乡]?[中医派路])")

#: What follows a short name that is part of another: 北京路, 南京大饭店, 延安东路.
_NOT_PLACE = re.compile(
    "[东西南北中]?[一二三四五六七八九十]?(?:路|大道|大街|街|巷)|话|菜|烤鸭|牛肉|银行|广场|大厦|饭店|酒店|小区|花园"
    "|人寿|联通"
)
#: Cities that govern their towns without counties between.
_WITHOUT_COUNTIES = ("东莞市", "中山市", "儋州市", "嘉峪关市")
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name with the paths that bear it, and the pattern that finds the names, longest first."""

    paths: Mapping[str, tuple[Path, ...]]
    names: re.Pattern[str]


@cache
def _gazetteer() -> Gazetteer:
    paths: dict[str, dict[Path, None]] = {}
    for line in files("nlp").joinpath("places.txt").read_text("utf-8").splitlines():
        province, prefecture, counties = (*line.split("\t"), "", "")[:3]
        above = (province, prefecture) if prefecture else (province,)
        for name in (province, _LAST_WORD.sub("", province)):
            paths.setdefault(name, {})[(province,)] = None
        if prefecture:
            for name in (prefecture, _LAST_WORD.sub("", prefecture)):
                if (province,) not in paths.get(name, {}):  # 吉林 is the province
                    paths.setdefault(name, {})[above] = None
        for county in counties.split():
            paths.setdefault(county, {})[(*above, county)] = None
    longest = sorted((name for name in paths if len(name) > 1), key=len, reverse=True)
    return Gazetteer({name: tuple(found) for name, found in paths.items()}, re.compile("|".join(longest)))


def division_path(text: str, region: str = "") -> Path | None:
    """Province, prefecture, county and town of a place as written, as far as they are known; None where none is."""
    if anonymous := _anonymous(text):
        return anonymous
    known = _known(region, ()) if region else None
    found = _known(text, known[0] if known else ())
    if found is None:
        return None
    path, end = found
    town = _TOWN.match(text, end)
    return (*path, town[0]) if town and _is_county(path) else path


def divisions_before(text: str, first: int, end: int) -> int:
    """Where the names of divisions begin that stand together right before `end`, none before `first`, or `end`."""
    start = border = -1
    for name in _gazetteer().names.finditer(text, first, end):
        start = start if name.start() == border else name.start()
        border = name.end()
    return start if border == end else end


def _known(text: str, context: Path) -> tuple[Path, int] | None:
    """The deepest path that the names of a text tell from left to right, and where they end."""
    gazetteer = _gazetteer()
    path: Path = ()
    end = 0
    for name in gazetteer.names.finditer(text):
        if path and name.start() > end:  # names of one address stand together
            break
        paths = gazetteer.paths[name[0]]
        if name[0] not in paths[0] and _NOT_PLACE.match(text, name.end()):
            continue
        within = [found for found in paths if found[: len(path)] == path] if path else list(paths)
        if not path and len(within) > 1:
            within = [found for found in within if _shares(found, context)] or within
        if len(within) == 1:
            path, end = within[0], name.end()
        elif path:
            break
    return (path, end) if path else None


def _shares(path: Path, context: Path) -> bool:
    """Whether a path and the region of the report lie one inside the other."""
    depth = min(len(path), len(context))
    return depth > 0 and path[:depth] == context[:depth]


def _is_county(path: Path) -> bool:
    if len(path) == 2:
        return path[0] in _MUNICIPALITIES or path[1][-1] in "县区旗" or path[1] in _WITHOUT_COUNTIES
    return len(path) == 3


def _anonymous(text: str) -> Path | None:
    for found in _ANONYMOUS.finditer(text):
        city, letter = found["city"], found["letter"]
        if city or letter:
            path = (f"{city or letter}市",)
            return (*path, f"{letter}{found['number']}{found['kind']}") if letter else path
    return None
