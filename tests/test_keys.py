"""Keys: made once, kept as a hash, revoked at once; and what the command says of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.audit import Audit
from api.errors import UsageError
from api.keys import Keys, Role
from api.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{folder}/keys.db")
    yield opened
    opened.close()


def test_a_token_says_whose_it_is(store: Store) -> None:
    keys = Keys(store)
    key, token = keys.create(name="分拣一组", role=Role.TRIAGE, by="甲")
    assert re.fullmatch(r"mq_[0-9a-f]{12}_[0-9a-f]{64}", token)
    principal = keys.check(token)
    assert principal is not None
    assert (principal.id, principal.name, principal.role) == (key.id, "分拣一组", Role.TRIAGE)
    assert principal.by == f"分拣一组 ({key.id})"


@pytest.mark.parametrize(
    "token",
    [
        *("", "mq", "mq_", "mq__", "mq_000000000000_00", "mq_{id}_", "mq_{id}_wrong", "xx_{id}_{secret}", "{secret}"),
        *("mq_{id}_{secret}x", "mq_{id}_{SECRET}", "mq_'; DROP TABLE api_key; --_{secret}", "mq_\ud800_x", "民_情"),
    ],
)
def test_no_other_token_does(store: Store, token: str) -> None:
    keys = Keys(store)
    key, good = keys.create(name="a", role=Role.ADMIN, by="甲")
    secret = good.rsplit("_", 1)[1]
    assert keys.check(token.format(id=key.id, secret=secret, SECRET=secret.upper())) is None
    assert keys.check(good) is not None


def test_a_revoked_key_works_no_longer(store: Store) -> None:
    keys = Keys(store)
    key, token = keys.create(name="a", role=Role.ADMIN, by="甲")
    revoked = keys.revoke(key.id, by="甲")
    assert revoked.revoked_at is not None
    assert keys.check(token) is None
    assert keys.find(key.id) is None
    assert keys.revoke(key.id, by="甲") == revoked, "the first time counts"
    with pytest.raises(UsageError, match="no key 'nobody'"):
        keys.revoke("nobody", by="甲")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101, "a\x00"])
def test_a_name_is_a_line(store: Store, name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        Keys(store).create(name=name, role=Role.ADMIN, by="甲")


def test_the_store_knows_no_secret(store: Store, folder: Path) -> None:
    key, token = Keys(store).create(name="a", role=Role.ADMIN, by="甲")
    files = [path.read_bytes() for path in folder.iterdir()]
    assert any(key.id.encode() in held for held in files)
    assert all(token.rsplit("_", 1)[1].encode() not in held for held in files)


def test_the_command_makes_lists_and_revokes(minqing: Callable[..., Any]) -> None:
    made = minqing("keys", "create", "--role", "analyst", "--name", "研判")
    token = made.out.strip()
    key = token.split("_")[1]
    listed = minqing("keys", "list").out.strip().split("\t")
    assert (listed[0], listed[1], listed[3], listed[4]) == (key, "analyst", "-", "研判")
    assert token not in minqing("keys", "list").out
    assert minqing("keys", "revoke", key).code == 0
    assert minqing("keys", "list").out.split("\t")[3] != "-"
    wrong = minqing("keys", "create", "--role", "king", "--name", "x")
    assert wrong.code == 2
    with sqlite3.connect("minqing.db") as connection:
        actions = [row[0] for row in connection.execute("SELECT action FROM audit ORDER BY id")]
    connection.close()
    assert actions == ["key.create", "key.revoke"]


def test_the_audit_log_is_read_newest_first(store: Store) -> None:
    audit = Audit(store)
    for number in range(5):
        audit.write("a", "report.unmasked", f"r{number}", reports=number)
    newest = audit.read(most=2)
    assert [entry.subject for entry in newest] == ["r4", "r3"]
    assert [entry.subject for entry in audit.read(before=newest[-1].id, most=3)] == ["r2", "r1", "r0"]
    assert newest[0].detail == {"reports": 4}


def test_an_entry_is_written_with_the_deed_or_not_at_all(store: Store) -> None:
    audit = Audit(store)

    def deed() -> None:
        with store.writing() as session:
            audit.write("a", "issue.merge", "i1", session=session)
            raise ValueError("the deed failed")

    with pytest.raises(ValueError, match="the deed failed"):
        deed()
    assert all(entry.action != "issue.merge" for entry in audit.read())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_no_auth_is_for_loopback_only(minqing: Callable[..., Any], host: str) -> None:
    refused = minqing("serve", "--no-auth", "--host", host)
    assert refused.code == 2
    assert "would let everybody in" in refused.err
