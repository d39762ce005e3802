"""The API reference as one page, from the OpenAPI and AsyncAPI documents; no script, no other host."""

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
<p>Numbers are decimal strings, <code>null</code> means unknown, times are ISO 8601 in UTC. Where access keys
are set, send one as <code>X-API-Key</code> or <code>Authorization: Bearer</code>. For tools:
<a href="/api/openapi.json">OpenAPI</a>, <a href="/api/asyncapi.json">AsyncAPI</a>.</p>
{body}</body></html>"""


def docs_page(openapi: Document, asyncapi: Document) -> str:
    """Returns the reference as HTML."""
    schemas = openapi.get("components", {}).get("schemas", {})
    rest = "".join(
        _request(path, operation, schemas)
        for path, operations in openapi["paths"].items()
        for operation in operations.values()
        if path.startswith("/api/v1/")
    )
    sockets = "".join(_channel(channel, asyncapi) for channel in asyncapi["channels"].values())
    return _PAGE.format(body=rest + sockets)


def _request(path: str, operation: Document, schemas: Document) -> str:
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    head = f"<h2><code>GET {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
    return head + "".join(_schema(nested, schemas) for nested in _with_nested(name, schemas))


def _with_nested(name: str, schemas: Document) -> Iterable[str]:
    """Yields the schema and those nested in it."""
    yield name
    for field in schemas[name]["properties"].values():
        inner = field.get("additionalProperties")
        if isinstance(inner, Mapping) and "$ref" in inner:
            yield from _with_nested(inner["$ref"].rpartition("/")[2], schemas)


def _schema(name: str, schemas: Document) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code></td><td>{escape(_type_name(details))}</td>"
        f"<td>{escape(details.get('description', ''))}</td></tr>"
        for field, details in schemas[name]["properties"].items()
    )
    return (
        f"<h3>{escape(name)}</h3><p>{escape(schemas[name].get('description', ''))}</p><table>{rows}</table>"
    )


def _type_name(field: Document) -> str:
    if "anyOf" in field:
        return " or ".join(_type_name(option) for option in field["anyOf"])
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    inner = field.get("additionalProperties")
    if isinstance(inner, Mapping):
        return f"object of {_type_name(inner)}"
    return str(field.get("type") or field.get("$ref", "").rpartition("/")[2])


def _channel(channel: Document, asyncapi: Document) -> str:
    messages = [asyncapi["components"]["messages"][name] for name in channel["messages"]]
    examples = "".join(
        f"<h3>{escape(message['title'])}</h3><p>{escape(message['summary'])}</p>"
        f"<pre>{escape(message['x-example'])}</pre>"
        for message in messages
    )
    head = f"<h2><code>WS {escape(channel['address'])}</code></h2>"
    return f"{head}<p>{escape(channel['description'])}</p>{examples}"
