"""The size of a contract, from a list of markets or from what a trade cost.

ccxt leaves the amount of a trade as the venue counts it: contracts, or the asset itself. What the
trade cost tells which. Without a list of markets it tells the size, too, if that is a number of few
digits, as sizes are; venues round what a trade cost, and how far shows in its last digit.
"""

from decimal import Context, Decimal

from utl.ingest.symbols import Market

DIGITS_MAX = 3  # of a size: 0.001, 100, 250
LIKE = Decimal("0.02")  # how far rounding may take what a trade cost
SAME = Decimal("1e-9")  # how far floats may


def size_of(
    market: Market, amount: Decimal | None, price: Decimal | None, cost: Decimal | None
) -> Decimal | None:
    """The size of what `amount` counts: a contract's, or 1 where the venue counts the asset itself.

    None for spot, or if nothing tells.
    """
    listed = market.contract_size
    if not market.is_contract or not (amount and price and cost):
        return listed if market.is_contract else None
    if market.is_option and market.settle == market.base:
        return listed or _size_of_option(abs(amount), price, abs(cost))
    implied = abs(cost * price / amount) if market.is_inverse else abs(cost / (amount * price))
    if listed is None:
        return _few_digits(implied, _blur(cost))
    sizes = (listed, Decimal(1))
    return next((size for size in sizes if abs(implied / size - 1) < LIKE), listed)


def _size_of_option(amount: Decimal, price: Decimal, cost: Decimal) -> Decimal | None:
    """Of an option that is paid in its own asset, some costs count as if it was inverse."""
    ways = (cost / (amount * price), cost * price / amount)
    sizes = {size for way in ways if (size := _near(way, SAME, digits=1))}
    return sizes.pop() if len(sizes) == 1 else None


def _blur(cost: Decimal) -> Decimal:
    """How much of it one in the last digit of a cost is."""
    return abs(Decimal(1).scaleb(int(cost.as_tuple().exponent)) / cost)


def _few_digits(implied: Decimal, blur: Decimal) -> Decimal | None:
    """The plainest size from which a cost may come; None if it is too blurred to tell."""
    for far in (SAME, blur) if blur < LIKE else (SAME,):
        for digits in range(1, DIGITS_MAX + 1):
            if (size := _near(implied, far, digits)) is not None:
                return size
    return None


def _near(implied: Decimal, far: Decimal, digits: int) -> Decimal | None:
    """The number of so many digits that is not further than so much of it from what is implied."""
    size = Context(prec=digits).plus(implied)
    return size if abs(implied / size - 1) <= far else None
