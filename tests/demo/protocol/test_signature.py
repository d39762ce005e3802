import ccxt
import pytest


@pytest.mark.parametrize(
    ("wrong", "code"), [({"apiKey": "x"}, "40037"), ({"secret": "x"}, "40009"), ({"password": "x"}, "40012")]
)
async def test_wrong_keys_are_refused(connect, wrong, code):
    with pytest.raises(ccxt.AuthenticationError, match=code):
        await connect(keys=True, **wrong).fetch_positions()


async def test_request_with_an_old_timestamp_is_refused(connect):
    client = connect(keys=True, options={"timeDifference": 60_000})
    with pytest.raises(ccxt.InvalidNonce, match="40008"):
        await client.fetch_positions()
