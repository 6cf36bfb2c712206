"""What changes an account besides its fills, as transactions: funding, deposits, transfers.

Each has an identity that every feed of a venue gives it, and the terms of its function in SQL.
"""

from decimal import Decimal

from utl.ingest.adapter import Problem
from utl.ingest.feed import Context, Found, Movement
from utl.ingest.figures import NotBooked, text_of

NOTHING = "an amount of 0"


def funding(
    symbol: str | None, asset: str | None, received: Decimal, at: str, venue_id: str | None
) -> Movement:
    """A payment of funding, negative if paid. Some venues give all payments of a time one id."""
    if not received:
        raise NotBooked(NOTHING)
    reference = "#".join(
        ["funding", symbol or asset or "", at[:23], *([venue_id] if venue_id else [])]
    )
    terms = {"quantity": received, "asset": asset, "instrument": symbol}
    return Movement("funding", at, reference, terms)


def moved(
    kind: str,
    venue_id: str,
    quantity: Decimal,
    fee: Decimal,
    asset: str,
    at: str,
    fee_asset: str = "",
) -> list[Found]:
    """A deposit or a withdrawal; its fee leaves besides its amount."""
    if quantity <= 0:
        raise Problem(f"the amount of a {kind} is not positive: {text_of(quantity)}")
    if fee < 0:
        raise Problem(f"the fee of a {kind} is negative: {text_of(fee)}")
    reference = f"{kind}#{venue_id}"
    found: list[Found] = [Movement(kind, at, reference, {"quantity": quantity, "asset": asset})]
    if fee:
        fee_kind = "network_fee" if kind == "withdrawal" else "fee"
        terms = {"quantity": fee, "asset": fee_asset or asset}
        found.append(Movement(fee_kind, at, f"{reference}#fee", terms))
    return found


def transfer(
    accounts: tuple[str, str], quantity: Decimal, asset: str, at: str, reference: str
) -> Movement:
    """What goes from the first of two accounts to the second."""
    if quantity <= 0:
        raise Problem(f"the amount of a transfer is not positive: {text_of(quantity)}")
    account, to_account = accounts
    terms = {"account": account, "to_account": to_account, "quantity": quantity, "asset": asset}
    return Movement("transfer", at, f"{reference}#{asset}", terms)


def within(context: Context, origin: object, target: object) -> tuple[str, str]:
    """The accounts of a transfer between wallets; NotBooked if both are one account."""
    account, to_account = context.account_of(origin), context.account_of(target)
    if account is None or to_account is None or account == to_account:
        raise NotBooked(f"a transfer within the account, from {origin} to {target}")
    return account, to_account
