"""The login over a real socket: form, cookies, redirects and log-out."""

import logging
from collections.abc import Callable
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest

from dashboard.metrics.registry import LOGIN_FAILURES
from tests.app_server import rest_of
from tests.auth.conftest import PASSWORD, AuthTestApp
from tests.waiting import TIMEOUT_S

FORM = {"content-type": "application/x-www-form-urlencoded"}
TLS = {"x-forwarded-proto": "https"}


def cookies(answer: httpx.Response) -> list[tuple[str, "Morsel[str]"]]:
    return [cookie for line in answer.headers.get_list("set-cookie") for cookie in SimpleCookie(line).items()]


def cookie(answer: httpx.Response) -> tuple[str, "Morsel[str]"]:
    """Returns the session's cookie, which is the first."""
    return cookies(answer)[0]


class TestPage:
    def test_form_is_accessible_and_reveals_nothing(self, site: AuthTestApp):
        answer = site.get("/login?next=/api/docs")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        for part in (
            '<label for="password">', "autofocus", 'autocomplete="current-password"', 'value="/api/docs"',
            'name="referrer" content="same-origin"',
        ):  # fmt: skip
            assert part in answer.text
        assert answer.text.count("<script") == 1
        for absent in ("role=", "BTC", "Bitget", "http://", "https://"):
            assert absent not in answer.text

    def test_input_is_escaped(self, site: AuthTestApp):
        answer = site.get("/login?next=/%3Fa%3D%22%3E%3Cscript%3E")
        assert "<script>" not in answer.text
        answer = site.log_in("wrong password", '/?a="><script>')
        assert "<script>" not in answer.text
        assert 'value="/?a=&quot;&gt;&lt;script&gt;"' in answer.text

    def test_open_session_is_redirected(self, site: AuthTestApp):
        site.log_in()
        answer = site.get("/login?next=/api/docs")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/docs")

    def test_link_from_another_site_is_reloaded(self, site: AuthTestApp):
        """A browser withholds its cookie on a request that another site started."""
        answer = site.get("/login?next=%2F%3Fa%3Db", sec_fetch_site="cross-site")
        assert answer.status_code == 200
        assert 'http-equiv="refresh" content="0;url=/login?next=%2F%3Fa%3Db"' in answer.text
        assert "password" not in answer.text
        assert "password" in site.get("/login?next=%2F%3Fa%3Db", sec_fetch_site="same-origin").text


class TestForm:
    def test_right_password_redirects(self, site: AuthTestApp):
        answer = site.log_in(next="/api/docs")
        assert (answer.status_code, answer.headers["location"]) == (303, "/api/docs")
        assert answer.headers["cache-control"] == "no-store"
        assert site.get("/api/docs").status_code == 200

    def test_wrong_password_is_shown_and_logged(self, site: AuthTestApp, caplog: pytest.LogCaptureFixture):
        before = LOGIN_FAILURES._value.get()
        with caplog.at_level(logging.INFO):
            answer = site.log_in("a wrong password", "/api/docs")
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert '<p id="error" role="alert">That is not the password.</p>' in answer.text
        assert 'aria-invalid="true" aria-describedby="error"' in answer.text
        assert 'value="/api/docs"' in answer.text
        assert "127.0.0.1" in caplog.text
        assert "a wrong password" not in caplog.text + answer.text
        assert LOGIN_FAILURES._value.get() == before + 1

    @pytest.mark.parametrize(
        "next", ["//evil.example", "\\evil.example", "/\\evil.example", "/%2fevil.example", "https://evil.example",
                 "javascript:alert(1)", "/\t/evil.example", "/\r\nx: y", "/login", ""],
    )  # fmt: skip
    def test_redirect_stays_on_this_site(self, site: AuthTestApp, next: str):
        assert site.log_in(next=next).headers["location"] == "/"
        assert site.client.get("/login", params={"next": next}).headers["location"] == "/"

    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (b"password=" + b"x" * 8_192, FORM, 413),
            (b"password=x&" + b"a=b&" * 20, FORM, 400),
            (b"password=%ff", FORM, 400),
            (b"password=\xff", FORM, 400),
            (b"", FORM, 401),
            (b"password=x&password=y", FORM, 401),
            (b'{"password": "x"}', {"content-type": "application/json"}, 415),
            (b"password=x", {}, 415),
        ],
    )
    def test_malformed_form_is_refused(
        self, site: AuthTestApp, body: bytes, headers: dict[str, str], status: int
    ):
        answer = site.client.post("/login", content=body, headers=headers)
        assert answer.status_code == status
        assert 'role="alert"' in answer.text

    def test_huge_form_is_refused_before_it_is_read(self, site: AuthTestApp):
        with site.connect() as client:
            head = f"POST /login HTTP/1.1\r\nHost: {site.address}\r\nContent-Length: 50000000\r\n"
            client.sendall(f"{head}Content-Type: {FORM['content-type']}\r\n\r\n{'x' * 9_000}".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 413 ")

    def test_incomplete_form_times_out(self, site: AuthTestApp, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr("dashboard.processes.http_protocol.RECEIVE_TIMEOUT_S", 0.2)
        with site.connect() as client:
            head = f"POST /login HTTP/1.1\r\nHost: {site.address}\r\nContent-Length: 50\r\n"
            client.sendall(f"{head}Content-Type: {FORM['content-type']}\r\n\r\npass".encode())
            answer = rest_of(client)
        assert answer.startswith(b"HTTP/1.1 408 ")

    @pytest.mark.parametrize("password", ["x" * 512, "€" * 170, "%" * 512])
    def test_longest_password_and_path_fit(self, visit: Callable[..., AuthTestApp], password: str):
        after = "/?" + "%" * 1_998
        answer = visit(password).log_in(password, after)
        assert (answer.status_code, answer.headers["location"]) == (303, after)

    @pytest.mark.parametrize("path", ["/login", "/logout"])
    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
    def test_another_sites_page_cannot_submit_it(self, site: AuthTestApp, path: str, origin: str):
        site.log_in()
        data = {"password": PASSWORD}
        answer = site.client.post(path, data=data, headers={"origin": origin})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert site.get("/").status_code == 200

    def test_own_page_can_submit_it(self, site: AuthTestApp):
        assert site.log_in(origin=f"http://{site.address}").status_code == 303


class TestCookie:
    def test_over_http(self, visit: Callable[..., AuthTestApp]):
        name, given = cookie(visit(session_hours=12).log_in())
        assert name == "dashboard"
        assert (given["path"], given["max-age"], given["samesite"]) == ("/", "43200", "strict")
        assert given["httponly"]
        assert not given["secure"]
        assert not given["domain"]

    def test_over_https(self, proxied: AuthTestApp):
        answer = proxied.log_in(x_forwarded_proto="https")
        name, given = cookie(answer)
        assert name == "__Host-dashboard"
        assert (given["path"], given["samesite"], given["domain"]) == ("/", "strict", "")
        assert given["httponly"]
        assert given["secure"]
        sent = {"cookie": f"{name}={given.value}"}
        assert proxied.client.get("/", headers=TLS | sent).status_code == 200
        assert (
            proxied.client.get("/", headers=TLS | {"cookie": f"dashboard={given.value}"}).status_code == 401
        )
        assert proxied.client.get("/", headers=sent).status_code == 401
        with proxied.websocket(**TLS, **sent) as stream:
            assert stream.recv(TIMEOUT_S)

    def test_each_login_has_its_own_token(self, site: AuthTestApp):
        tokens = {cookie(site.log_in())[1].value for _ in range(3)}
        assert len(tokens) == 3
        assert all(len(token) >= 43 for token in tokens)

    @pytest.mark.parametrize("value", ["", "x", "x" * 200, "x" * 5_000, '"', "a=b", "%00", "\u00e9"])
    def test_forged_token_is_refused(self, site: AuthTestApp, value: str):
        sent = {"cookie": f"dashboard={value}".encode("latin-1")}
        assert site.client.get("/", headers=sent).status_code == 401


class TestDevice:
    """A cookie recognises a browser that has logged in before, and opens nothing."""

    def test_over_http(self, site: AuthTestApp):
        _, (name, given) = cookies(site.log_in())
        assert name == "dashboard-device"
        assert (given["path"], given["max-age"], given["samesite"]) == ("/", "31536000", "strict")
        assert given["httponly"]
        assert not given["secure"]
        assert not given["domain"]
        site.client.cookies.delete("dashboard")
        assert site.get("/").status_code == 401

    def test_over_https(self, proxied: AuthTestApp):
        _, (name, given) = cookies(proxied.log_in(x_forwarded_proto="https"))
        assert name == "__Host-dashboard-device"
        assert (given["path"], given["samesite"], given["domain"]) == ("/", "strict", "")
        assert given["httponly"]
        assert given["secure"]

    def test_browser_keeps_its_id(self, site: AuthTestApp):
        first, again = (cookies(site.log_in())[1][1].value for _ in range(2))
        site.client.cookies.clear()
        other = cookies(site.log_in())[1][1].value
        assert first == again != other
        assert len(site.store.read().devices) == 2

    def test_forged_id_is_replaced(self, site: AuthTestApp):
        site.client.cookies.set("dashboard-device", "made-up", domain="127.0.0.1", path="/")
        assert cookies(site.log_in())[1][1].value != "made-up"
        assert not site.store.is_known_device("made-up")

    def test_failures_of_strangers_do_not_lock_it_out(self, proxied: AuthTestApp):
        proxied.log_in()
        proxied.client.post("/logout")
        mine = dict(proxied.client.cookies)
        assert list(mine) == ["dashboard-device"]
        proxied.client.cookies.clear()
        for i in range(100):
            assert proxied.log_in("wrong password", x_forwarded_for=f"10.0.0.{i // 5}").status_code == 401
        assert proxied.log_in(x_forwarded_for="192.0.2.7").status_code == 429
        proxied.client.cookies.update(mine)
        assert proxied.log_in(x_forwarded_for="192.0.2.7").status_code == 303

    def test_known_device_has_five_attempts_too(self, proxied: AuthTestApp):
        proxied.log_in()
        statuses = [
            proxied.log_in("wrong password", x_forwarded_for=f"10.0.0.{i}").status_code for i in range(6)
        ]
        assert statuses == [401] * 5 + [429]
        assert proxied.log_in().status_code == 429
        proxied.client.cookies.clear()
        assert proxied.log_in().status_code == 303


class TestLogOut:
    def test_session_ends_here_and_in_the_browser(self, site: AuthTestApp):
        site.log_in()
        token = site.client.cookies["dashboard"]
        answer = site.client.post("/logout")
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        ((name, deleted),) = cookies(answer)
        assert (name, deleted.value, deleted["max-age"]) == ("dashboard", "", "0")
        assert list(site.client.cookies) == ["dashboard-device"]
        assert site.client.get("/", headers={"cookie": f"dashboard={token}"}).status_code == 401

    def test_other_sessions_remain(self, site: AuthTestApp):
        site.log_in()
        other = site.client.cookies["dashboard"]
        site.client.cookies.clear()
        site.log_in()
        site.client.post("/logout")
        assert site.client.get("/", headers={"cookie": f"dashboard={other}"}).status_code == 200

    def test_log_out_without_a_session_redirects(self, site: AuthTestApp):
        assert site.client.post("/logout").status_code == 303

    @pytest.mark.parametrize("method", ["GET", "PUT"])
    def test_log_out_needs_post(self, site: AuthTestApp, method: str):
        site.log_in()
        assert site.client.request(method, "/logout").status_code == 405
        assert site.get("/").status_code == 200


class TestThrottling:
    def test_right_password_has_to_wait_after_five_failures(self, site: AuthTestApp):
        before = LOGIN_FAILURES._value.get()
        assert [site.log_in("wrong password").status_code for _ in range(5)] == [401] * 5
        answer = site.log_in()
        assert answer.status_code == 429
        assert 200 < int(answer.headers["retry-after"]) <= 300
        assert "Too many attempts. Try again in 5 minutes." in answer.text
        assert LOGIN_FAILURES._value.get() == before + 6
        assert "set-cookie" not in answer.headers
        assert site.get("/login").status_code == 200

    def test_other_addresses_need_not_wait(self, proxied: AuthTestApp):
        for _ in range(6):
            last = proxied.log_in("wrong password", x_forwarded_for="2001:db8::1")
        assert last.status_code == 429
        assert proxied.log_in(x_forwarded_for="2001:db8::ffff").status_code == 429
        assert proxied.log_in(x_forwarded_for="2001:db8:0:1::1").status_code == 303
        proxied.client.cookies.clear()
        assert proxied.log_in(x_forwarded_for="192.0.2.7").status_code == 303

    def test_success_resets_the_count(self, site: AuthTestApp):
        for _ in range(3):
            assert [site.log_in("wrong password").status_code for _ in range(4)] == [401] * 4
            assert site.log_in().status_code == 303
