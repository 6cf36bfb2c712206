"""Random fills of a book, and random ways to send them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from tests.properties.folding import Costing, Instrument
from tests.properties.model import Correction

FIRST = datetime(2026, 1, 31, 23, 59, 57, tzinfo=UTC)  # so that some fills are of the next month

SPOT = Instrument("BTC/USDT", "USDT", coin="BTC")
FUTURE = Instrument("XAU/USD:USD-261225", "USD", multiplier=Fraction(100))
PERPETUAL = Instrument("ETH/USDT:USDT", "USDT", multiplier=Fraction(1, 1000))
INVERSE = Instrument("BTC/USD:BTC", "BTC", is_inverse=True)
QUANTO = Instrument("XRP/USD:BTC", "BTC", multiplier=Fraction(1, 5000))
OPTION = Instrument("BTC/USDT:USDT-261225-50000-C", "USDT", multiplier=Fraction(1, 10))
TOKEN = Instrument("WBTC/USDT", "USDT", coin="WBTC")
INSTRUMENTS = (SPOT, FUTURE, PERPETUAL, INVERSE, QUANTO, OPTION, TOKEN)
ACCOUNTS = ("spot", "margin", "sub")
FEE_ASSETS = ("USDT", "USD", "BTC", "BNB", "WBTC")
WAYS = ("insert", "copy", "select", "record", "single")

METHODS = ("wac", "fifo", "lifo", "hifo", "lofo", "specific")


@dataclass(frozen=True)
class Sent:
    """A fill as a venue tells it. `identity` is unique in its account."""

    identity: str
    account: str
    instrument: Instrument
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_asset: str | None
    executed_at: datetime
    sequence: int
    book: str = ""  # which one, where there are several


@dataclass(frozen=True)
class SentCorrection:
    """A correction as a venue tells it: what is None stays as it was."""

    account: str
    identity: str
    kind: str
    quantity: Decimal | None = None
    price: Decimal | None = None
    fee: Decimal | None = None
    fee_asset: str | None = None
    executed_at: datetime | None = None
    sequence: int | None = None

    @property
    def fact(self) -> Correction:
        """The same for the model."""
        return Correction(
            account=self.account,
            identity=self.identity,
            kind=self.kind,
            quantity=None if self.quantity is None else Fraction(self.quantity),
            price=None if self.price is None else Fraction(self.price),
            fee=None if self.fee is None else Fraction(self.fee),
            fee_asset=self.fee_asset,
            executed_at=self.executed_at,
            sequence=self.sequence,
        )


@dataclass(frozen=True)
class Statement:
    """Some fills, sent together in one of WAYS."""

    way: str
    fills: list[Sent]


@dataclass(frozen=True)
class Scenario:
    """A book's fills in the order and the statements in which they arrive."""

    costings: list[Costing]
    added_late: bool  # the costings after the first come when the fills are there
    statements: list[Statement] = field(default_factory=list)

    @property
    def fills(self) -> list[Sent]:
        """All fills, in order of arrival."""
        return [fill for statement in self.statements for fill in statement.fills]


def decimals(low: int, high: int, *, places_max: int) -> st.SearchStrategy[Decimal]:
    """Decimals of any number of places, more often of few."""
    return st.builds(
        lambda whole, places: Decimal(whole).scaleb(-places),
        st.integers(low, high),
        st.integers(0, places_max),
    )


# Small numbers meet: positions go flat, lots end with a fill, prices are equal. Long ones round.
QUANTITIES = st.one_of(
    st.integers(1, 6).map(Decimal),
    decimals(1, 99, places_max=3),
    decimals(1, 10**22, places_max=20).filter(bool),
)
PRICES = st.one_of(
    st.integers(1, 9).map(Decimal),
    st.integers(1, 3).map(Decimal),
    st.integers(-3, 3).map(Decimal),
    decimals(-(10**6), 10**8, places_max=4),
    decimals(1, 10**24, places_max=24),
)
FEES = st.one_of(
    st.just(Decimal(0)),
    decimals(-9, 99, places_max=2),
    decimals(-(10**20), 10**20, places_max=20),
)

INSTRUMENTS_TRADED = st.lists(st.sampled_from(INSTRUMENTS), min_size=1, max_size=2, unique=True)


@st.composite
def sent_fills(
    draw: st.DrawFn, number: int, traded: list[Instrument], *, in_one_order: bool = False
) -> Sent:
    """One fill. `in_one_order`: no two have the same place, so that arrival decides nothing."""
    instrument = draw(st.sampled_from(traded))
    price = draw(PRICES)
    fee = draw(FEES)
    fee_asset = draw(st.sampled_from((instrument.cost_asset, *FEE_ASSETS)))
    return Sent(
        identity=f"fill {number}",
        account=draw(st.sampled_from(ACCOUNTS)),
        instrument=instrument,
        side=draw(st.sampled_from(("buy", "sell"))),
        quantity=draw(QUANTITIES),
        price=(abs(price) or Decimal(1)) if instrument.is_inverse else price,
        fee=fee,
        fee_asset=fee_asset if fee or draw(st.booleans()) else None,
        executed_at=FIRST + timedelta(seconds=draw(st.integers(0, 6))),
        sequence=number if in_one_order else draw(st.integers(0, 2)),
    )


@st.composite
def costings(draw: st.DrawFn, name: str) -> Costing:
    """Any costing."""
    return Costing(
        name,
        method=draw(st.sampled_from(METHODS)),
        pool=draw(st.sampled_from(("book", "account"))),
        fees=draw(st.sampled_from(("expense", "capitalize"))),
        rank_by=draw(st.sampled_from(("price", "unit_cost"))),
        booking_order=draw(st.sampled_from(("event_time", "event_time", "arrival"))),
    )


@st.composite
def cut(draw: st.DrawFn, fills: list[Sent]) -> list[Statement]:
    """The fills in any order, cut into any statements."""
    left = draw(st.permutations(fills))
    statements: list[Statement] = []
    while left:
        size = draw(st.integers(1, len(left)))
        statements.append(Statement(draw(st.sampled_from(WAYS)), left[:size]))
        left = left[size:]
    return statements


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """One to three costings, up to 24 fills, in any statements."""
    method = draw(st.sampled_from(METHODS))
    others = [draw(costings(f"costing {n}")) for n in range(draw(st.integers(0, 2)))]
    traded = draw(INSTRUMENTS_TRADED)
    fills = [draw(sent_fills(n, traded)) for n in range(draw(st.integers(1, 24)))]
    return Scenario([Costing(method, method), *others], draw(st.booleans()), draw(cut(fills)))


@st.composite
def twice_cut(draw: st.DrawFn) -> tuple[Scenario, Scenario]:
    """The same fills of the same book, sent in two ways."""
    first = Costing("wac", "wac")
    others = [draw(costings(f"costing {n}")) for n in range(draw(st.integers(1, 2)))]
    in_event_time = [
        Costing(c.name, c.method, c.pool, c.fees, c.rank_by, "event_time") for c in others
    ]
    traded = draw(INSTRUMENTS_TRADED)
    numbers = range(draw(st.integers(2, 16)))
    fills = [draw(sent_fills(n, traded, in_one_order=True)) for n in numbers]
    one, other = (
        Scenario([first, *in_event_time], draw(st.booleans()), draw(cut(fills))) for _ in range(2)
    )
    return one, other
