"""The HTML of a refusal in a browser: it needs no other file, as these may be refused too."""

from html import escape

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<title>Refused · Position dashboard</title>
<link rel="icon" href="data:,">
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }}
p::first-letter {{ text-transform: uppercase }}
</style>
</head>
<body>
<main>
<h1>Position dashboard</h1>
<p>{detail}</p>
</main>
</body>
</html>
"""


def refusal_page(detail: str) -> str:
    """Returns the page that shows why a request was refused, and what to do."""
    return _PAGE.format(detail=escape(detail))
