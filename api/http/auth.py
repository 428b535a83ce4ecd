"""Who calls, and what each role may do. A program brings a key, a browser the cookie that a key was given for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import Response

from api.http.problems import Problem
from api.keys import Keys, Principal, Role

COOKIE = "minqing_session"
#: Seconds after which a person has to log in anew: a long working day.
SESSION_SECONDS = 12 * 3600

ALL = frozenset(Role)
#: What is open to whom. Only triage and admin see personal data; only admin sees keys, webhooks and the audit log.
INGEST = frozenset({Role.SUBMITTER, Role.TRIAGE, Role.ADMIN})
READ = frozenset({Role.TRIAGE, Role.ANALYST, Role.ADMIN})
UNMASKED = frozenset({Role.TRIAGE, Role.ADMIN})
TRIAGE = frozenset({Role.TRIAGE, Role.ADMIN})
EXPORT = frozenset({Role.ANALYST, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})

#: Who calls where no keys are asked for; only ever on loopback.
NOBODY = Principal("", "no-auth", Role.ADMIN)


class Sessions:
    """Signed cookies. The signature's secret is drawn at start: a restart asks for the key again."""

    def __init__(self, keys: Keys, secret: bytes) -> None:
        self._keys = keys
        self._signer = URLSafeTimedSerializer(secret, salt="minqing-session")

    def start(self, response: Response, principal: Principal, *, secure: bool) -> None:
        """Give the browser a cookie that no script reads and no other site can make it send."""
        value = self._signer.dumps(principal.id)
        response.set_cookie(
            COOKIE, value, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure, path="/"
        )

    @staticmethod
    def end(response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")

    def check(self, cookie: str) -> Principal | None:
        """Whose cookie it is; None where it was forged, is too old, or its key was revoked."""
        try:
            key_id = self._signer.loads(cookie, max_age=SESSION_SECONDS)
        except BadSignature:
            return None
        return self._keys.find(key_id)


async def identify(connection: HTTPConnection, keys: Keys, sessions: Sessions) -> Principal | None:
    """Who calls, by bearer token, else by cookie; None where neither is good."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme:
        return await run_in_threadpool(keys.check, token.strip()) if scheme.lower() == "bearer" else None
    if foreign(connection):
        return None
    cookie = connection.cookies.get(COOKIE)
    return await run_in_threadpool(sessions.check, cookie) if cookie else None


def foreign(connection: HTTPConnection) -> bool:
    """Whether another site's page made the browser call; such a call must not act for the person at the browser."""
    return connection.headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def principal_of(connection: HTTPConnection) -> Principal | None:
    """Who calls, as the gate found out; None for nobody known. Pages ask this, too."""
    principal: Principal | None = getattr(connection.state, "principal", None)
    return principal


_bearer = HTTPBearer(auto_error=False, description="An API key: `mq_…`, made by `minqing keys create`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, description="The cookie that POST /v1/session gives for a key.")


def allowed(roles: frozenset[Role]) -> Any:
    """A dependency: the caller, if in one of the roles; else Problem 403."""

    def check(
        request: Request, _: Annotated[Any, Depends(_bearer)] = None, __: Annotated[Any, Depends(_cookie)] = None
    ) -> Principal:
        principal = principal_of(request)
        if principal is None:
            raise unknown()
        if principal.role not in roles:
            listed = ", ".join(sorted(roles))
            raise Problem(403, f"a key of role {principal.role} may not do this; it takes one of: {listed}")
        return principal

    return Depends(check)


def unknown() -> Problem:
    """Nobody known calls."""
    return Problem(
        401, "no valid key; send `Authorization: Bearer mq_…`", headers={"WWW-Authenticate": 'Bearer realm="minqing"'}
    )


def may_unmask(principal: Principal) -> None:
    """Problem 403 unless the role may see personal data."""
    if principal.role not in UNMASKED:
        raise Problem(403, f"a key of role {principal.role} may not see personal data; leave out `unmasked`")
