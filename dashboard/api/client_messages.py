"""What a client may say on a websocket, and what it costs to say anything else."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.clock import now_ms

LONGEST = 4096
"""Characters of a message."""
MOST, WITHIN = 20, 1_000
"""Messages that a client may send within so many milliseconds."""

POLICY_VIOLATION, TOO_BIG, UNREADABLE, TRY_AGAIN = 1008, 1009, 1007, 1013
"""Close codes of RFC 6455, and of its registry."""

Answer = Callable[[], Mapping[str, Any]]


class ProtocolViolation(Exception):
    """The client said what it may not: it is told, and the connection is closed."""

    def __init__(self, code: str, message: str, close: int = POLICY_VIOLATION) -> None:
        super().__init__(message)
        self.code = code
        self.close = close


class ClientProtocol:
    """Answers one client's messages."""

    def __init__(self, actions: Mapping[str, Answer]) -> None:
        self._actions = actions
        self._heard: deque[int] = deque(maxlen=MOST + 1)

    def answer(self, message: Mapping[str, Any]) -> str:
        """The answer to one `websocket.receive` event. Raises ProtocolViolation."""
        self._count()
        raw = message.get("text")
        if raw is None:
            raise ProtocolViolation("binary", "send text: a JSON object with an action")
        if len(raw) > LONGEST:
            raise ProtocolViolation("too_long", f"a message may have {LONGEST} characters", TOO_BIG)
        return json.dumps(self._action(raw)(), separators=(",", ":"))

    def _action(self, raw: str) -> Answer:
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError):
            raise ProtocolViolation("bad_json", "this is not JSON", UNREADABLE) from None
        if not isinstance(said, dict) or not isinstance(said.get("action"), str):
            raise ProtocolViolation("no_action", 'send an object like {"action": "ping"}')
        if said["action"] not in self._actions:
            raise ProtocolViolation("unknown_action", f"known actions are {', '.join(self._actions)}")
        return self._actions[said["action"]]

    def _count(self) -> None:
        self._heard.append(now_ms())
        if len(self._heard) > MOST and self._heard[-1] - self._heard[0] < WITHIN:
            raise ProtocolViolation("flood", f"more than {MOST} messages in a second")
