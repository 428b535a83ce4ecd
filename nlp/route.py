"""Which office a report goes to and how fast: rules read in order, as data, each with its reason."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from corpora import Taxonomy, default_taxonomy, top

#: The reasons that a rule may ask for; those of `nlp.urgent`.
URGENT_REASONS = ("danger", "fire_gas", "stop_payment", "minor")

_LISTS = ("primary", "categories", "urgent", "region")
_FIELDS = ("name", "to", "hours", *_LISTS)


@dataclass(frozen=True, slots=True)
class Route:
    """An office, the rule that chose it, and the time limit in clock hours from the assignment."""

    to: str
    rule: str
    hours: float

    def to_json(self) -> dict[str, Any]:
        return {"to": self.to, "rule": self.rule, "hours": self.hours}


@dataclass(frozen=True, slots=True)
class Look:
    """One rule that was looked at; `why` says what matched, or the first thing that did not."""

    rule: str
    matched: bool
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule asks for and where it sends; an empty tuple asks nothing. A level-1 id stands for all below it."""

    route: Route
    primary: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    region: tuple[str, ...] = ()

    def look(self, primary: str, categories: Collection[str], urgent: Collection[str], region: str) -> Look:
        """Hold the rule against one report, and say why."""
        applying = {primary, *categories}
        seen = {"primary": primary, "categories": sorted(applying), "urgent": sorted(urgent), "region": region}
        found = self._found(primary, applying, urgent, region)
        for name, values in found.items():
            if not values:
                why = f"{name} is {seen[name]!r}, asked for one of {list(getattr(self, name))}"
                return Look(self.route.rule, False, why)
        why = "; ".join(f"{name} {', '.join(values)}" for name, values in found.items()) or "asks nothing"
        return Look(self.route.rule, True, why)

    def matches(self, primary: str, categories: Collection[str], urgent: Collection[str], region: str) -> bool:
        """Whether the rule takes one report."""
        return all(self._found(primary, {primary, *categories}, urgent, region).values())

    def _found(
        self, primary: str, applying: Collection[str], urgent: Collection[str], region: str
    ) -> dict[str, list[str]]:
        """By what the rule asks of: what the report has of it."""
        found: dict[str, list[str]] = {}
        if self.primary:
            found["primary"] = [primary] if _among(primary, self.primary) else []
        if self.categories:
            found["categories"] = sorted(c for c in applying if _among(c, self.categories))
        if self.urgent:
            found["urgent"] = [reason for reason in self.urgent if reason in urgent]
        if self.region:
            found["region"] = [part for part in self.region if _lies_in(region, part)]
        return found

    def _is_local(self, region: str) -> bool:
        return any(_lies_in(region, part) for part in self.region)

    def takes_all_of(self, later: Rule) -> bool:
        """Whether no report can come past this rule to `later`."""
        # The primary is always among the categories, so a rule on categories also takes what a later one asks of it.
        of_later = (later.primary, later.categories)
        return (
            (not self.primary or _within(later.primary, self.primary))
            and (not self.categories or any(_within(ids, self.categories) for ids in of_later))
            and (not self.urgent or (bool(later.urgent) and set(later.urgent) <= set(self.urgent)))
            and (not self.region or (bool(later.region) and all(map(self._is_local, later.region))))
        )


@dataclass(frozen=True, slots=True)
class Routing:
    """Rules in order; the first that matches decides. Made by `load_routing`, which sees to it that one always does."""

    version: str
    rules: tuple[Rule, ...]

    def route(self, primary: str, categories: Collection[str], urgent: Collection[str], region: str) -> Route:
        """The office for a report with these category ids, urgent reasons and region.

        `region` is a division path, `湖南省/长沙市/雨花区`; `""` where it is unknown.

        Raises ValueError where no rule matches, as for a category of another taxonomy than the rules were checked with.
        """
        for rule in self.rules:
            if rule.matches(primary, categories, urgent, region):
                return rule.route
        raise ValueError(f"no rule takes primary {primary!r}; add one to the routing file, or use its taxonomy")

    def explain(
        self, primary: str, categories: Collection[str], urgent: Collection[str], region: str
    ) -> tuple[Look, ...]:
        """The rules looked at, in order, down to the one that matched (the last)."""
        return tuple(self._looks(primary, categories, urgent, region))

    def _looks(self, primary: str, categories: Collection[str], urgent: Collection[str], region: str) -> Iterator[Look]:
        for rule in self.rules:
            look = rule.look(primary, categories, urgent, region)
            yield look
            if look.matched:
                return


def load_routing(path: Path, taxonomy: Taxonomy) -> Routing:
    """Read and check a routing file. Raises ValueError that says what stands there and how to mend it."""
    data = tomllib.loads(path.read_text("utf-8"))
    if extra := data.keys() - {"version", "rule"}:
        raise ValueError(f"{path}: unknown entry {sorted(extra)[0]!r}; a routing file has `version` and [[rule]] only")
    if not isinstance(data.get("version"), str) or not isinstance(data.get("rule"), list):
        raise ValueError(f'{path}: needs version = "…" and at least one [[rule]]')
    rules: list[Rule] = []
    for position, table in enumerate(data["rule"], 1):
        rule = _read_rule(table, f"{path}: rule {position}", taxonomy)
        for earlier in rules:
            if earlier.route.rule == rule.route.rule:
                raise ValueError(f"{path}: rule name {rule.route.rule!r} stands twice; give each rule its own name")
            if earlier.takes_all_of(rule):
                names = f"rule {rule.route.rule!r} is never reached: {earlier.route.rule!r} above it takes all of it"
                raise ValueError(f"{path}: {names}; move it up or remove it")
        rules.append(rule)
    unconditional = [rule for rule in rules if not (rule.urgent or rule.region)]
    for category_id in taxonomy.ids:
        # Only the primary is sure to be there, so a rule that asks more of the categories does not count.
        if not any(rule.matches(category_id, (), (), "") for rule in unconditional):
            raise ValueError(
                f'{path}: no rule takes category {category_id!r}; add one with primary = ["{top(category_id)}"] '
                "and neither urgent nor region"
            )
    return Routing(version=data["version"], rules=tuple(rules))


@cache
def default_routing() -> Routing:
    """The rules shipped with the project, checked against its taxonomy."""
    return load_routing(Path(str(files("nlp") / "routing.toml")), default_taxonomy())


def _read_rule(table: Mapping[str, Any], where: str, taxonomy: Taxonomy) -> Rule:
    for field in table.keys() - set(_FIELDS):
        raise ValueError(f"{where}: unknown field {field!r}; known are {', '.join(_FIELDS)}")
    for field in ("name", "to"):
        value = table.get(field)
        if not isinstance(value, str) or not value.strip():
            raise ValueError(f'{where}: {field} is {value!r}; write {field} = "…"')
    where = f"{where} ({table['name']})"
    hours = table.get("hours")
    if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 < hours < float("inf"):
        raise ValueError(f"{where}: hours is {hours!r}; write a number of hours above 0")
    lists = {field: _read_list(table[field], field, where) for field in _LISTS if field in table}
    for field, known in (("primary", taxonomy.ids), ("categories", taxonomy.ids), ("urgent", URGENT_REASONS)):
        for value in lists.get(field, ()):
            if value not in known:
                raise ValueError(f"{where}: {field} has {value!r}, which is unknown; use one of {', '.join(known)}")
    return Rule(Route(table["to"], table["name"], hours), **lists)


def _read_list(value: object, field: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value):
        raise ValueError(f'{where}: {field} is {value!r}; write {field} = ["…"], or leave it out to ask nothing')
    return tuple(value)


def _lies_in(region: str, part: str) -> bool:
    """Whether a path has this part, by whole names: 长沙市/雨花区 is in 湖南省/长沙市/雨花区, 花区 is not."""
    return f"/{part}/" in f"/{region}/"


def _among(category_id: str, asked: Collection[str]) -> bool:
    return category_id in asked or top(category_id) in asked


def _within(ids: Collection[str], asked: Collection[str]) -> bool:
    return bool(ids) and all(_among(category_id, asked) for category_id in ids)
