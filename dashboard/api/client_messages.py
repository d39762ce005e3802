"""Messages of a websocket client: their limits, their actions, and the errors that close the connection."""

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.clock import now_ms

MAX_MESSAGE_CHARACTERS = 4096
MAX_MESSAGES, WINDOW_MS = 20, 1_000
"""Rate limit: messages of one client within the window."""

POLICY_VIOLATION, TOO_BIG, INVALID_PAYLOAD, TRY_AGAIN = 1008, 1009, 1007, 1013
"""Close codes of RFC 6455 and of the IANA registry of websocket close codes."""

Answer = Callable[[], Mapping[str, Any]]


class ProtocolViolation(Exception):
    """The client broke the protocol: it is sent this error, and the connection is closed."""

    def __init__(self, code: str, message: str, close: int = POLICY_VIOLATION) -> None:
        super().__init__(message)
        self.code = code
        self.close = close


class ClientProtocol:
    """Answers the messages of one client."""

    def __init__(self, actions: Mapping[str, Answer]) -> None:
        self._actions = actions
        self._received: deque[int] = deque(maxlen=MAX_MESSAGES + 1)

    def answer(self, message: Mapping[str, Any]) -> str:
        """Returns the answer to one `websocket.receive` event. Raises ProtocolViolation."""
        self._check_rate()
        raw = message.get("text")
        if raw is None:
            raise ProtocolViolation("binary", "binary message: send text, a JSON object with an action")
        if len(raw) > MAX_MESSAGE_CHARACTERS:
            reason = f"message of {len(raw)} characters: send at most {MAX_MESSAGE_CHARACTERS}"
            raise ProtocolViolation("too_long", reason, TOO_BIG)
        return json.dumps(self._action(raw)(), separators=(",", ":"))

    def _action(self, raw: str) -> Answer:
        try:
            message = json.loads(raw)
        except (ValueError, RecursionError):
            reason = 'message is not valid JSON: send an object like {"action": "ping"}'
            raise ProtocolViolation("bad_json", reason, INVALID_PAYLOAD) from None
        if not isinstance(message, dict) or not isinstance(message.get("action"), str):
            raise ProtocolViolation("no_action", 'no action: send an object like {"action": "ping"}')
        if message["action"] not in self._actions:
            raise ProtocolViolation(
                "unknown_action", f"unknown action: send one of {', '.join(self._actions)}"
            )
        return self._actions[message["action"]]

    def _check_rate(self) -> None:
        self._received.append(now_ms())
        if len(self._received) > MAX_MESSAGES and self._received[-1] - self._received[0] < WINDOW_MS:
            raise ProtocolViolation("flood", f"more than {MAX_MESSAGES} messages in a second: send fewer")
