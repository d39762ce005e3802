"""Requests of websocket clients: `{"op": ..., "args": [...]}`."""

import json
from collections.abc import Mapping

from dashboard.demo.protocol.topic_stream import Topic


def parse_request(text: str) -> tuple[str, list[dict[str, str]]]:
    """The operation and its arguments; an empty operation if the request is malformed."""
    try:
        request = json.loads(text)
        args = [{str(name): str(value) for name, value in arg.items()} for arg in request["args"]]
        return str(request["op"]), args
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", []


def parse_topic(arg: Mapping[str, str]) -> Topic:
    """The topic of a subscription's argument; missing parts are empty."""
    return Topic(arg.get("instType", ""), arg.get("channel", ""), arg.get("instId", ""))


def unknown_topic_message(topic: Topic) -> str:
    """Bitget's message for a topic that it does not have."""
    return f"instType:{topic.product},channel:{topic.channel},instId:{topic.instrument_id} doesn't exist"
