"""Options that direct ccxt's bitget client to the demo exchange."""

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
"""ccxt's names for Bitget's single REST host."""


def ccxt_config(url: str, ws_url: str) -> dict[str, object]:
    """Constructor options for `ccxt.pro.bitget`, without keys."""
    hosts: dict[str, object] = dict.fromkeys(REST_NAMES, url)
    hosts["ws"] = {"public": f"{ws_url}/v2/ws/public", "private": f"{ws_url}/v2/ws/private"}
    return {
        "urls": {"api": hosts},
        "has": {"fetchCurrencies": False},
        "options": {"fetchMarkets": {"types": ["spot", "swap"]}},
    }
