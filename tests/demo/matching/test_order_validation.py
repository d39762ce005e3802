import pytest

from dashboard.demo import BitgetError


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"size": "1", "reduce_only": True}, "22002"),
        ({"size": "0"}, "40808"),
        ({"size": "0.001"}, "40808"),
        ({"size": "100000"}, "40762"),
    ],
    ids=["nothing to close", "size zero", "size off the step", "balance too small"],
)
async def test_refused_order_changes_nothing(exchange, order, code):
    account = exchange.account
    before = (repr(account.positions), len(account.orders), account.balance)
    with pytest.raises(BitgetError) as refused:
        await exchange.order("ETHUSDT", side="buy", **order)
    assert refused.value.code == code
    assert (repr(account.positions), len(account.orders), account.balance) == before
