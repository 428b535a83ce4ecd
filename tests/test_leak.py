"""Nothing personal leaks: 500 invented people are planted in reports, and no output of any command shows them."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑"
GIVEN = "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英文辉玲华飞鑫波斌宇浩凯健俊帆雪倩丽"
PROVINCES = "京沪粤苏浙鲁川鄂湘豫皖闽"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    phone: str
    card: str
    id_card: str
    plate: str
    account: str
    email: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.name, self.phone, self.card, self.id_card, self.plate, self.account, self.email)


def luhn(number: str) -> str:
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(number)))
    return number + str(-total % 10)


def identity_number(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def invent(rng: random.Random) -> Person:
    def digits(n: int) -> str:
        return "".join(rng.choices("0123456789", k=n))

    birth = f"{rng.randint(1950, 2004)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    return Person(
        name=rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=2)),
        phone="1" + rng.choice("3578") + digits(9),
        card=luhn("622848" + digits(rng.choice((9, 12)))),
        id_card=identity_number("430102" + birth + digits(3)),
        plate=rng.choice(PROVINCES) + rng.choice("ABCDE") + digits(4) + rng.choice("ABCDEFGH"),
        account="wx" + rng.choice("abcdefgh") + digits(6),
        email=rng.choice("abcdefgh") + digits(7) + "@qq.com",
    )


#: Ways in which people tell of people; each names some of the secrets.
TELLINGS = (
    "我叫{name}，身份证号{id_card}，昨天被骗了3万元，对方让我转到银行卡{card}，请帮帮我，电话{phone}。",
    "举报：骗子收款账户户名{name}，卡号{card}，手机{phone}，加的微信{account}，骗走我5800元。",
    "来电人{phone}反映，车牌{plate}的货车每天半夜在小区门口装货，司机联系方式{phone}。",
    "物业经理{name}态度恶劣，打电话{phone}给他不接，发邮件到{email}也不回，小区电梯坏了一周。",
    "尊敬的领导：我是阳光花园业主{name}，联系电话{phone}，楼下{plate}长期占用消防通道，望处理。",
    "被告人{name}（身份证号码{id_card}）以投资为名骗取被害人现金十万元，转入{card}。",
    "加薇{account}领彩金，联系人{name}，电话{phone}，邮箱{email}",
    "公司拖欠工资，老板叫{name}，手机号{phone}，他的车是{plate}，工人{name}等人多次讨要未果。",
)


#: People who are told of by two reports.
AGAIN = 16


@pytest.fixture(scope="module")
def people() -> list[Person]:
    rng = random.Random(20)
    return [invent(rng) for _ in range(500)]


@pytest.fixture(scope="module")
def planted(people: list[Person], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("leak") / "planted.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        for i, person in enumerate(people):
            text = TELLINGS[i % len(TELLINGS)].format(**{f: getattr(person, f) for f in person.__slots__})
            title = f"反映{person.name}的问题，电话{person.phone}" if i % 5 == 0 else ""
            stream.write(json.dumps({"id": str(i), "title": title, "text": text}, ensure_ascii=False) + "\n")
            if i < AGAIN:
                # Told twice, so that a person's data is among the phrases that two reports share.
                stream.write(json.dumps({"id": f"{i}b", "text": f"再次反映，{text}"}, ensure_ascii=False) + "\n")
        # Rows that are rejected must not repeat what they held either.
        stream.write(json.dumps({"id": "bad", "text": f"{people[0].phone}", "received_at": "昨天"}) + "\n")
        stream.write(f'{{"text": "{people[1].phone} {people[1].name}\n')
    return path


def test_no_output_shows_a_planted_person(
    minqing: Callable[..., Any], planted: Path, people: list[Person], tmp_path: Path
) -> None:
    outputs: dict[str, str] = {}

    def keep(name: str, ran: Any) -> None:
        outputs[name] = ran.out + ran.err

    keep("tag", minqing("tag", planted, "--scores"))
    keep("tag csv", minqing("tag", planted, "-o", "o.csv"))
    keep("tag xlsx", minqing("tag", planted, "-o", "o.xlsx"))
    keep("ingest", minqing("ingest", planted, "-o", "i.jsonl"))
    keep("again", minqing("--debug", "ingest", planted, "-o", "again.jsonl"))
    keep("list", minqing("issues", "list", "--most", "1000"))
    keep("export", minqing("issues", "export"))
    issue = json.loads(outputs["export"].splitlines()[0])["issue"]
    keep("show", minqing("issues", "show", issue))
    keep("why", minqing("issues", "why", "0b"))
    with sqlite3.connect("minqing.db") as connection:
        kept = connection.execute("SELECT json_extract(why, '$') FROM report WHERE why IS NOT NULL").fetchall()
    connection.close()
    outputs["kept"] = "\n".join(why for (why,) in kept)
    for path in sorted(tmp_path.iterdir()):
        if path.suffix in (".jsonl", ".csv"):
            outputs[path.name] = path.read_text("utf-8-sig")
    outputs["o.xlsx"] = str(CalamineWorkbook.from_path("o.xlsx").get_sheet_by_index(0).to_python())

    assert len(outputs["tag"].splitlines()) == 501 + AGAIN
    assert "*" in outputs["kept"], "phrases that are shared hold masked data"
    assert len(outputs) >= 12
    leaks = [
        (name, secret)
        for name, text in outputs.items()
        for person in people
        for secret in person.secrets
        if secret in text
    ]
    assert not leaks, f"{len(leaks)} leaks, such as {leaks[:8]}"


def test_the_store_keeps_what_a_role_may_see(minqing: Callable[..., Any], planted: Path, people: list[Person]) -> None:
    """Masking is of outputs: the text itself is stored whole, or the test above would prove nothing."""
    minqing("ingest", planted)
    with sqlite3.connect("minqing.db") as connection:
        (text,) = connection.execute("SELECT text FROM report WHERE external_id = '0'").fetchone()
    connection.close()
    assert people[0].phone in text
    assert people[0].phone in minqing("tag", planted, "--unmasked").out
