"""The login's page: no script but the theme's, and nothing of what is behind it."""

from html import escape

from starlette.responses import HTMLResponse

_PAGE = """<!DOCTYPE html>
<html lang="en" data-bs-theme="dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
{more}<title>Log in · Position dashboard</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
<link rel="preload" as="font" type="font/woff2" crossorigin
  href="/assets/vendor/inter-latin-wght-normal.woff2">
<script src="/assets/early/theme.js"></script>
<link rel="stylesheet" href="/assets/css/1-tokens.css">
<link rel="stylesheet" href="/assets/login/login.css">
</head>
<body>
<main>
{main}
</main>
</body>
</html>
"""
_FORM = """<h1>Position dashboard</h1>
<form method="post" action="/login">
<input type="hidden" name="next" value="{next}">
<label for="password">Password</label>
<input id="password" name="password" type="password" required autofocus
  autocomplete="current-password"{invalid}>
{error}<button type="submit">Log in</button>
</form>"""
_ERROR = '<p id="error" role="alert">{}</p>\n'
_INVALID = ' aria-invalid="true" aria-describedby="error"'
_REFRESH = '<meta http-equiv="refresh" content="0;url={}">\n'
_CONTINUE = '<h1>Position dashboard</h1>\n<p><a href="{}">Continue</a></p>'
_HEADERS = {"Cache-Control": "no-store"}


def login_page(after: str, error: str = "", status: int = 200, retry_after: int = 0) -> HTMLResponse:
    """The form, which leads to the path `after`; with an error, and the seconds to wait, if there are any."""
    form = _FORM.format(
        next=escape(after),
        invalid=_INVALID if error else "",
        error=_ERROR.format(escape(error)) if error else "",
    )
    waiting = {"Retry-After": str(retry_after)} if retry_after else {}
    return HTMLResponse(_PAGE.format(more="", main=form), status, _HEADERS | waiting)


def detour(address: str) -> HTMLResponse:
    """Goes to `address` from a page of our own: on the way from another site a browser shows no cookie."""
    to = escape(address)
    return HTMLResponse(_PAGE.format(more=_REFRESH.format(to), main=_CONTINUE.format(to)), headers=_HEADERS)


def too_often(seconds: int) -> str:
    """What to say to somebody who has to wait."""
    minutes = -(-seconds // 60)
    span = f"{seconds} seconds" if seconds < 60 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"Too many attempts. Try again in {'1 second' if seconds == 1 else span}."
