"""Text from outside: one printable line without markup, credentials and signatures, of a bounded length."""

import json
import time
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.errors import DashboardError, ExchangeUnavailable, PositionError, UsageError
from dashboard.outside_text import MAX_LENGTH, scrub
from dashboard.redaction import add_secret

KEY, SECRET, PASSPHRASE = "bg_4f1c9e0a77d2", "p9/Kq+zX=7w\"é\\T2'mQ&c<", "hunter 7"
PRIVATE_KEY = "-----BEGIN KEY-----\nMIIEvQ9z/Zt4\nq8+R1w7vTnE2\n-----END KEY-----"
SPELLINGS = {
    "as it is": str,
    "in another case": str.swapcase,
    "URL-encoded": lambda text: quote(text, safe=""),
    "URL-encoded in lower case": lambda text: quote(text, safe="").lower(),
    "form-encoded": quote_plus,
    "all bytes URL-encoded": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "URL-safe base64": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 after a name": lambda text: b64encode(b"u:" + text.encode()).decode(),
    "base64 between others": lambda text: b64encode(b"u:" + text.encode() + b";e").decode(),
    "hex": lambda text: text.encode().hex().upper(),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)),
    "JSON in Unicode": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON of PHP": lambda text: json.dumps(text).replace("/", "\\/"),
    "JSON of code points": lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    "HTML": escape,
    "HTML of code points": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "Python": repr,
    "with invisible marks": lambda text: "\u200b".join(text),
    "only the beginning": lambda text: text[: len(text) * 2 // 3],
}


@pytest.fixture(autouse=True)
def _known_secrets() -> None:
    for secret in (KEY, SECRET, PASSPHRASE, PRIVATE_KEY):
        add_secret(secret)


def test_words_of_a_passphrase_stay_readable_elsewhere() -> None:
    add_secret("it is a position, isn't it")
    assert (
        scrub("a position in --api-passphrase is unreadable")
        == "a position in --api-passphrase is unreadable"
    )
    assert "isn't it" not in scrub("echo: it is a position, isn't it")


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("secret", [KEY, SECRET, PRIVATE_KEY], ids=["key", "secret", "private key"])
def test_known_secret_is_hidden_in_every_spelling(secret: str, spelling: str) -> None:
    spelled = SPELLINGS[spelling](secret)
    shown = scrub(f"rejected ({spelled}) at once")
    assert "***" in shown
    plain = scrub(spelled).replace("***", " ")
    visible = [part for part in plain.split() if part not in ("-----BEGIN", "-----END", "KEY-----")]
    assert max(map(len, visible), default=0) < 8, shown


def test_short_passphrase_is_hidden() -> None:
    for text in (f"passphrase {PASSPHRASE} is wrong", quote_plus(PASSPHRASE), json.dumps({"p": PASSPHRASE})):
        assert "hunter" not in scrub(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("GET https://x.com/v5/p?symbol=B&sign=q1 401", "GET https://x.com/v5/p 401", id="query"),
        pytest.param("https://bob:pw@api.x.com/a#t=1", "https://api.x.com/a", id="user and fragment"),
        pytest.param("proxy http://me:p4ss@10.0.0.1:80", "proxy http://10.0.0.1:80", id="proxy"),
        pytest.param("symbol=B&signature=abc&x=1", "symbol=B&signature=***&x=1", id="signature"),
        pytest.param('{"ACCESS-SIGN": "kx9/+a12bc=="}', '{"ACCESS-SIGN": "***"}', id="header in JSON"),
        pytest.param("X-BAPI-SIGN:ab12cd34ef", "X-BAPI-SIGN:***", id="header"),
        pytest.param("Authorization: Bearer abcd1234.efg", "Authorization: Bearer ***", id="bearer"),
        pytest.param("Cookie: session=abc; other=def", "Cookie: ***", id="cookie"),
        pytest.param("sent " + "0aF9" * 16, "sent ***", id="hexadecimal"),
        pytest.param("wallet 0x" + "0aF9" * 10, "wallet ***", id="wallet"),
        pytest.param("id 6f1e2d3c-0a1b-4c5d-8e9f-001122334455", "id ***", id="uuid"),
        pytest.param("sent kXo3/9Qw+LmN2pRsT5uVwXyZ1aBcDeF4gHi=", "sent ***", id="base64"),
        pytest.param("<html><h1>403</h1>\n<p class='x'>No</html>", "403 No", id="markup"),
        pytest.param("&lt;script&gt;alert(1)", "alert(1)", id="escaped markup"),
        pytest.param("a\nb\r\nc\x00d\u2028e\x1b[31mf", "a b c d e [31mf", id="control characters"),
        pytest.param("abc\u202edef\u2066\u200b\ufeff\ud800", "abcdef", id="invisible marks"),
        # What must stay readable:
        pytest.param(*["the API key was rejected: check key, secret and passphrase"] * 2, id="own words"),
        pytest.param(*["set --api-secret too; signature: wrong"] * 2, id="names without values"),
        pytest.param(*["/home/Bob9/.local/state/Position-Dashboard2/auth.json: unreadable"] * 2, id="path"),
        pytest.param(*["use one of BTC/USDT:USDT-251226-100000-C, 1000PEPE/USDT:USDT"] * 2, id="symbols"),
        pytest.param(*["write unix:///run/redis/redis.sock or redis://127.0.0.1:6379/0"] * 2, id="URL"),
        pytest.param(*["size 1234567890123456789012345678901234567890 is too large"] * 2, id="number"),
    ],
)  # fmt: skip
def test_credentials_and_marks_are_removed_and_words_stay(text: str, shown: str) -> None:
    assert scrub(text) == shown


@pytest.mark.parametrize("error", [DashboardError, UsageError, PositionError, ExchangeUnavailable])
def test_every_error_is_scrubbed(error: type[DashboardError]) -> None:
    assert str(error(f"<b>key</b>\n{KEY} refused")) == "key *** refused"
    assert len(str(error("word " * 10_000))) == MAX_LENGTH


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    shown = scrub(text)
    assert shown.isprintable()
    assert shown == " ".join(shown.split())
    assert len(shown) <= MAX_LENGTH


@given(st.text(), st.text(), st.sampled_from(list(SPELLINGS)[:14]))
def test_secret_is_hidden_in_any_text(before: str, after: str, spelling: str) -> None:
    assert SPELLINGS[spelling](SECRET) not in scrub(before + SPELLINGS[spelling](SECRET) + after)


@pytest.mark.parametrize(
    "part", ["a", "<", "&#", "://", "sign:", "sign=", "cookie ", "Bearer ", "-", "1", "f4", KEY]
)
def test_time_is_bounded_whatever_is_sent(part: str) -> None:
    started_at = time.process_time()
    scrub(part * 1_000_000)
    assert time.process_time() - started_at < 1


@pytest.mark.parametrize("secret", ["e", "1", "ab", "12", "Xyz"])
def test_very_short_secret_is_hidden_as_a_word_only(secret: str) -> None:
    add_secret(secret)
    figures = "leverage 65 of 6162, 58797a at 3132.58797a, 31 YWI eHl6 ZQ MTI"
    assert scrub(figures) == figures
    assert scrub(f"wrong: {secret}!") == "wrong: ***!"


@pytest.mark.parametrize("text", ["give -1 < x, and y > 0", "1 <2 and 3> 2", "a <- b -> c", "5 <= 6 => 7"])
def test_comparison_is_not_markup(text: str) -> None:
    assert scrub(text) == text


@pytest.mark.parametrize("markup", ["<p class='x'>", "</p>", "<!-- a -->", "<?xml 1?>", "<br/>"])
def test_markup_is_removed(markup: str) -> None:
    assert scrub(f"503 {markup} busy") == "503 busy"
