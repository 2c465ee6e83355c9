"""Who asks: what the Hub says of the token in the request's header, and nothing else.

Cookies are never looked at. So a page of somebody else's that a student has open cannot ask in the student's name.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Callable
from typing import Any

from jupyterhub.services.auth import HubAuth
from tornado.web import HTTPError

from fairmark.service.errors import Refusal

SECONDS = 15
"""How long the Hub's word is believed: a token that was revoked works no longer than that."""
MOST = 10_000
_AT_ONCE = 32
_PATIENCE = 10
_HEADER = re.compile(r"(?:token|bearer) +([!-~]{1,512})", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"[^\x00-\x20\x7f/\\]{1,128}")


class Identity:
    """Asks the Hub whose token it is.

    Parameters
    ----------
    auth
        JupyterHub's own client, which knows the Hub's address and the scope that gives access to this service.
    clock
        Seconds that only grow.
    """

    def __init__(self, auth: HubAuth, *, clock: Callable[[], float] = time.monotonic) -> None:
        if not auth.access_scopes:
            raise ValueError("no scope is named that gives access to the service")
        self.auth, self.clock = auth, clock
        self._known: dict[str, tuple[float, str]] = {}
        self._asking = asyncio.Semaphore(_AT_ONCE)

    async def user(self, header: str) -> str:
        """Give the name of the user whose token stands in an ``Authorization`` header.

        Raises
        ------
        Refusal
            401 where it is nobody's, 403 where it gives no access to this service, 503 where the Hub does not answer.
        """
        found = _HEADER.fullmatch(header.strip())
        if not found:
            raise Refusal(401, "no token: send it in the header Authorization, as in: token abc")
        key = hashlib.sha256(found[1].encode()).hexdigest()
        until, name = self._known.get(key, (0.0, ""))
        if until > self.clock():
            return name
        self._known.pop(key, None)
        async with self._asking:
            name = self._allowed(await self._ask(found[1]))
        self._remember(key, name)
        return name

    async def _ask(self, token: str) -> Any:
        try:
            return await asyncio.wait_for(self.auth.user_for_token(token, use_cache=False, sync=False), _PATIENCE)
        except (HTTPError, TimeoutError, ValueError):
            raise Refusal(503, "the Hub cannot be asked who you are; try again later") from None

    def _allowed(self, model: Any) -> str:
        if not isinstance(model, dict) or not isinstance(model.get("name"), str):
            raise Refusal(401, "the Hub does not know this token, or it is no longer valid")
        if not self.auth.check_scopes(self.auth.access_scopes, {"scopes": model.get("scopes") or []}):
            raise Refusal(403, "this token gives no access to this service")
        if model.get("kind") != "user" or not _NAME.fullmatch(model["name"]):
            raise Refusal(403, "only a user can ask")
        return str(model["name"])

    def _remember(self, key: str, name: str) -> None:
        """Only good tokens are kept, so that guessing fills nothing."""
        now = self.clock()
        if len(self._known) >= MOST:
            self._known = {one: (until, who) for one, (until, who) in self._known.items() if until > now}
        if len(self._known) < MOST:
            self._known[key] = (now + SECONDS, name)
