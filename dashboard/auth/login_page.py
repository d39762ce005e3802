"""The HTML of the login page: no script but the theme's, and no content of the dashboard."""

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
{head}<title>Log in · Position dashboard</title>
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


def login_page(next_path: str, error: str = "", status: int = 200, retry_after_s: int = 0) -> HTMLResponse:
    """Returns the form, which leads to `next_path`, with an error and Retry-After if given."""
    form = _FORM.format(
        next=escape(next_path),
        invalid=_INVALID if error else "",
        error=_ERROR.format(escape(error)) if error else "",
    )
    retry_after = {"Retry-After": str(retry_after_s)} if retry_after_s else {}
    return HTMLResponse(_PAGE.format(head="", main=form), status, _HEADERS | retry_after)


def reload_page(url: str) -> HTMLResponse:
    """Returns a page that opens `url`: on a link from another site browsers withhold strict cookies."""
    target = escape(url)
    content = _PAGE.format(head=_REFRESH.format(target), main=_CONTINUE.format(target))
    return HTMLResponse(content, headers=_HEADERS)


def throttled_message(retry_after_s: int) -> str:
    """Returns the error shown to a client that has to wait."""
    minutes = -(-retry_after_s // 60)
    duration = (
        f"{retry_after_s} seconds" if retry_after_s < 60 else f"{minutes} minute{'s' if minutes > 1 else ''}"
    )
    return f"Too many attempts. Try again in {'1 second' if retry_after_s == 1 else duration}."
