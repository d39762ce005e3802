"""What makes ccxt talk to the demo exchange in place of Bitget."""

REST_NAMES = (
    "spot",
    "mix",
    "user",
    "p2p",
    "broker",
    "margin",
    "common",
    "tax",
    "convert",
    "copy",
    "earn",
    "uta",
)
"""The names under which ccxt knows Bitget's one REST host."""


def ccxt_config(url: str, ws_url: str) -> dict[str, object]:
    """The constructor's options for `ccxt.pro.bitget`, without keys."""
    hosts: dict[str, object] = dict.fromkeys(REST_NAMES, url)
    hosts["ws"] = {"public": f"{ws_url}/v2/ws/public", "private": f"{ws_url}/v2/ws/private"}
    return {
        "urls": {"api": hosts},
        "has": {"fetchCurrencies": False},
        "options": {"fetchMarkets": {"types": ["spot", "swap"]}},
    }
