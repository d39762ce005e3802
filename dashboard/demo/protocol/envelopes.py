"""Bitget's envelopes: how an answer, an error and a frame look on the wire."""

from collections.abc import Mapping

SUCCESS = "00000"


class BitgetError(Exception):
    """A REST error in Bitget's own terms: its code, its message and the HTTP status that goes with it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def unknown_symbol(symbol: str) -> BitgetError:
    """What REST answers to a symbol that is not listed."""
    return BitgetError("40034", f"Parameter {symbol} does not exist")


def bad_parameter() -> BitgetError:
    """What REST answers to a missing or impossible parameter."""
    return BitgetError("400172", "Parameter verification failed")


def answer(data: object, now_ms: int) -> dict[str, object]:
    """A successful REST answer."""
    return {"code": SUCCESS, "msg": "success", "requestTime": now_ms, "data": data}


def error_answer(code: str, message: str, now_ms: int) -> dict[str, object]:
    """A REST answer that reports an error."""
    return {"code": code, "msg": message, "requestTime": now_ms, "data": None}


def data_frame(action: str, arg: Mapping[str, str], data: object, now_ms: int) -> dict[str, object]:
    """A websocket frame with data; `action` is `snapshot` or `update`."""
    return {"action": action, "arg": dict(arg), "data": data, "ts": now_ms}


def error_frame(code: int, message: str, arg: Mapping[str, str] | None = None) -> dict[str, object]:
    """A websocket frame that reports an error, about a subscription if `arg` is given."""
    about: dict[str, object] = {} if arg is None else {"arg": dict(arg)}
    return {"event": "error", **about, "code": code, "msg": message}
