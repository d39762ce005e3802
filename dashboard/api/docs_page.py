"""The API's reference as one page, made of its OpenAPI and AsyncAPI documents: no script, no other host."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Document = Mapping[str, Any]

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>API · Position dashboard</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light"><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.9rem }}
td, th {{ border-top: 1px solid #8884; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top }}
h2 {{ margin-top: 2.5rem }} code, pre {{ font: 0.9em ui-monospace, monospace }}
pre {{ background: #8881; padding: 0.75rem; overflow-x: auto }}
</style></head><body><h1>API</h1>
<p>Numbers are decimal strings, <code>null</code> is unknown, times are ISO 8601 in UTC. Where access keys are
set, send one as <code>X-API-Key</code> or <code>Authorization: Bearer</code>. For tools:
<a href="/api/openapi.json">OpenAPI</a>, <a href="/api/asyncapi.json">AsyncAPI</a>.</p>
{body}</body></html>"""


def docs_page(openapi: Document, asyncapi: Document) -> str:
    """The page."""
    shapes = openapi.get("components", {}).get("schemas", {})
    rest = "".join(
        _request(path, operation, shapes)
        for path, operations in openapi["paths"].items()
        for operation in operations.values()
        if path.startswith("/api/v1/")
    )
    sockets = "".join(_channel(channel, asyncapi) for channel in asyncapi["channels"].values())
    return _PAGE.format(body=rest + sockets)


def _request(path: str, operation: Document, shapes: Document) -> str:
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    head = f"<h2><code>GET {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
    return head + "".join(_shape(each, shapes) for each in _reached(name, shapes))


def _reached(name: str, shapes: Document) -> Iterable[str]:
    """The shape and those that it is made of."""
    yield name
    for field in shapes[name]["properties"].values():
        inner = field.get("additionalProperties")
        if isinstance(inner, Mapping) and "$ref" in inner:
            yield from _reached(inner["$ref"].rpartition("/")[2], shapes)


def _shape(name: str, shapes: Document) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(_kind(of))}</td>"
        f"<td>{escape(of.get('description', ''))}</td></tr>"
        for field, of in shapes[name]["properties"].items()
    )
    return f"<h3>{escape(name)}</h3><p>{escape(shapes[name].get('description', ''))}</p><table>{rows}</table>"


def _kind(field: Document) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(each) for each in field["anyOf"])
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    inner = field.get("additionalProperties")
    if isinstance(inner, Mapping):
        return f"object of {_kind(inner)}"
    return str(field.get("type") or field.get("$ref", "").rpartition("/")[2])


def _channel(channel: Document, asyncapi: Document) -> str:
    said = [asyncapi["components"]["messages"][name] for name in channel["messages"]]
    examples = "".join(
        f"<h3>{escape(each['title'])}</h3><p>{escape(each['summary'])}</p>"
        f"<pre>{escape(each['x-example'])}</pre>"
        for each in said
    )
    head = f"<h2><code>WS {escape(channel['address'])}</code></h2>"
    return f"{head}<p>{escape(channel['description'])}</p>{examples}"
