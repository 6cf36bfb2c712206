"""How each kind of row of a cost-basis case is booked.

A sale or purchase is a fill; all else is a transaction. What a fill cannot say is a transaction,
too: a purchase that ranks by another price than it cost is a deposit with cost and price, and a fee
beside the one that a fill carries is a fee by itself.

Fees in money are part of cost and proceeds where the case capitalises them. A fee in the coin is
disposed of with its sale and brings nothing: of that a costing with capitalized fees knows, so
where there are such fees the case's own costing capitalizes, and fees in money that the case keeps
apart are booked as transactions.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from tests.golden.facts import Fill, as_text
from tests.golden.ledger import Ledger
from tests.golden.lot_rows import (
    DISPOSALS,
    Row,
    asserted_by,
    capitalizes,
    capitalizes_own,
    has_coin_fees,
    instrument_of,
)
from tests.golden.methods import methods_of
from tests.golden.selection import IDENTIFYING, chosen, fits
from tests.golden.support import Refused, need
from tests.golden.trades import OWN

# What sources call a refusal, by what refused it here.
REFUSALS = {
    "22U08": re.compile("mismatch|unbalanced"),
    "23U07": re.compile("oversell|insufficient|not_enough|exceed"),
    "23U08": re.compile("oversell|insufficient|not_enough|exceed"),
    "ambiguous_lots": re.compile("ambiguous"),
    "rejected": re.compile("price|cost|basis|incomplete"),
    "no_matching_lot": re.compile("no_|not_found|unknown|missing"),
}


# Rows that may be booked as fills, which alone choose lots.
TRADES = ("buy", "sell", "spend")


class LotBookkeeper:
    """Books the rows of a cost-basis case, each by its kind."""

    def __init__(self, case: dict[str, Any], ledger: Ledger) -> None:
        self.case = case
        self.config: dict[str, Any] = case["config"]
        self.ledger = ledger
        need(f"base fee: {self.config.get('base_fee')}")

    def book(self, row: Row) -> None:
        """Book a row; raise Refused where the ledger or the case's method refuses it."""
        if row.kind not in ("dividend", "fee"):
            self.ledger.add_instrument(row.instrument)
        if row.kind in DISPOSALS:
            self._supply_missing(row)
            if row.kind not in TRADES:
                self._need_next_lots(row)
            if row.kind != "sell":
                self._gather(row)
        BOOKED_AS[row.kind](self, row)

    def buy(self, row: Row) -> None:
        """A fill; of a purchase that ranks by another price than it cost, a deposit."""
        if not self._ranks_apart(row):
            self._fill(row, self._lots_named(row))
            return
        if row.coin_fee:
            need("a fee in the coin on a purchase that ranks by a price that is not the cost")
        self._record(
            row,
            "deposit",
            quantity=row.quantity,
            cost=(row.value or 0) + self._capitalized(row),
            price=row.price,
        )

    def sell(self, row: Row) -> None:
        """A fill; with the lots that it names, or that its method wants named."""
        self._fill(row, self._lots_named(row))

    def income(self, row: Row) -> None:
        """A reward; one that cost a fee is money received that bought it."""
        if not row.money_fee:
            price = row.price if self._ranks_apart(row) else None
            self._record(row, "reward", quantity=row.quantity, value=row.value, price=price)
            return
        self._record_money(row, "interest", row.value or Fraction(0))
        self.buy(row)

    def receive(self, row: Row) -> None:
        """A deposit at its value, or of unknown cost."""
        cost = None if row.value is None else row.value + self._capitalized(row)
        price = row.price if self._ranks_apart(row) else None
        self._record(row, "deposit", quantity=row.quantity, cost=cost, price=price)

    def spend(self, row: Row) -> None:
        """A withdrawal at a value, the coin fee with it; of named lots, or not held, a sale."""
        if row.value is None:
            need("a disposal without a value")
        is_short = row.quantity + row.coin_fee > self._held(row) and self._allows_short()
        if is_short or self._selector(row) is not None:
            self._fill(row, self._lots_named(row))
            return
        value = (row.value or 0) - self._capitalized(row)
        self._record(row, "withdrawal", quantity=row.quantity + row.coin_fee, amount=value)

    def spend_in_kind(self, row: Row) -> None:
        """A withdrawal at cost."""
        self._record(row, "withdrawal", quantity=row.quantity + row.coin_fee)
        self._pay_apart(row, row.money_fee)

    def expense_in_kind(self, row: Row) -> None:
        """A fee in the coin that is worth what it had cost."""
        self._record(row, "network_fee", quantity=row.quantity)

    def transfer(self, row: Row) -> None:
        """What arrives; its coin fee is disposed of at a value, or at cost.

        Where the case's costing capitalizes fees, that one would bring nothing, as if it were a
        part of the price: so it leaves by itself.
        """
        sent, value = row.given.get("sent"), None
        if row.coin_fee and row.given.get("value") is not None:
            value = Fraction(row.given["value"])
        elif row.coin_fee and row.price is not None:
            value = row.coin_fee * row.price
        is_apart = bool(row.coin_fee) and sent is None and capitalizes_own(self.case)
        self._record(
            row,
            "transfer",
            to_account=row.given["to_account"],
            quantity=row.quantity,
            sent=None if sent is None else Fraction(sent),
            fee=None if is_apart else row.coin_fee,
            fee_value=None if is_apart else value,
        )
        if is_apart:
            self._record(row, "withdrawal", quantity=row.coin_fee, amount=value)
        self._pay_apart(row, row.money_fee)

    def split(self, row: Row) -> None:
        """Of all that is open, wherever it is."""
        self.ledger.record(
            row.number,
            "split",
            instrument=row.instrument.name,
            new_units=Fraction(row.ratio.numerator),
            old_units=Fraction(row.ratio.denominator),
            **self._when(row),
        )

    def convert(self, row: Row) -> None:
        """Lots go on as another symbol's."""
        self._record(
            row,
            "conversion",
            quantity=row.quantity,
            to_instrument=self._target(row),
            to_quantity=Fraction(row.given.get("to_qty") or row.quantity * row.ratio),
        )
        self._pay_apart(row, row.money_fee)

    def rename(self, row: Row) -> None:
        """Everything that is open goes on by another name."""
        self.ledger.record(
            row.number,
            "rename",
            instrument=row.instrument.name,
            to_instrument=self._target(row),
            **self._when(row),
        )

    def dividend(self, row: Row) -> None:
        """Money received."""
        value = row.given.get("value")
        received = Fraction(value if value is not None else row.given.get("price") or 0)
        if value is None and row.given.get("qty") is not None:
            received *= row.quantity
        self._record_money(row, "dividend", received)
        self._pay_apart(row, row.money_fee)

    def fee(self, row: Row) -> None:
        """Money paid."""
        self._pay_apart(row, row.money_fee or Fraction(row.given.get("value") or 0))

    def _allows_short(self) -> bool:
        return self.config.get("oversell") == "allow_short"

    def _held(self, row: Row) -> Fraction:
        """What the pool of a row has of its instrument."""
        quantities = (
            position.quantity
            for position in self.ledger.positions(OWN)
            if position.instrument == row.instrument.name
            and position.account in (None, row.account)
        )
        return sum(quantities, Fraction(0))

    def _supply_missing(self, row: Row) -> None:
        """What is taken and was not there came before, at a cost that nobody knows."""
        leaving = row.quantity + row.coin_fee
        if self._allows_short() or leaving <= self._held(row):
            return
        oversell = self.config.get("oversell")
        if oversell == "missing_at_zero_cost":
            missing = leaving - max(self._held(row), Fraction(0))
            self._record(row, "adjustment", number=-row.number, quantity=missing)
        elif row.kind == "sell" and self._selector(row) is None:
            self._need_flagged(row)
            need(f"oversell: {oversell}")

    def _need_flagged(self, row: Row) -> None:
        """A sale that the source refuses is booked, and flagged; raise Refused if it is not."""
        if self.ledger.costings[OWN].pool == "book":
            self.ledger.flag_shorts(book=self.ledger.book_name)
        else:
            self.ledger.flag_shorts(account=row.account)
        self._fill(row)
        if row.instrument.name not in self.ledger.flagged_shorts():
            raise Refused("oversell", "utl.flagged_shorts does not list it")

    def _selector(self, row: Row) -> dict[str, Any] | None:
        """Which lots a trade names; by a method that wants them named, any that it can close."""
        selector: dict[str, Any] | None = row.given.get("select")
        if selector is None and self.case["method"] == "STRICT":
            closes = self._held(row) * (1 if row.kind in DISPOSALS else -1) > 0
            return {} if closes else None
        if "WAC" in methods_of(self.case):
            if selector:
                need("lots named of an average")
            return None
        return selector

    def _lots_named(self, row: Row) -> dict[int, Fraction]:
        """How much of which lots a trade wants to close, by lot_id."""
        selector = self._selector(row)
        if selector is None:
            return {}
        return self._selected(row, selector, str(self.case["method"]))

    def _selected(self, row: Row, select: dict[str, Any], method: str) -> dict[int, Fraction]:
        """What a selector takes of the lots in the pool of a row, by a method."""
        is_disposal = row.kind in DISPOSALS
        lots = [
            lot
            for lot in self.ledger.lots(OWN)
            if lot.instrument == row.instrument.name
            and lot.account in (None, row.account)
            and (lot.quantity > 0) == is_disposal
            and fits(lot, select, self._opening_row(lot.fill), row.instrument)
        ]
        quantity = row.quantity + (row.coin_fee if is_disposal else 0)
        covers = self.config.get("oversell") == "error"
        return chosen(lots, quantity, method, covers=covers)

    def _need_next_lots(self, row: Row) -> None:
        """Only fills choose lots: what else takes some must want those that come next anyway."""
        select, method = row.given.get("select"), str(self.case["method"])
        if select is None:
            return
        next_method = "FIFO" if method in IDENTIFYING else method
        if self._selected(row, select, method) != self._selected(row, {}, next_method):
            need(f"chosen lots of a {row.kind}")

    def _gather(self, row: Row) -> None:
        """Where all accounts are one pool, others give what the account of a row has not.

        The source does not ask who holds it; in the ledger nobody sends what he has not.
        """
        if self.ledger.costings[OWN].pool == "account":
            return
        held = self.ledger.holdings(row.instrument.base)
        lacking = row.quantity + row.coin_fee - held.pop(row.account, Fraction(0))
        for account, quantity in held.items():
            given = min(quantity, lacking)
            if given > 0:
                self._record(
                    row, "transfer", account=account, to_account=row.account, quantity=given
                )
                lacking -= given

    def _fill(self, row: Row, lots: dict[int, Fraction] | None = None) -> None:
        """Record a purchase or sale, with the lots that it closes where it names some."""
        keeps_apart = has_coin_fees(self.case) and not capitalizes(self.case)
        fee = row.coin_fee or (Fraction(0) if keeps_apart else row.money_fee)
        price = None if row.value is None else row.value / row.quantity
        fill = Fill(
            number=row.number,
            instrument=row.instrument,
            account=row.account,
            side="sell" if row.kind in DISPOSALS else "buy",
            quantity=row.quantity,
            price=self._stated(price, row.kind),
            executed_at=row.occurred_at,
            fee=fee,
            fee_asset=(row.instrument.base if row.coin_fee else row.instrument.quote)
            if fee
            else None,
            sequence=row.sequence,
            book=self.ledger.book_name,
        )
        outcome, reason = self.ledger.book(fill, lots)
        if outcome != "booked":
            raise Refused(outcome, reason)
        if keeps_apart:
            self._pay_apart(row, row.money_fee)

    def _stated(self, price: Fraction | None, kind: str) -> str:
        """A price; on a sale without one nothing that is asserted depends (see lots.UNPRICED).

        Unless it is asserted that this is an error.
        """
        if price is not None:
            return as_text(price)
        is_error = REFUSALS["rejected"].search(str(self.case["expect"].get("error")))
        return "0" if kind == "sell" and not is_error else ""

    def _ranks_apart(self, row: Row) -> bool:
        """Whether a lot ranks by another price than it cost."""
        is_ranked = methods_of(self.case) & {"HIFO", "LOFO"} and self.config.get("rank") == "price"
        return bool(is_ranked) and row.price is not None and row.price * row.quantity != row.value

    def _capitalized(self, row: Row) -> Fraction:
        """The fee of a transaction, as far as it is part of its amount; the rest is paid apart."""
        if not row.money_fee or not capitalizes(self.case):
            self._pay_apart(row, row.money_fee)
            return Fraction(0)
        asserted = {key for step in asserted_by(self.case) for key in step}
        if asserted & {"fees", "gross_pnl", "net_pnl", "unrealized_pnl_ex_fees"}:
            need("a fee that is capitalized into a transaction, and asserted")
        return row.money_fee

    def _pay_apart(self, row: Row, fee: Fraction) -> None:
        if fee > 0:
            self._record_money(row, "fee", fee)
        elif fee < 0:
            self._record_money(row, "rebate", -fee)

    def _record_money(self, row: Row, kind: str, quantity: Fraction) -> None:
        self.ledger.add_instrument(row.instrument)
        self._record(row, kind, quantity=quantity, asset=row.instrument.quote)

    def _record(self, row: Row, kind: str, number: int | None = None, **arguments: Any) -> None:
        where = {"account": row.account, "instrument": row.instrument.name}
        self.ledger.record(
            number or row.number,
            kind,
            **{"book": self.ledger.book_name, **where, **arguments, **self._when(row)},
        )

    def _when(self, row: Row) -> dict[str, Any]:
        return {"occurred_at": row.occurred_at, "sequence": row.sequence}

    def _target(self, row: Row) -> str:
        target = instrument_of(self.case, row.given["to_symbol"])
        self.ledger.add_instrument(target)
        return target.name

    def _opening_row(self, number: int) -> dict[str, Any]:
        return next((row for row in self.case["fills"] if row["seq"] == number), {})


BOOKED_AS: dict[str, Callable[[LotBookkeeper, Row], None]] = {
    kind: getattr(LotBookkeeper, kind)
    for kind in (
        *("buy", "sell", "income", "receive", "spend", "spend_in_kind", "expense_in_kind"),
        *("transfer", "split", "convert", "rename", "dividend", "fee"),
    )
}
