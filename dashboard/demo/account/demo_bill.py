"""Bills: changes of the account's balance, each with its reason."""

from dataclasses import dataclass
from decimal import Decimal

FUNDING = "contract_settle_fee"
TRANSFER = "trans_from_exchange"


@dataclass(frozen=True, slots=True)
class DemoBill:
    """A change of the USDT balance by `amount` and `fee` to `balance`; costs are negative."""

    id: str
    business: str
    symbol: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    time_ms: int
