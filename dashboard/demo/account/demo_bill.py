"""The account's bills: each change of its balance, and why."""

from dataclasses import dataclass
from decimal import Decimal

from dashboard.demo.market.demo_market import plain

FUNDING = "contract_settle_fee"
TRANSFER = "trans_from_exchange"


@dataclass(frozen=True, slots=True)
class DemoBill:
    """A change of the USDT balance by `amount` and `fee`, which leaves `balance`; costs are negative."""

    id: str
    business: str
    symbol: str
    amount: Decimal
    fee: Decimal
    balance: Decimal
    time_ms: int

    def row(self) -> dict[str, str]:
        """A row of /api/v2/mix/account/bill."""
        return {
            "billId": self.id,
            "symbol": self.symbol,
            "amount": plain(self.amount),
            "fee": plain(self.fee),
            "feeByCoupon": "",
            "businessType": self.business,
            "coin": "USDT",
            "balance": plain(self.balance),
            "cTime": str(self.time_ms),
        }
