"""What the stream costs: how soon a subscriber has a change, and what listeners do to booking.

Latency is from when the writer's commit has returned to when the subscriber's loop has the change,
by one clock, in two processes, but for the first second, in which sessions load catalogs and plan.
The writer is a session of its own that commits one fill after the other with pauses, into a
position of its own; idle, it is alone, and else eight other clients book at half of the rate that
they reach when nobody listens. The subscriber gets all changes.

Listeners are sessions that LISTEN and read what comes, in one process. In `ticker` a bridge without
sinks rings the bell; in `off` nobody does.
"""

import multiprocessing
import random
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from multiprocessing.connection import Connection as Pipe
from statistics import median, quantiles

import psycopg

from utl.bench import pgbench
from utl.bench.figures import Figure, Found, Limit, at_least, at_most
from utl.bench.pgbench import Load
from utl.bench.register import Bench, measurement
from utl.bench.ringing import ringing
from utl.bench.scratch import BenchError, Scratch, Shape, Target
from utl.following import CHANNEL

COSTING = "wac"
SHAPE = Shape(pgbench.SHAPE.books, pgbench.SHAPE.instruments + 1)
LOAD = Load.APART
MODES = ("direct", "ticker")
LISTENERS = (0, 1, 10)
# From commit to received, in ms.
GOALS: dict[tuple[str, int], Limit] = {
    ("direct", 50): at_most(2),
    ("direct", 99): at_most(20),
    ("ticker", 99): at_most(50),
}
PAUSE_S = 0.02  # between two fills whose latency is taken, on average
WARM_UP_S = 1.0
PATIENCE_S = 300.0
INSERT = """
    insert into utl.fills (
        book_id, account_id, instrument_id, venue_fill_id, side, quantity, price, executed_at
    ) values (%s, %s, %s, %s, 'buy', 1, 100, clock_timestamp())
    returning fill_id
"""


@measurement("stream", by_default=False)
def measure(bench: Bench) -> Found:
    """Measure booking beside listeners, then latency. Raises BenchError if the books are wrong."""
    rates = _booking_rates(bench)
    off = rates["off", 0]
    figures = [
        Figure(
            section="stream",
            what="8 clients while others listen ÷ off",
            case=f"{notify}, {listeners} listeners",
            unit="ratio",
            samples=[rate / base for rate, base in zip(found, off, strict=True)],
            limit=at_least(0.95) if notify == "ticker" else None,
        )
        for (notify, listeners), found in rates.items()
        if notify != "off"
    ]
    for notify in MODES:
        for load, rate in (("idle", 0.0), ("half of the maximum", median(off) / 2)):
            figures += _latency_figures(bench, notify, load, rate)
    return Found(figures)


def _booking_rates(bench: Bench) -> dict[tuple[str, int], list[float]]:
    """Fills a second, for each mode and number of listeners, in turn."""
    rates: dict[tuple[str, int], list[float]] = {}
    cases = [("off", 0), *((notify, listeners) for notify in MODES for listeners in LISTENERS)]
    for turn in range(bench.plan.repeat):
        for notify, listeners in cases:
            bench.say(f"notify {notify}, {listeners} listeners, {turn + 1} of {bench.plan.repeat}")
            rate = _booking_rate(bench.scratch, notify, listeners, bench.plan.seconds)
            rates.setdefault((notify, listeners), []).append(rate)
    return rates


def _latency_figures(bench: Bench, notify: str, load: str, rate: float) -> list[Figure]:
    """Percentiles of each run, from commit to received, while others book at this rate."""
    runs = []
    for turn in range(bench.plan.repeat):
        bench.say(f"latency, notify {notify}, {load}, {turn + 1} of {bench.plan.repeat}")
        took = _latencies(bench.scratch, notify, rate, bench.plan.seconds)
        runs.append([1000 * took_s for took_s in quantiles(took, n=100, method="inclusive")])
    return [
        Figure(
            section="stream",
            what=f"commit to received, p{percentile}",
            case=f"{notify}, {load}",
            unit="ms",
            samples=[run[percentile - 1] for run in runs],
            limit=GOALS.get((notify, percentile)),
        )
        for percentile in (50, 99)
    ]


def _booking_rate(scratch: Scratch, notify: str, listeners: int, seconds: int) -> float:
    with scratch.database(COSTING, SHAPE) as target:
        with ringing(scratch, target, notify) as dsn, _listening(dsn, listeners):
            committed = pgbench.run(target, LOAD, seconds)
        target.require_right_books()
    return committed.rate


def _latencies(scratch: Scratch, notify: str, rate: float, seconds: int) -> list[float]:
    """Seconds from commit to received of each fill of a writer of its own."""
    with scratch.database(COSTING, SHAPE) as target:
        others = pgbench.running(target, LOAD, seconds * 2 + 5, rate)
        with (
            ringing(scratch, target, notify) as dsn,
            _process(_follow, dsn) as follower,
            others if rate else nullcontext(),
        ):
            follower.recv()  # it follows
            received: dict[int, float] = {}
            committed = _commit_with_pauses(target, dsn, WARM_UP_S + seconds, follower, received)
            _receive_all(follower, received, set(committed))
        target.require_right_books()
    warm = min(committed.values()) + WARM_UP_S
    # A subscriber may have it before the writer's own answer came.
    return [max(received[fill_id] - at, 0) for fill_id, at in committed.items() if at >= warm]


def _commit_with_pauses(
    target: Target, dsn: str, seconds: float, follower: Pipe, received: dict[int, float]
) -> dict[int, float]:
    """Commit fills into a position that nobody else trades; return when each was committed.

    What the subscriber tells meanwhile is read, lest he has to wait for us.
    """
    chance = random.Random(1)  # noqa: S311  # not for secrets
    ids = target.ids
    names = [ids.books[0], ids.accounts[0], ids.instruments[-1]]
    committed: dict[int, float] = {}
    end = time.monotonic() + seconds
    with psycopg.connect(dsn, autocommit=True) as connection:
        for number in count():
            row = connection.execute(INSERT, [*names, f"probe {number}"]).fetchone()
            now = time.monotonic()
            if row is not None:
                committed[row[0]] = now
            if now > end:
                return committed
            time.sleep(chance.uniform(0, 2 * PAUSE_S))
            while follower.poll():
                _receive(follower, received)
    raise AssertionError


def _receive_all(follower: Pipe, received: dict[int, float], wanted: set[int]) -> None:
    """Wait until the subscriber had all of these fills."""
    while missing := wanted - received.keys():
        if not follower.poll(PATIENCE_S):
            raise BenchError(f"{len(missing)} changes did not reach the subscriber")
        _receive(follower, received)


def _receive(follower: Pipe, received: dict[int, float]) -> None:
    moment, fill_ids = follower.recv()
    received.update(dict.fromkeys(fill_ids, moment))


def _follow(dsn: str, pipe: Pipe) -> None:
    """Tell for each change when it came, and of which fills it is."""
    from utl.subscription import subscribe

    with subscribe(dsn, name="benchmark", starts="oldest") as changes:
        changes.next(wait_s=0)
        pipe.send(None)
        for change in changes:
            pipe.send((time.monotonic(), change.fact_ids))


def _listen(dsn: str, pipe: Pipe, listeners: int) -> None:
    """LISTEN in some sessions, and read what comes."""
    with selectors.DefaultSelector() as selector:
        for _ in range(listeners):
            connection = psycopg.connect(dsn, autocommit=True)
            connection.execute(f"listen {CHANNEL}")
            selector.register(connection.fileno(), selectors.EVENT_READ, connection)
        pipe.send(None)
        while True:
            for key, _ in selector.select():
                for _ in key.data.notifies(timeout=0):
                    pass


@contextmanager
def _listening(dsn: str, listeners: int) -> Iterator[None]:
    if not listeners:
        yield
        return
    with _process(_listen, dsn, listeners) as pipe:
        pipe.recv()
        yield


@contextmanager
def _process(work: Callable[..., None], dsn: str, *arguments: object) -> Iterator[Pipe]:
    """Run something in a process of its own while the block runs; what it tells comes by pipe."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=work, args=(dsn, theirs, *arguments), daemon=True)
    process.start()
    theirs.close()  # so that its end is seen if it dies
    try:
        yield ours
    finally:
        process.kill()
        process.join()
