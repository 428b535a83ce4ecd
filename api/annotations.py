"""Reports to and from the tools in which people label: Label Studio and doccano."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

from api.errors import UsageError
from corpora import Span, Taxonomy
from nlp import TYPES

Tool = Literal["label-studio", "doccano"]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what people or the model said of it; spans are `[start, end)` in characters of the text.

    `categories` are ids, the primary first; () where nobody said any.
    """

    id: str
    text: str
    categories: tuple[str, ...]
    spans: tuple[Span, ...]

    def to_json(self) -> dict[str, Any]:
        """A row as `minqing eval` reads it, with the spans."""
        return {
            "id": self.id,
            "text": self.text,
            "primary": self.categories[0] if self.categories else None,
            "labels": list(self.categories),
            "acceptable": [],
            "entities": [
                {"type": s.type, "start": s.start, "end": s.end, "text": self.text[s.start : s.end]} for s in self.spans
            ],
        }


def labelled(result: Mapping[str, Any]) -> Labelled:
    """What the public object of `minqing tag` says of a report."""
    primary = result["primary"]["id"]
    others = (category["id"] for category in result["categories"])
    return Labelled(
        id=result["id"],
        text=result["text"],
        categories=tuple(dict.fromkeys((primary, *others))),
        spans=tuple(Span(e["type"], e["start"], e["end"]) for e in result["entities"]),
    )


def dump(rows: Iterable[Labelled], tool: Tool, *, model: str) -> Iterator[str]:
    """The lines of a file that the tool imports, the labels as suggestions of `model`."""
    if tool == "doccano":
        for one in rows:
            yield _json(_to_doccano(one))
        return
    first = True
    for one in rows:
        yield ("[" if first else ",") + _json(_to_label_studio(one, model))
        first = False
    yield "[]" if first else "]"


def load(text: str, tool: Tool) -> list[Labelled]:
    """What a file says that the tool exported (Label Studio: JSON; doccano: JSONL).

    Of several annotations the last that was not cancelled counts; a task without any is left out. Raises UsageError
    with the number of the task that cannot be read.
    """
    try:
        tasks = json.loads(text) if tool == "label-studio" else [json.loads(s) for s in text.splitlines() if s.strip()]
    except json.JSONDecodeError as error:
        raise UsageError(f"the file is not what {tool} exports ({error}); export it again as JSON") from error
    read: Callable[[Any], Labelled | None] = _from_label_studio if tool == "label-studio" else _from_doccano
    found: list[Labelled] = []
    for number, task in enumerate(tasks, 1):
        try:
            one = read(task)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise UsageError(f"task {number} is not what {tool} exports ({error!r}); export it again") from error
        if one is not None:
            found.append(one)
    return found


def label_studio_config(taxonomy: Taxonomy) -> str:
    """The labelling interface of a Label Studio project for these tasks."""
    names = "".join(f"<Label value={quoteattr(kind)}/>" for kind in TYPES)
    choices = "".join(f"<Choice value={quoteattr(c.id)} hint={quoteattr(c.name)}/>" for c in taxonomy)
    return (
        f'<View><Labels name="entities" toName="text">{names}</Labels><Text name="text" value="$text"/>'
        f'<Choices name="primary" toName="text" choice="single" showInline="true">{choices}</Choices>'
        f'<Choices name="categories" toName="text" choice="multiple" showInline="true">{choices}</Choices></View>'
    )


def _to_label_studio(one: Labelled, model: str) -> dict[str, Any]:
    units = _Units(one.text)
    result = [
        {
            **{"id": f"s{number}", "from_name": "entities", "to_name": "text", "type": "labels"},
            "value": {
                **{"start": units.of(span.start), "end": units.of(span.end)},
                **{"text": one.text[span.start : span.end], "labels": [span.type]},
            },
        }
        for number, span in enumerate(one.spans)
    ]
    if one.categories:
        for name, chosen in (("primary", one.categories[:1]), ("categories", one.categories)):
            choice = {"id": name, "from_name": name, "to_name": "text", "type": "choices"}
            result.append({**choice, "value": {"choices": list(chosen)}})
    return {"data": {"text": one.text, "id": one.id}, "predictions": [{"model_version": model, "result": result}]}


def _from_label_studio(task: Mapping[str, Any]) -> Labelled | None:
    done = [a for a in task.get("annotations", []) if not a.get("was_cancelled")]
    if not done:
        return None
    text = task["data"]["text"]
    units = _Units(text)
    spans, chosen = [], {"primary": [], "categories": []}  # type: ignore[var-annotated]
    for item in done[-1]["result"]:
        value = item["value"]
        if item["type"] == "labels":
            spans += [Span(kind, units.at(value["start"]), units.at(value["end"])) for kind in value["labels"]]
        elif item["type"] == "choices":
            chosen[item["from_name"]] += value["choices"]
    categories = tuple(dict.fromkeys((*chosen["primary"], *chosen["categories"])))
    return Labelled(str(task["data"]["id"]), text, categories, tuple(spans))


def _to_doccano(one: Labelled) -> dict[str, Any]:
    entities = [[span.start, span.end, span.type] for span in one.spans]
    return {"text": one.text, "id": one.id, "cats": list(one.categories), "entities": entities}


def _from_doccano(task: Mapping[str, Any]) -> Labelled:
    # doccano numbers rows itself and hands further fields back as they came, some versions under `meta`.
    own = task.get("meta", {}).get("id", task["id"])
    spans = tuple(Span(kind, int(start), int(end)) for start, end, kind in task["entities"])
    if any(not 0 <= s.start < s.end <= len(task["text"]) for s in spans):
        raise ValueError("a span lies outside its text")
    return Labelled(str(own), task["text"], tuple(dict.fromkeys(task["cats"])), spans)


class _Units:
    """Label Studio counts as browsers do, in UTF-16 units: a character beyond U+FFFF counts twice."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        for character in text:
            self._starts.append(self._starts[-1] + (2 if ord(character) > 0xFFFF else 1))

    def of(self, offset: int) -> int:
        return self._starts[offset]

    def at(self, unit: int) -> int:
        return self._starts.index(unit)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
