"""Translation of ccxt's exceptions into one line without secrets."""

import asyncio
import traceback

import aiohttp
import pytest
from ccxt.base import errors as ccxt

from dashboard.errors import (
    CredentialError,
    DashboardError,
    ExchangeLacks,
    ExchangeUnavailable,
    UnknownSymbol,
)
from dashboard.exchange.ccxt_errors import translate_errors


async def translation_of(error: BaseException) -> DashboardError:
    with pytest.raises(DashboardError) as translated, translate_errors("bitget"):
        raise error
    return translated.value


@pytest.mark.parametrize(
    ("raised", "translated", "message"),
    [
        (ccxt.PermissionDenied, CredentialError, "the API key lacks a permission: allow it to read futures"),
        (ccxt.AccountNotEnabled, CredentialError, "the API key lacks a permission: allow it to read futures"),
        (
            ccxt.AuthenticationError,
            CredentialError,
            "the API key was rejected: check key, secret and passphrase",
        ),
        (
            ccxt.AccountSuspended,
            CredentialError,
            "the API key was rejected: check key, secret and passphrase",
        ),
        (ccxt.BadSymbol, UnknownSymbol, "the symbol was rejected"),
        (ccxt.NotSupported, ExchangeLacks, "not supported"),
        (ccxt.ArgumentsRequired, ExchangeLacks, "requires more arguments than are sent here"),
        (ccxt.RateLimitExceeded, ExchangeUnavailable, "too many requests"),
        (ccxt.DDoSProtection, ExchangeUnavailable, "too many requests"),
        (ccxt.RequestTimeout, ExchangeUnavailable, "no response in time"),
        (TimeoutError, ExchangeUnavailable, "no response in time"),
        (ccxt.ExchangeNotAvailable, ExchangeUnavailable, "not available"),
        (ccxt.OnMaintenance, ExchangeUnavailable, "not available"),
        (ccxt.NetworkError, ExchangeUnavailable, "the connection failed"),
        (ccxt.ChecksumError, ExchangeUnavailable, "the connection failed"),
        (ccxt.BadRequest, ExchangeUnavailable, "the request was rejected"),
        (ccxt.ExchangeError, ExchangeUnavailable, "the request was rejected"),  # 503 with code 50010
        (ccxt.OperationFailed, ExchangeUnavailable, "the request was rejected"),
        (ccxt.BaseError, ExchangeUnavailable, "the request was rejected"),
        # exceptions of aiohttp that ccxt does not wrap
        (aiohttp.ClientError, ExchangeUnavailable, "the connection failed"),
        (aiohttp.ClientPayloadError, ExchangeUnavailable, "the connection failed"),
        (aiohttp.ServerTimeoutError, ExchangeUnavailable, "no response in time"),
        (OSError, ExchangeUnavailable, "the connection failed"),
        (ConnectionResetError, ExchangeUnavailable, "the connection failed"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
async def test_exception_is_translated(
    raised: type[Exception], translated: type[DashboardError], message: str
) -> None:
    error = await translation_of(raised())
    assert (type(error), str(error)) == (translated, f"bitget: {message}")
    assert str(await translation_of(raised("bitget some detail"))) == f"bitget: {message} (some detail)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("bitget two\nlines\r\n\tof text", "two lines of text", id="lines"),
        pytest.param("<html><h1>429</h1>\n<p class='x'>Slow down</html>", "429 Slow down", id="markup"),
        pytest.param(
            "GET https://api.bitget.com/api/v2/mix?symbol=BTC&signature=5ECRET 401",
            "GET https://api.bitget.com/api/v2/mix 401", id="signed query",
        ),
        pytest.param(
            "POST https://a.b/?apiKey=5ECRET then https://c.d/e?sign=5ECRET", "POST https://a.b/ then https://c.d/e",
            id="two addresses",
        ),
        pytest.param(
            "Cannot connect to wss://ws.kucoin.com/endpoint?token=5ECRET", "Cannot connect to wss://ws.kucoin.com/endpoint",
            id="websocket address",
        ),
    ],
)  # fmt: skip
async def test_message_is_one_line_without_markup_and_secrets(text: str, shown: str) -> None:
    message = str(await translation_of(ccxt.ExchangeError(text)))
    assert message == f"bitget: the request was rejected ({shown})"
    assert "5ECRET" not in message


async def test_long_message_is_truncated() -> None:
    message = str(await translation_of(ccxt.ExchangeError("x" * 10_000)))
    assert len(message) < 250
    assert message.endswith("x…)")


async def test_traceback_lacks_the_original_exception() -> None:
    shown = "".join(traceback.format_exception(await translation_of(ccxt.NetworkError("gone sign=5ECRET"))))
    assert "gone" in shown
    assert "5ECRET" not in shown


async def test_block_without_an_exception_completes() -> None:
    with translate_errors("bitget"):
        done = True
    assert done


@pytest.mark.parametrize("error", [KeyError, ValueError, TypeError, AttributeError, RecursionError])
async def test_unreadable_answer_is_unavailable_and_logged(
    error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    message = f"bitget: an answer has an unknown form ({error.__name__}): see the log"
    translated = await translation_of(error("price"))
    assert (type(translated), str(translated)) == (ExchangeUnavailable, message)
    assert f"{error.__name__}: " in caplog.text


async def test_dashboard_errors_and_bugs_pass_through() -> None:
    for error in (ExchangeUnavailable("no response"), AssertionError("a bug")):
        with pytest.raises(type(error)) as same, translate_errors("bitget"):
            raise error
        assert same.value is error


async def wait_for(future: "asyncio.Future[None]") -> None:
    with translate_errors("bitget"):
        await future


async def test_socket_closed_under_a_watcher_is_unavailable() -> None:
    """ccxt's close() cancels the future that the watcher awaits, not the watcher."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    watcher = asyncio.create_task(wait_for(future))
    asyncio.get_running_loop().call_soon(future.cancel)
    with pytest.raises(ExchangeUnavailable, match="bitget: the connection was closed"):
        await watcher


async def test_cancellation_of_the_task_passes_through() -> None:
    watcher = asyncio.create_task(wait_for(asyncio.get_running_loop().create_future()))
    asyncio.get_running_loop().call_soon(watcher.cancel)
    with pytest.raises(asyncio.CancelledError):
        await watcher
    assert watcher.cancelled()


async def test_timeout_around_a_watcher_stays_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await wait_for(asyncio.get_running_loop().create_future())
