"""`Ledger.record_fills`: rows from Python, in whatever form, and in whatever weather."""

import random
import string
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from psycopg import errors

from utl import ledger as module
from utl.ledger import Ledger, Outcome

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(connection: psycopg.Connection, database: str) -> Iterator[Ledger]:
    connection.execute("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
    connection.execute("select utl.add_instrument('BTC/USDT')")
    with Ledger(database) as ledger:
        yield ledger


def fill(name: str, **values: object) -> Mapping[str, object]:
    return {
        "book": "main",
        "account": "binance:1",
        "instrument": "BTC/USDT",
        "venue_fill_id": name,
        "side": "buy",
        "quantity": Decimal("1.5"),
        "price": 100,
        "executed_at": NOON,
        **values,
    }


def outcomes(found: list[Outcome]) -> list[str]:
    return [row.outcome for row in found]


def test_mappings_are_recorded_and_each_tells_its_outcome(ledger: Ledger) -> None:
    recorded = ledger.record_fills(
        [fill("A"), fill("A"), fill("A", side="sell"), fill("B", quantity=0), fill("C")]
    )
    assert outcomes(recorded.outcomes) == [
        *("booked", "duplicate", "conflict", "rejected", "booked")
    ]
    assert [row.line for row in recorded.outcomes] == [1, 2, 3, 4, 5]
    assert recorded.outcomes[1].fill_id == recorded.outcomes[0].fill_id
    assert recorded.outcomes[3].reason == "quantity is not positive: '0'"
    assert (recorded.count("booked"), recorded.count("rejected")) == (2, 1)


def test_numbers_and_times_of_every_type_arrive_exactly(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    forty = Decimal("12345678901234567890.12345678901234567891")
    ledger.record_fills(
        [
            fill("A", quantity=forty, price=0.1),
            fill("B", quantity="1e-8", price=np.float64(0.1)),
            fill("C", quantity=Decimal("1E-8"), price=np.int64(7)),
            fill("D", executed_at=NOON.astimezone(timezone(timedelta(hours=9)))),
            fill("E", executed_at="2026-01-01T12:00:00Z", price=-5),
            fill("F", executed_at=1767268800000, fee=None, fee_asset=None),
        ]
    )
    found = connection.execute(
        "select quantity, price, executed_at from utl.fills order by venue_fill_id"
    ).fetchall()
    assert [(quantity, price) for quantity, price, _ in found[:3]] == [
        (forty, Decimal("0.1")),
        (Decimal("0.00000001"), Decimal("0.1")),
        (Decimal("0.00000001"), Decimal(7)),
    ]
    assert {executed_at for _, _, executed_at in found} == {NOON}


def test_arguments_stand_in_where_rows_have_none(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    connection.execute("select utl.add_book('other')")
    row = {**fill("A", executed_at=datetime(2026, 1, 1, 12)), "account": None}  # noqa: DTZ001
    del row["book"]
    recorded = ledger.record_fills(
        [row, {**row, "book": "other", "venue_fill_id": "B"}],
        book="main",
        account="okx:7",
        timezone="Asia/Tokyo",
        create=True,
    )
    assert outcomes(recorded.outcomes) == ["booked", "booked"]
    found = connection.execute(
        """
        select b.book, a.account, f.executed_at
        from utl.fills as f
        join utl.books as b using (book_id)
        join utl.accounts as a using (account_id)
        order by f.venue_fill_id
        """
    ).fetchall()
    at = NOON - timedelta(hours=9)
    assert found == [("main", "okx:7", at), ("other", "okx:7", at)]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"price": float("nan")}, "price is not a finite number: 'nan'"),
        ({"quantity": Decimal("Infinity")}, "quantity is not a finite number: 'Infinity'"),
        ({"quantity": True}, "quantity is not a finite number: 'True'"),
        ({"executed_at": None}, "executed_at is missing"),
        ({"executed_at": datetime(2026, 1, 1)},  # noqa: DTZ001
         "executed_at is not an ISO 8601 time with a zone: '2026-01-01T00:00:00'"),
        ({"qty": 1}, "unknown keys: 'qty'"),
        ({"venue_fill_id": "A\0B"}, "a character that is not text"),
        ({"venue_fill_id": "A\ud800B"}, "a character that is not text"),
        ({"venue_fill_id": " "}, "venue_fill_id is missing"),
    ],
)  # fmt: skip
def test_a_bad_row_is_rejected_with_the_reason(
    ledger: Ledger, connection: psycopg.Connection, values: dict[str, object], reason: str
) -> None:
    recorded = ledger.record_fills([fill("1"), fill("2", **values), fill("3")], source="script")
    assert outcomes(recorded.outcomes) == ["booked", "rejected", "booked"]
    assert recorded.outcomes[1].reason == reason
    kept = connection.execute("select source, line, reason from utl.rejected_fills").fetchall()
    assert kept == [("script", 2, reason)]


def test_a_row_that_is_no_mapping_costs_only_itself(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    rows: list[Any] = [fill("1"), 7, None, fill("2")]
    recorded = ledger.record_fills(rows)
    assert outcomes(recorded.outcomes) == ["booked", "rejected", "rejected", "booked"]
    assert recorded.outcomes[1].reason == "not a mapping: int"
    kept = connection.execute("select line, raw from utl.rejected_fills order by 1").fetchall()
    assert kept == [(2, "7"), (3, "None")]
    for one in (fill("3"), "abc", b"abc"):
        with pytest.raises(TypeError, match="fills are rows, many of them"):
            ledger.record_fills(one)  # type: ignore[arg-type]


def test_text_that_only_looks_like_an_escape_is_text(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    name = 'back\\u0000slash "quote" \u2028 é 🙂'
    assert ledger.record_fills([fill(name)]).count("booked") == 1
    assert connection.execute("select venue_fill_id from utl.fills").fetchall() == [(name,)]


def frame() -> pd.DataFrame:
    rows = [fill(f"T{n}", price=100 + n / 10, fee=0.5, fee_asset="USDT") for n in range(5)]
    table = pd.DataFrame(rows)
    table.loc[1, "fee"] = np.nan
    table.loc[1, "fee_asset"] = None
    return table


def test_a_dataframe_is_recorded_and_its_missing_values_are_none(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    assert ledger.record_fills(frame()).count("booked") == 5
    fees = connection.execute("select fee, price from utl.fills order by fill_id").fetchall()
    assert fees[1:3] == [(0, Decimal("100.1")), (Decimal("0.5"), Decimal("100.2"))]


def test_whole_numbers_that_pandas_made_floats_are_whole_again(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    rows = [fill("A", sequence=7, executed_at=1767225600123), fill("B", executed_at=None)]
    table = pd.DataFrame(rows)
    assert str(table["sequence"].dtype) == str(table["executed_at"].dtype) == "float64"
    assert outcomes(ledger.record_fills(table).outcomes) == ["booked", "rejected"]
    row = connection.execute("select sequence, executed_at from utl.fills").fetchone()
    assert row == (7, datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC))


def test_columns_that_are_there_twice_are_refused(ledger: Ledger) -> None:
    table = frame().rename(columns={"fee": "price"})
    with pytest.raises(ValueError, match="there twice: price"):
        ledger.record_fills(table)


def test_an_identity_that_a_float_has_shortened_is_refused(ledger: Ledger) -> None:
    rows = [fill("A", venue_fill_id=12345678901234567890.0), fill("B", venue_fill_id=7.0)]
    recorded = ledger.record_fills(rows)
    assert outcomes(recorded.outcomes) == ["rejected", "booked"]
    assert "has lost digits" in (recorded.outcomes[0].reason or "")


def test_an_arrow_table_is_the_same_as_a_dataframe_or_an_iterator(ledger: Ledger) -> None:
    table = pa.Table.from_pandas(frame())
    assert ledger.record_fills(table).count("booked") == 5
    assert ledger.record_fills(table.to_reader()).count("duplicate") == 5
    assert ledger.record_fills(frame()).count("duplicate") == 5
    assert ledger.record_fills(iter(table.to_pylist())).count("duplicate") == 5


def test_nanoseconds_of_arrow_are_cut_to_microseconds(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    table = pa.Table.from_pylist([{**fill("A"), "executed_at": 1767268800_123456789}])
    column = table["executed_at"].cast(pa.timestamp("ns", "UTC"))
    at = table.schema.get_field_index("executed_at")
    assert ledger.record_fills(table.set_column(at, "executed_at", column)).count("booked") == 1
    assert connection.execute("select executed_at from utl.fills").fetchall() == [
        (NOON + timedelta(microseconds=123456),)
    ]


def test_lines_count_on_over_batches(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 2)
    recorded = ledger.record_fills(fill(str(n), quantity=n) for n in range(5))
    assert [row.line for row in recorded.outcomes] == [1, 2, 3, 4, 5]
    assert outcomes(recorded.outcomes) == ["rejected", *["booked"] * 4]


def test_nothing_is_recorded_from_nothing(ledger: Ledger) -> None:
    assert ledger.record_fills([]).outcomes == []
    assert ledger.record_fills(frame().iloc[:0]).outcomes == []


def test_a_killed_connection_is_made_again_and_nothing_is_booked_twice(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    assert ledger.record_fills([fill("A")]).count("booked") == 1
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'utl ledger' and datname = current_database()"
    )
    assert outcomes(ledger.record_fills([fill("A"), fill("B")]).outcomes) == ["duplicate", "booked"]


def test_a_server_that_stays_away_raises_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_AFTER_S", 0.001)
    with pytest.raises(psycopg.OperationalError):
        Ledger("host=/nonexistent").record_fills([fill("A")])


def test_an_error_that_does_not_pass_is_raised_at_once(ledger: Ledger) -> None:
    with pytest.raises(errors.SyntaxError):
        ledger.query("selct 1")


@pytest.mark.usefixtures("ledger")
def test_sessions_that_send_the_same_fills_at_once_book_each_once(
    connection: psycopg.Connection, database: str
) -> None:
    rows = [fill(f"T{n}") for n in range(300)]
    counts = []

    def send(mine: list[Mapping[str, object]]) -> None:
        with Ledger(database) as writer:
            recorded = writer.record_fills(mine)
            counts.append((recorded.count("booked"), recorded.count("duplicate")))

    orders = (rows, rows[::-1], rows[150:] + rows[:150], rows[::2] + rows[1::2])
    threads = [threading.Thread(target=send, args=(list(order),)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(booked for booked, _ in counts) == 300
    assert sum(duplicates for _, duplicates in counts) == 900
    assert connection.execute("select count(*) from utl.fills").fetchone() == (300,)
    assert connection.execute("select * from utl.failed_checks()").fetchall() == []


def test_a_fill_that_another_session_commits_meanwhile_is_a_duplicate(
    ledger: Ledger, connection: psycopg.Connection
) -> None:
    done: list[list[str]] = []
    with connection.transaction():
        connection.execute(
            "select * from utl.record_fills(%s)", [module.written([{"line": 1, **fill("A")}])]
        )
        waiting = threading.Thread(
            target=lambda: done.append(
                outcomes(ledger.record_fills([fill("A"), fill("B")]).outcomes)
            )
        )
        waiting.start()
        while not connection.execute(
            "select from pg_locks where not granted and locktype = 'transactionid'"
        ).fetchall():
            pass
    waiting.join()
    assert done == [["duplicate", "booked"]]


LONG = "".join(random.Random(6).choices(string.ascii_uppercase, k=9000))


@pytest.mark.parametrize(
    "change",
    [
        {"instrument": f"{LONG}/USDT"},
        {"instrument": "AAPL"},
        {"fee": 1, "fee_asset": LONG},
        {"fee": 1, "fee_asset": "\t"},
        {"account": LONG},
    ],
    ids=["a long instrument", "no symbol", "a long asset", "a blank asset", "a long account"],
)
def test_a_name_that_cannot_be_created_costs_only_its_rows(
    ledger: Ledger, change: Mapping[str, object]
) -> None:
    recorded = ledger.record_fills([fill("A"), fill("B", **change), fill("C")], create=True)
    assert outcomes(recorded.outcomes) == ["booked", "rejected", "booked"]
    assert (recorded.outcomes[1].reason or "").startswith("unknown ")


def test_transactions_of_new_accounts_and_assets_are_created_where_none_is(
    connection: psycopg.Connection,
) -> None:
    connection.execute("select utl.add_book('main')")
    said = {"kind": "deposit", "quantity": 1, "occurred_at": NOON, "book": "main"}
    rows = [
        {**said, "asset": "BTC", "account": "binance:1", "reference": "A"},
        {**said, "asset": LONG, "account": "binance:1", "reference": "B"},
        {**said, "asset": "BTC", "account": LONG, "reference": "C"},
    ]
    found = connection.execute(
        "select outcome from utl.record_transactions(%s, create_unknown => true)",
        [module.written(rows)],
    ).fetchall()
    assert [outcome for (outcome,) in found] == ["booked", "rejected", "rejected"]
