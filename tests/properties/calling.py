"""Transactions by their public functions: which one says what a row says, if any does."""

from typing import Any

from tests.properties.worlds import SentTransaction

# Functions that are not named after their kind, and those that take what was paid as positive.
NAMES = {"borrow": "record_borrowing", "repay": "record_repayment"}
PAID = ("withdrawal", "network_fee", "fee", "repay", "conversion")
VALUES = {
    "opening_balance": "cost",
    "deposit": "cost",
    "adjustment": "cost",
    "spin_off": "cost",
    "withdrawal": "amount",
    "cash_in_lieu": "amount",
    "network_fee": "value",
    "reward": "value",
    "airdrop": "value",
    "conversion": "paid",
    "transfer": "fee_value",
}
WITH_TIME = ("opening_balance", "deposit")
WITH_PRICE = (*WITH_TIME, "reward", "airdrop")


def call_for(sent: SentTransaction, name: str) -> tuple[str, dict[str, Any]] | None:
    """The function and its named arguments; none if no function says just that.

    An expiry is recorded by its price for all that is open, funding has an instrument, and what is
    converted or spun off stays in its book.
    """
    away = (sent.to_book, sent.to_account) != (sent.book, sent.account)
    if (
        sent.kind == "expiry"
        or (sent.kind == "funding" and sent.instrument is None)
        or (sent.kind == "conversion" and sent.to_book != sent.book)
        or (sent.kind == "spin_off" and away)
    ):
        return None
    arguments: dict[str, Any] = {
        "book": f"{name}{sent.book}",
        "account": sent.account,
        "instrument": sent.instrument.name if sent.instrument else None,
        "asset": sent.asset,
        "quantity": sent.quantity,
        "new_units": sent.new_units,
        "old_units": sent.old_units,
        "occurred_at": sent.occurred_at,
        "sequence": sent.sequence,
        "reference": f"{name} {sent.reference}",
    }
    if sent.kind in PAID and sent.quantity is not None:
        arguments["quantity"] = -sent.quantity
    if sent.kind in VALUES:
        arguments[VALUES[sent.kind]] = sent.amount
    if sent.kind in WITH_TIME:
        arguments["opened_at"] = sent.opened_at
    if sent.kind in WITH_PRICE:
        arguments["price"] = sent.price
    if sent.kind == "transfer":
        arguments |= {
            "quantity": sent.to_quantity,
            "to_account": sent.to_account,
            "to_book": f"{name}{sent.to_book}",
            "fee": sent.fee,
            "fee_asset": sent.fee_asset,
        }
    elif sent.to_instrument is not None:
        arguments |= {"to_instrument": sent.to_instrument.name, "to_quantity": sent.to_quantity}
        if sent.kind == "conversion":
            arguments["to_account"] = sent.to_account
    given = {name: value for name, value in arguments.items() if value is not None}
    return f"utl.{NAMES.get(sent.kind, f'record_{sent.kind}')}", given
