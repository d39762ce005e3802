"""The exchange's own id of an account. It stays the same when the API key is replaced."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import suppress
from dataclasses import dataclass, field
from functools import reduce
from operator import getitem
from threading import Thread
from typing import Any

from dashboard.errors import DashboardError, ExchangeLacks
from dashboard.exchange.ccxt_errors import translate_errors
from dashboard.exchange.credentials import Credentials
from dashboard.exchange.factory import build_exchange, reject_non_json_responses
from dashboard.exchange.lineage import find

log = logging.getLogger(__name__)

_TIMEOUT_S = 5.0
"""Longest wait for the id; prices start only after it."""
_NO_ID = ("", "0", "None")


@dataclass(frozen=True, slots=True)
class UidRequest:
    """A request of ccxt whose response has the id of the account."""

    method: str
    path: tuple[str | int, ...]
    """Where the id is in the response."""
    params: Mapping[str, str] = field(default_factory=dict)
    sub_account: str | None = None
    """The field next to the id that names a sub-account, if the id may be that of the main account."""


UID_REQUESTS: Mapping[str, tuple[UidRequest, ...]] = {
    # https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints
    "binance": (UidRequest("privateGetAccount", ("uid",), {"omitZeroBalances": "true"}),),
    # https://bingx-api.github.io/docs, "Query account uid"
    "bingx": (UidRequest("accountV1PrivateGetUid", ("data", "uid")),),
    # https://www.bitget.com/api-doc/spot/account/Get-Account-Info; the second for unified accounts:
    # https://www.bitget.com/api-doc/uta/account/Get-Account-Info
    "bitget": (
        UidRequest("privateSpotGetV2SpotAccountInfo", ("data", "userId")),
        UidRequest("privateUtaGetV3AccountInfo", ("data", "userId")),
    ),
    # https://bybit-exchange.github.io/docs/v5/user/apikey-info
    "bybit": (UidRequest("privateGetV5UserQueryApi", ("result", "userID")),),
    # https://docs.deribit.com/#private-get_account_summary
    "deribit": (
        UidRequest("privateGetGetAccountSummary", ("result", "id"), {"currency": "BTC", "extended": "true"}),
    ),
    # https://www.gate.com/docs/developers/apiv4/en/#get-account-detail
    "gate": (UidRequest("privateAccountGetDetail", ("user_id",)),),
    # https://huobiapi.github.io/docs/spot/v1/en/#get-uid
    "htx": (UidRequest("spotPrivateGetV2UserUid", ("data",)),),
    # https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-apikey-info
    "kucoin": (UidRequest("privateGetUserApiKey", ("data", "uid"), sub_account="subName"),),
    # https://www.mexc.com/api-docs/spot-v3/spot-account-trade, "Query UID"
    "mexc": (UidRequest("spotPrivateGetUid", ("uid",)),),
    # https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration
    "okx": (UidRequest("privateGetAccountConfig", ("data", 0, "uid")),),
    # https://github.com/phemex/phemex-api-docs/blob/master/Public-Hedged-Perpetual-API.md
    "phemex": (
        UidRequest(
            "privateGetGAccountsAccountPositions", ("data", "account", "userID"), {"currency": "USDT"}
        ),
    ),
}
"""The requests of each exchange that reports the id, tried in order.

A class of ccxt includes those of its parents. A sub-account is an account of its own.
"""


def account_uid(credentials: Credentials) -> str | None:
    """Returns the exchange's own id of an account; None if it does not report one or fails to respond.

    Waits in the caller's thread for a limited time: even a name server that hangs delays no longer.
    """
    answer: Future[str | None] = Future()

    def ask() -> None:
        try:
            answer.set_result(asyncio.run(_fetch(credentials)))
        except Exception as error:
            answer.set_exception(error)

    Thread(target=ask, name="account-uid", daemon=True).start()
    try:
        return answer.result(_TIMEOUT_S)
    except FutureTimeout:
        reason = f"{credentials.exchange} did not respond within {_TIMEOUT_S:g} s"
    except DashboardError as error:
        reason = str(error)
    except Exception as error:  # ccxt signs with a malformed key until its cryptography fails, in any way
        reason = f"{credentials.exchange} has no readable answer: {type(error).__name__}"
    log.warning("the exchange's id of the account is unknown until the next start: %s", reason)
    return None


async def _fetch(credentials: Credentials) -> str | None:
    exchange = build_exchange(credentials)
    reject_non_json_responses(exchange)
    try:
        return await fetch_account_uid(exchange)
    finally:
        await exchange.close()


async def fetch_account_uid(exchange: Any) -> str | None:
    """Returns the id of the account that a ccxt object reads: its wallet, or as the exchange reports it.

    None if the exchange reports none. Raises DashboardError if the last request fails.
    """
    if exchange.walletAddress:
        return str(exchange.walletAddress).lower()
    requests = find(UID_REQUESTS, exchange.id) or ()
    for request in requests[:-1]:
        with suppress(DashboardError):
            return await _request_uid(exchange, request)
    return await _request_uid(exchange, requests[-1]) if requests else None


async def _request_uid(exchange: Any, request: UidRequest) -> str:
    with translate_errors(exchange.id):
        response = await getattr(exchange, request.method)(dict(request.params))
    *parents, name = request.path
    try:
        parent = reduce(getitem, parents, response)
        uid = str(parent[name])
        sub_account = parent.get(request.sub_account) if request.sub_account else None
    except (AttributeError, LookupError, TypeError):
        raise _lacks_id(exchange) from None
    if uid in _NO_ID:
        raise _lacks_id(exchange)
    return f"{uid} {sub_account}" if sub_account else uid


def _lacks_id(exchange: Any) -> ExchangeLacks:
    return ExchangeLacks(f"{exchange.id} reports no id of the account")
