"""What each failure of ccxt means to us, in one line that is safe to show."""

import asyncio

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


async def raised(error: BaseException) -> DashboardError:
    with pytest.raises(DashboardError) as ours, translate_errors("bitget"):
        raise error
    return ours.value


@pytest.mark.parametrize(
    ("theirs", "ours", "message"),
    [
        (ccxt.PermissionDenied, CredentialError, "the keys lack a permission"),
        (ccxt.AccountNotEnabled, CredentialError, "the keys lack a permission"),
        (ccxt.AuthenticationError, CredentialError, "the keys were refused"),
        (ccxt.AccountSuspended, CredentialError, "the keys were refused"),
        (ccxt.BadSymbol, UnknownSymbol, "the symbol was refused"),
        (ccxt.NotSupported, ExchangeLacks, "not supported"),
        (ccxt.ArgumentsRequired, ExchangeLacks, "needs more than is asked here"),
        (ccxt.RateLimitExceeded, ExchangeUnavailable, "too many requests"),
        (ccxt.DDoSProtection, ExchangeUnavailable, "too many requests"),
        (ccxt.RequestTimeout, ExchangeUnavailable, "no answer in time"),
        (TimeoutError, ExchangeUnavailable, "no answer in time"),
        (ccxt.ExchangeNotAvailable, ExchangeUnavailable, "not available"),
        (ccxt.OnMaintenance, ExchangeUnavailable, "not available"),
        (ccxt.NetworkError, ExchangeUnavailable, "the connection failed"),
        (ccxt.ChecksumError, ExchangeUnavailable, "the connection failed"),
        (ccxt.BadRequest, ExchangeUnavailable, "refused the request"),
        (ccxt.ExchangeError, ExchangeUnavailable, "refused the request"),  # 503 with code 50010
        (ccxt.OperationFailed, ExchangeUnavailable, "refused the request"),
        (ccxt.BaseError, ExchangeUnavailable, "refused the request"),
        # what ccxt lets through of the library below it
        (aiohttp.ClientError, ExchangeUnavailable, "the connection failed"),
        (aiohttp.ClientPayloadError, ExchangeUnavailable, "the connection failed"),
        (aiohttp.ServerTimeoutError, ExchangeUnavailable, "no answer in time"),
        (OSError, ExchangeUnavailable, "the connection failed"),
        (ConnectionResetError, ExchangeUnavailable, "the connection failed"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
async def test_each_failure(theirs: type[Exception], ours: type[DashboardError], message: str) -> None:
    bare = await raised(theirs())
    assert (type(bare), str(bare)) == (ours, f"bitget: {message}")
    assert str(await raised(theirs("bitget its own words"))) == f"bitget: {message} (its own words)"


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
async def test_only_what_is_safe_is_shown(text: str, shown: str) -> None:
    message = str(await raised(ccxt.ExchangeError(text)))
    assert message == f"bitget: refused the request ({shown})"
    assert "5ECRET" not in message


async def test_long_text_is_cut() -> None:
    message = str(await raised(ccxt.ExchangeError("x" * 10_000)))
    assert len(message) < 250
    assert message.endswith("x…)")


async def test_the_cause_is_kept_for_the_log() -> None:
    theirs = ccxt.NetworkError("gone")
    assert (await raised(theirs)).__cause__ is theirs


async def test_what_goes_well_is_left_alone() -> None:
    with translate_errors("bitget"):
        done = True
    assert done


async def test_our_own_errors_and_bugs_pass_through() -> None:
    for error in (ExchangeUnavailable("ours"), KeyError("a bug")):
        with pytest.raises(type(error)) as same, translate_errors("bitget"):
            raise error
        assert same.value is error


async def wait_for(future: "asyncio.Future[None]") -> None:
    with translate_errors("bitget"):
        await future


async def test_a_socket_closed_under_a_watcher_is_a_failure() -> None:
    """ccxt's close() cancels the future that a watcher waits for, not the watcher."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    watcher = asyncio.create_task(wait_for(future))
    asyncio.get_running_loop().call_soon(future.cancel)
    with pytest.raises(ExchangeUnavailable, match="bitget: the connection was closed"):
        await watcher


async def test_a_real_cancellation_passes_through() -> None:
    watcher = asyncio.create_task(wait_for(asyncio.get_running_loop().create_future()))
    asyncio.get_running_loop().call_soon(watcher.cancel)
    with pytest.raises(asyncio.CancelledError):
        await watcher
    assert watcher.cancelled()


async def test_a_timeout_around_a_watcher_stays_a_timeout() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await wait_for(asyncio.get_running_loop().create_future())
