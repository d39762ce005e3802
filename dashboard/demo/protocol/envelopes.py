"""Bitget's envelopes of REST responses and websocket frames."""

from collections.abc import Mapping

SUCCESS = "00000"


def success_response(data: object, now_ms: int) -> dict[str, object]:
    """A successful REST response."""
    return {"code": SUCCESS, "msg": "success", "requestTime": now_ms, "data": data}


def error_response(code: str, message: str, now_ms: int) -> dict[str, object]:
    """A REST response that reports an error."""
    return {"code": code, "msg": message, "requestTime": now_ms, "data": None}


def data_frame(action: str, arg: Mapping[str, str], data: object, now_ms: int) -> dict[str, object]:
    """A websocket frame with data; `action` is `snapshot` or `update`."""
    return {"action": action, "arg": dict(arg), "data": data, "ts": now_ms}


def error_frame(code: int, message: str, arg: Mapping[str, str] | None = None) -> dict[str, object]:
    """A websocket frame that reports an error; `arg` is the subscription concerned, if any."""
    subscription: dict[str, object] = {} if arg is None else {"arg": dict(arg)}
    return {"event": "error", **subscription, "code": code, "msg": message}
