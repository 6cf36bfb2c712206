"""What appraising a book takes: profit, why it changed, exposure, holdings, of 2,000 positions.

One book trades 2,000 instruments over sixty days, with a price of each at the end of each day: in
one account, and in eight, of which each is a line of exposure and of holdings. Each question is
asked once first, so that plans are there, as they are in a session that goes on.
"""

import time
from collections.abc import Iterator
from datetime import timedelta

from utl.bench.figures import Figure, Found, at_most
from utl.bench.fills import DAYS, FIRST_DAY, stream_blocks
from utl.bench.register import Bench, measurement
from utl.bench.scratch import Shape, Target

ACCOUNTS = (1, 8)
ROWS_PER_COPY = 10_000
LIMIT = at_most(100)
LAST_DAY = (FIRST_DAY + timedelta(days=DAYS - 1)).date()

PRICES = """
    insert into utl.prices (at, instrument_id, source, bid, ask)
    select %s + n * interval '1 day', i.instrument_id, 'benchmark', 100 + i.instrument_id %% 7, 108
    from utl_private.instruments as i
    cross join generate_series(1, %s) as n
    where i.instrument_id > 0
"""
DIMENSIONS = ("book", "asset", "asset class", "venue", "account", "instrument", "instrument kind")
BY = "exposure by "
QUESTIONS = {
    "pnl": "select * from utl.pnl",
    "pnl_at, a day before the last": "select * from utl.pnl_at(%(last)s::timestamptz)",
    "pnl_daily, the last day": "select * from utl.pnl_daily('maker-0', %(last)s, %(last)s)",
    "pnl_explain, the last day": (
        "select * from utl.pnl_explain('maker-0', %(last)s::timestamptz, as_known => 'infinity')"
    ),
    "exposure": "select * from utl.exposure",
    **{BY + dimension: "select * from utl.exposure_by(%(dimension)s)" for dimension in DIMENSIONS},
    "holdings": "select * from utl.holdings",
    "holdings_at, a day before the last": "select * from utl.holdings_at(%(last)s::timestamptz)",
}


@measurement("appraisal", by_default=False)
def measure(bench: Bench) -> Found:
    """Load half of the fills that `reads` has, and ask. BenchError if the books are wrong then."""
    return Found([figure for accounts in ACCOUNTS for figure in _figures(bench, accounts)])


def _figures(bench: Bench, accounts: int) -> Iterator[Figure]:
    fills = bench.plan.read_fills // 2
    case = f"{fills:,} fills, accounts: {accounts}"
    shape = Shape(books=1, instruments=2_000, accounts=accounts)
    with bench.scratch.database("wac", shape) as target:
        bench.say(f"appraisal, loading {case}")
        for nth, block in enumerate(stream_blocks(target.ids, fills, ROWS_PER_COPY)):
            target.copy("utl.fills", block)
            if nth == 0:
                target.connection.execute("analyze")
        target.connection.execute(PRICES, [FIRST_DAY, DAYS])
        target.connection.execute("vacuum analyze")
        for asked in QUESTIONS:
            bench.say(f"appraisal, {case}, {asked}")
            samples = [_milliseconds(target, asked) for _ in range(1 + bench.plan.repeat)][1:]
            yield Figure("appraisal", asked, case, "ms", samples, LIMIT)
        target.require_right_books()


def _milliseconds(target: Target, asked: str) -> float:
    arguments = {"last": LAST_DAY, "dimension": asked.removeprefix(BY)}
    started = time.perf_counter()
    target.connection.execute(QUESTIONS[asked].encode(), arguments).fetchall()
    return 1_000 * (time.perf_counter() - started)
