"""Deribit: amounts in USD for inverse contracts, in coins for linear ones; never in contracts."""

from dataclasses import replace
from decimal import Decimal

from dashboard.domain.fill import Fill
from dashboard.domain.market import Instrument, Payoff
from dashboard.domain.position import Position
from dashboard.domain.reported_figures import ReportedFigures
from dashboard.exchange import normalize_account
from dashboard.exchange.adapters.base import AccountAdapter
from dashboard.exchange.normalize import Raw, number, positive


class DeribitAdapter(AccountAdapter):
    """Reads a Deribit account. One request returns the positions of all currencies.

    Source of the units: https://docs.deribit.com/#private-get_positions
    """

    fill_streams = ({},)

    def is_omitted(self, instrument: Instrument) -> bool:
        """False: the request has every contract."""
        return False

    def is_hedged(self, row: Raw) -> bool | None:
        """False: Deribit has one net position in each market."""
        return False

    def position(self, row: Raw, instrument: Instrument) -> Position:
        """Returns an open position.

        Its `floating_profit_loss` counts from the last settlement, `total_profit_loss` from the entry.
        """
        read, info = super().position(row, instrument), normalize_account.info_of(row)
        is_inverse = instrument.payoff is Payoff.INVERSE
        value = number(info.get("size_currency")) if is_inverse else None  # coins, also of a linear one
        reported = replace(
            read.reported or ReportedFigures(),
            notional=None if value is None else abs(value),
            unrealized_pnl=number(info.get("total_profit_loss")),
        )
        return replace(
            read,
            contracts=_contracts(read.contracts, instrument),
            margin_mode="cross",
            liquidation_price=positive(info.get("estimated_liquidation_price")),
            reported=reported,
        )

    def fill(self, row: Raw, instrument: Instrument) -> Fill | None:
        """Returns the fill, in contracts."""
        read = normalize_account.fill(row, instrument)
        pnl = number(normalize_account.info_of(row).get("profit_loss"))
        contracts = _contracts(read.contracts, instrument)
        return replace(read, contracts=contracts, realized_pnl=pnl, hedged=False)


def _contracts(amount: Decimal, instrument: Instrument) -> Decimal:
    """Converts USD (inverse) or coins (linear) to contracts."""
    return amount / instrument.contract_size
