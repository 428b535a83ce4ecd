"""API keys: who may do what. A key is shown once, when it is made; the store keeps its hash."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, bindparam, select

from api.audit import Audit
from api.errors import UsageError
from api.schema import KeyRow, table_of
from api.store import Store

#: Longest name of a key, in characters.
MAX_NAME = 100

_KEYS = table_of(KeyRow)
_KEY = select(_KEYS).where(_KEYS.c.id == bindparam("key"))


class Role(StrEnum):
    """What a key is for; what each may do is in `api.http.auth`."""

    SUBMITTER = "submitter"
    TRIAGE = "triage"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """On whose behalf something is done: the id and name of a key, and its role."""

    id: str
    name: str
    role: Role

    @property
    def by(self) -> str:
        """How the audit log names it."""
        return f"{self.name} ({self.id})" if self.id else self.name


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it may be shown: never its secret."""

    id: str
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None

    @property
    def principal(self) -> Principal:
        return Principal(self.id, self.name, self.role)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a store. Who makes or revokes one, `by`, is in the audit log."""

    store: Store

    def create(self, *, name: str, role: Role, by: str) -> tuple[Key, str]:
        """A new key and the token `mq_<id>_<secret>`, which cannot be shown again. Raises UsageError for a bad name."""
        name = name.strip()
        if not name.isprintable() or not 0 < len(name) <= MAX_NAME:
            raise UsageError(
                f"name {name[:MAX_NAME]!r} is empty, too long or unprintable; give 1 to {MAX_NAME} letters"
            )
        key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
        row = KeyRow(id=key_id, name=name, role=role.value, hash=_hash(secret), created_at=datetime.now(UTC))
        with self.store.writing() as session:
            session.add(row)
            key = _key(row)
            Audit(self.store).write(by, "key.create", key.id, session=session, role=role.value)
        return key, f"mq_{key_id}_{secret}"

    def list(self) -> list[Key]:
        """All keys ever made, oldest first."""
        with self.store.reading() as session:
            return [_key(row) for row in session.scalars(select(KeyRow).order_by(KeyRow.created_at, KeyRow.id))]

    def revoke(self, key_id: str, *, by: str) -> Key:
        """The key works no longer. Raises UsageError where there is none such."""
        with self.store.writing() as session:
            row = session.get(KeyRow, key_id)
            if row is None:
                raise UsageError(f"no key {key_id!r}; see `minqing keys list`")
            row.revoked_at = row.revoked_at or datetime.now(UTC)
            Audit(self.store).write(by, "key.revoke", key_id, session=session)
            return _key(row)

    def check(self, token: str) -> Principal | None:
        """Whose token it is, or None. As long for a wrong secret as for an unknown id."""
        mark, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        row = self._read(key_id[:20]) if key_id.isascii() and key_id.isalnum() else None
        known = row.hash if row is not None else _NO_HASH
        right = hmac.compare_digest(_hash(secret), known)
        if not right or mark != "mq" or row is None or row.revoked_at is not None:
            return None
        return _key(row).principal

    def find(self, key_id: str) -> Principal | None:
        """Whose key it is, unless it was revoked."""
        row = self._read(key_id)
        return None if row is None or row.revoked_at is not None else _key(row).principal

    def _read(self, key_id: str) -> Row[Any] | None:
        with self.store.reading() as session:
            return session.execute(_KEY, {"key": key_id}).one_or_none()


def _hash(secret: str) -> str:
    """Plain SHA-256 does: a secret has 256 random bits, so that guessing needs no slowing down."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


#: What the secret of an unknown id is compared with.
_NO_HASH = "0" * 64


def _key(row: KeyRow | Row[Any]) -> Key:
    return Key(row.id, row.name, Role(row.role), row.created_at, row.revoked_at)
