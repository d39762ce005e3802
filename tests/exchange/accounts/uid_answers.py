"""The answers in which exchanges state the id of an account, as they document them; ids are made up."""

from collections.abc import Mapping

from tests.exchange.accounts.account_case import Answer

_SPOT_ACCOUNT = Answer("GET", "/api/v3/account", {
    "makerCommission": 15, "canTrade": True, "accountType": "SPOT", "balances": [], "permissions": ["SPOT"],
    "uid": 354937868,
}, source="https://developers.binance.com/docs/binance-spot-api-docs/rest-api/account-endpoints")  # fmt: skip
_KUCOIN_KEY = Answer("GET", "/api/v1/user/api-key", {"code": "200000", "data": {
    "remark": "dashboard", "apiKey": "a-key", "apiVersion": 3, "permission": "General,Futures",
    "createdAt": 1729176273000, "uid": 165111215, "isMaster": True,
}}, source="https://www.kucoin.com/docs-new/rest/account-info/account-funding/get-apikey-info")  # fmt: skip

UID_ANSWERS: Mapping[str, tuple[str, Answer]] = {
    **dict.fromkeys(("binance", "binanceusdm", "binancecoinm"), ("354937868", _SPOT_ACCOUNT)),
    "bingx": ("16779999", Answer("GET", "/openApi/account/v1/uid", {
        "code": 0, "msg": "", "data": {"uid": 16779999},
    }, source="https://bingx-api.github.io/docs")),
    "bitget": ("4281957306", Answer("GET", "/api/v2/spot/account/info", {
        "code": "00000", "msg": "success", "data": {
            "userId": "4281957306", "inviterId": None, "channelCode": "", "authorities": ["cor", "sor"],
            "parentId": 1, "traderType": "not_trader", "regisTime": "1246566789345",
        },
    }, source="https://www.bitget.com/api-doc/spot/account/Get-Account-Info")),
    "bybit": ("24617703", Answer("GET", "/v5/user/query-api", {
        "retCode": 0, "retMsg": "", "result": {"id": "13770661", "readOnly": 1, "uta": 1, "userID": 24617703},
    }, source="https://bybit-exchange.github.io/docs/v5/user/apikey-info")),
    "deribit": ("10", Answer("GET", "/api/v2/private/get_account_summary", {
        "jsonrpc": "2.0", "result": {"id": 10, "currency": "BTC", "type": "main", "username": "user"},
    }, {"extended": "true"}, source="https://docs.deribit.com/#private-get_account_summary")),
    "gate": ("1667201533", Answer("GET", "/api/v4/account/detail", {
        "user_id": 1667201533, "ip_whitelist": [], "tier": 0, "key": {"mode": 1},
    }, source="https://www.gate.com/docs/developers/apiv4/en/#get-account-detail")),
    "htx": ("63628520", Answer("GET", "/v2/user/uid", {
        "code": 200, "data": 63628520,
    }, source="https://huobiapi.github.io/docs/spot/v1/en/#get-uid")),
    "kucoin": ("165111215", _KUCOIN_KEY),
    "kucoinfutures": ("165111215", _KUCOIN_KEY),
    "mexc": ("209302839", Answer("GET", "/api/v3/uid", {
        "uid": "209302839",
    }, source="https://www.mexc.com/api-docs/spot-v3/spot-account-trade")),
    "okx": ("44705892343619584", Answer("GET", "/api/v5/account/config", {
        "code": "0", "msg": "", "data": [{
            "acctLv": "2", "posMode": "net_mode", "uid": "44705892343619584", "mainUid": "44705892343619580",
        }],
    }, source="https://www.okx.com/docs-v5/en/#trading-account-rest-api-get-account-configuration")),
    "phemex": ("940666", Answer("GET", "/g-accounts/accountPositions", {
        "code": 0, "msg": "", "data": {
            "account": {"userID": 940666, "accountId": 9406660003, "currency": "USDT"}, "positions": [],
        },
    }, {"currency": "USDT"},
    source="https://github.com/phemex/phemex-api-docs/blob/master/Public-Hedged-Perpetual-API.md")),
}  # fmt: skip
"""The id of each exchange's account, and the answer with it."""


def uid_answers(exchange: str) -> tuple[Answer, ...]:
    """Returns the answer with the account's id; none for an exchange that is not asked for it."""
    return (UID_ANSWERS[exchange][1],) if exchange in UID_ANSWERS else ()
