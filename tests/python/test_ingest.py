"""`utl ingest`: what becomes of the rows of a file, whatever the file."""

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from rich.console import Console
from typer.testing import CliRunner

from utl.cli import NEEDS_ATTENTION, app
from utl.ingest import FileError, Summary, ingest, showing
from utl.ingest import lines as reading
from utl.ledger import Defaults, Ledger
from utl.settings import UtlError

HEADER = "instrument,side,quantity,price,executed_at,venue_fill_id"
ROWS = [f"BTC/USDT,buy,1.5,100,2026-01-01T00:00:0{n}Z,T{n}" for n in range(5)]

Read = Callable[..., Summary]


@pytest.fixture
def read(connection: psycopg.Connection, database: str, tmp_path: Path) -> Read:
    """Read a file of this content, by default as fills of one account in one book."""
    connection.execute("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
    connection.execute("select utl.add_instrument('BTC/USDT')")

    def read(content: str | bytes, name: str = "fills.csv", **options: object) -> Summary:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        given = {"book": "main", "account": "binance:1", "source": name, **options}
        with Ledger(database) as ledger:
            return ingest(ledger, path, Defaults(**given))  # type: ignore[arg-type]  # of tests

    return read


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def told(summary: Summary) -> list[tuple[int, str, str | None, str | None]]:
    return [(row.line, row.outcome, row.sqlstate, row.reason) for row in summary.shown]


def ask(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0] if len(row) == 1 else row


def test_a_clean_file_is_booked_and_booked_only_once(
    read: Read, connection: psycopg.Connection
) -> None:
    assert read(lines(*ROWS)).counts == {"booked": 5}
    again = read(lines(*ROWS))
    assert again.counts == {"duplicate": 5}
    assert not again.needs_attention
    assert ask(connection, "select count(*) from utl.fills") == 5
    assert ask(connection, "select quantity = 7.5 from utl.positions") is True


def test_every_column_arrives(read: Read, connection: psycopg.Connection) -> None:
    connection.execute("select utl.add_book('other'), utl.add_account('kraken:1', 'kraken')")
    header = (
        "venue_order_id,liquidity,sequence,fee_asset,fee,account,book,"
        "venue_fill_id,executed_at,price,quantity,side,instrument"
    )
    row = "O1,Maker,42,USDT,-0.25,kraken:1,other,T1,2026-01-01T01:00:00.5+01:00,-3,2,SELL,BTC/USDT"
    assert read(lines(row, header=header)).counts == {"booked": 1}
    assert ask(
        connection,
        """
        select (b.book, a.account, f.side, f.quantity, f.price, f.executed_at, f.fee, s.asset,
            f.sequence, f.liquidity, f.venue_order_id, f.venue_fill_id)
            = ('other', 'kraken:1', 'sell', 2, -3, timestamptz '2026-01-01T00:00:00.5Z', -0.25,
            'USDT', 42, 'maker', 'O1', 'T1')
        from utl.fills as f
        join utl.books as b using (book_id)
        join utl.accounts as a using (account_id)
        join utl.assets as s on f.fee_asset_id = s.asset_id
        """,
    )


def test_fills_are_booked_in_the_order_of_their_lines(
    read: Read, connection: psycopg.Connection
) -> None:
    read(lines(*reversed(ROWS)))
    found = connection.execute("select venue_fill_id from utl.fills order by fill_id").fetchall()
    assert [name for (name,) in found] == ["T4", "T3", "T2", "T1", "T0"]


@pytest.mark.parametrize(
    ("value", "sqlstate", "reason"),
    [
        ("BTC/USDX,buy,1,1,2026-01-01T00:00Z,A", "22U01",
         "unknown instrument 'BTC/USDX'; the nearest known: 'BTC/USDT'"),
        (",buy,1,1,2026-01-01T00:00Z,A", "22U03", "instrument is missing"),
        ("BTC/USDT,,1,1,2026-01-01T00:00Z,A", "22U03", "side is missing"),
        ("BTC/USDT,hold,1,1,2026-01-01T00:00Z,A", "22U03", "side is neither buy nor sell: 'hold'"),
        ("BTC/USDT,buy,0,1,2026-01-01T00:00Z,A", "22U03", "quantity is not positive: '0'"),
        ("BTC/USDT,buy,-1,1,2026-01-01T00:00Z,A", "22U03", "quantity is not positive: '-1'"),
        ("BTC/USDT,buy,NaN,1,2026-01-01T00:00Z,A", "22U03",
         "quantity is not a finite number: 'NaN'"),
        ("BTC/USDT,buy,Infinity,1,2026-01-01T00:00Z,A", "22U03",
         "quantity is not a finite number: 'Infinity'"),
        ("BTC/USDT,buy,0x1F,1,2026-01-01T00:00Z,A", "22U03",
         "quantity is not a finite number: '0x1F'"),
        ("BTC/USDT,buy,.,1,2026-01-01T00:00Z,A", "22U03", "quantity is not a finite number: '.'"),
        ("BTC/USDT,buy,,1,2026-01-01T00:00Z,A", "22U03", "quantity is missing"),
        ("BTC/USDT,buy,1,,2026-01-01T00:00Z,A", "22U03", "price is missing"),
        ("BTC/USDT,buy,1,-inf,2026-01-01T00:00Z,A", "22U03",
         "price is not a finite number: '-inf'"),
        ("BTC/USDT,buy,1,1,,A", "22U03", "executed_at is missing"),
        ("BTC/USDT,buy,1,1,infinity,A", "22U03",
         "executed_at is not an ISO 8601 time with a zone: 'infinity'"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00,A", "22U03",
         "executed_at is not an ISO 8601 time with a zone: '2026-01-01T00:00'"),
        ("BTC/USDT,buy,1,1,2026-02-30T00:00Z,A", "22U03",
         "executed_at is not an ISO 8601 time with a zone: '2026-02-30T00:00Z'"),
        ("BTC/USDT,buy,1,1,01/02/2026 00:00Z,A", "22U03",
         "executed_at is not an ISO 8601 time with a zone: '01/02/2026 00:00Z'"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z,", "22U03", "venue_fill_id is missing"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z", "22U04", "5 values in a line of 6 columns"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z,A,B", "22U04", "7 values in a line of 6 columns"),
        ('BTC/USDT,buy,1,1,2026-01-01T00:00Z,"A",B', "22U04", "7 values in a line of 6 columns"),
        ('BTC/USDT,buy,1,1,2026-01-01T00:00Z,"A', "22U04", "a quote is not closed"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z,A\0B", "22U04", "a NUL byte"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z," + "A" * 2000, "22U03",
         "venue_fill_id is longer than 1000 bytes"),
        ("BTC/USDT,buy,1,1,2026-01-01T00:00Z,1.23457E+17", "22U03",
         "venue_fill_id has lost digits, as in a spreadsheet or a float: '1.23457E+17'"),
        ("BTC/USDT" * 99_999 + ",buy,1,1,2026-01-01T00:00Z,A", "22U01",
         f"unknown instrument '{('BTC/USDT' * 8)[:60]}'…; the nearest known: 'BTC/USDT'"),
    ],
)  # fmt: skip
def test_a_bad_row_is_rejected_with_the_reason_and_the_good_ones_are_booked(
    read: Read, connection: psycopg.Connection, value: str, sqlstate: str, reason: str
) -> None:
    summary = read(lines(ROWS[0], value, ROWS[1]))
    assert told(summary) == [(3, "rejected", sqlstate, reason)]
    assert summary.counts == {"booked": 2, "rejected": 1}
    assert summary.needs_attention
    kept = connection.execute(
        "select source, line, raw, sqlstate, reason from utl.rejected_fills"
    ).fetchall()
    assert kept == [("fills.csv", 3, value.replace("\0", "\\x00"), sqlstate, reason)]


@pytest.mark.parametrize(
    ("header", "row", "reason"),
    [
        (",fee,fee_asset", ",1,", "fee has no fee_asset"),
        (",fee,fee_asset", ",x,USDT", "fee is not a finite number: 'x'"),
        (",fee,fee_asset", ",1,USDX",
         "unknown fee asset 'USDX'; the nearest known: 'USD', 'USDT', 'BTC'"),
        (",sequence", ",1.5", "sequence is not a whole number: '1.5'"),
        (",sequence", "," + "9" * 40, f"sequence is not a whole number: '{'9' * 40}'"),
        (",liquidity", ",none", "liquidity is neither maker nor taker: 'none'"),
        (",book", ",mian", "unknown book 'mian'; the nearest known: 'main'"),
        (",account", ",binance", "unknown account 'binance'; the nearest known: 'binance:1'"),
    ],
)  # fmt: skip
def test_a_bad_optional_value_is_rejected(read: Read, header: str, row: str, reason: str) -> None:
    summary = read(lines(ROWS[0] + row, header=HEADER + header))
    assert [row.reason for row in summary.shown] == [reason]


def test_numbers_of_forty_digits_stay_exact(read: Read, connection: psycopg.Connection) -> None:
    quantity, price = "1234567890" * 4, "0." + "1234567890" * 4
    summary = read(lines(f"BTC/USDT,buy,{quantity},{price},2026-01-01T00:00Z,A"))
    assert summary.counts == {"booked": 1}
    assert ask(connection, "select quantity::text || ' ' || price from utl.fills") == (
        f"{quantity} {price}"
    )


def test_a_number_that_booking_cannot_take_costs_only_its_own_row(
    read: Read, connection: psycopg.Connection
) -> None:
    connection.execute("alter table utl.fills add constraint small check (quantity < 1000)")
    rows = [f"BTC/USDT,buy,{n},1,2026-01-01T00:00Z,A{n}" for n in (1, 2, 3000, 4, 5)]
    summary = read(lines(*rows))
    assert summary.counts == {"booked": 4, "rejected": 1}
    assert [(row.line, row.sqlstate) for row in summary.shown] == [(4, "23514")]


def test_duplicates_and_conflicts_within_a_file_are_told_apart(
    read: Read, connection: psycopg.Connection
) -> None:
    summary = read(
        lines(
            "BTC/USDT,buy,1.50,100,2026-01-01T00:00:00Z,A",
            "BTC/USDT,BUY,1.5,100.0,2026-01-01T00:00:00.999Z,A",
            "BTC/USDT,buy,1.5,100.0,2026-01-01T00:00:01.001Z,A",
            "BTC/USDT,sell,1.5,100.0,2026-01-01T00:00:00Z,A",
        )
    )
    assert summary.counts == {"booked": 1, "duplicate": 1, "conflict": 2}
    assert [(row.line, row.sqlstate) for row in summary.shown] == [(4, "23U03"), (5, "23U03")]
    found = connection.execute("select line, differences from utl.fill_conflicts order by line")
    assert [(line, list(differences)) for line, differences in found] == [
        (4, ["executed_at"]),
        (5, ["side"]),
    ]
    again = read(lines("BTC/USDT,sell,1.5,100.0,2026-01-01T00:00:00Z,A"))
    assert again.counts == {"conflict": 1}
    assert ask(connection, "select count(*) from utl.fill_conflicts") == 2


def test_a_rejected_row_that_comes_again_is_kept_once(
    read: Read, connection: psycopg.Connection
) -> None:
    bad = lines(ROWS[0], ROWS[1].replace("USDT", "USDX"))
    read(bad)
    read(bad)
    assert ask(connection, "select count(*) from utl.rejected_fills") == 1


def test_a_rejected_row_that_is_good_now_is_resolved_by_reading_the_file_again(
    read: Read, connection: psycopg.Connection
) -> None:
    bad = lines(ROWS[0], ROWS[1].replace("USDT", "USDX"))
    read(bad)
    connection.execute("select utl.add_instrument('BTC/USDX')")
    assert read(bad).counts == {"duplicate": 1, "booked": 1}
    assert ask(connection, "select resolution from utl.rejected_fills") == "booked"


@pytest.mark.parametrize(
    "content",
    [
        lines(*ROWS).replace("\n", "\r\n"),
        "\ufeff" + lines(*ROWS),
        lines(*ROWS).removesuffix("\n"),
        lines(*ROWS).replace("\n", "\n\n"),
        lines(*ROWS).replace(",", " , "),
        lines(*[f'"{row.replace(",", chr(34) + "," + chr(34))}"' for row in ROWS]),
        lines(*[f'"{row.replace(",", chr(34) + "," + chr(34))}"' for row in ROWS]).replace(
            "\n", "\r\n"
        ),
        lines(*ROWS, header=HEADER.upper()),
        lines(*ROWS, header=f'"{HEADER.replace(",", chr(34) + "," + chr(34))}"'),
        lines(*[f"{row}," for row in ROWS], header=HEADER + ",fee"),
    ],
    ids=["crlf", "bom", "no_last_newline", "empty_lines", "blanks", "quoted", "quoted_crlf",
         "upper_case_header", "quoted_header", "empty_column"],
)  # fmt: skip
def test_other_ways_to_write_the_same_file_book_the_same(
    read: Read, connection: psycopg.Connection, content: str
) -> None:
    assert read(content).counts == {"booked": 5}
    assert read(lines(*ROWS)).counts == {"duplicate": 5}
    assert ask(connection, "select count(*) from utl.rejected_fills") == 0


def test_line_numbers_are_those_of_the_file(read: Read) -> None:
    bad = "BTC/USDT,buy,1,1,2026-01-01T00:00Z"
    summary = read(lines(ROWS[0], "", bad, '"BTC/USDT",buy,1,1,2026-01-01T00:00Z,"A\nB"', bad))
    assert [row.line for row in summary.shown] == [4, 7]
    assert summary.counts == {"booked": 2, "rejected": 2}


def test_line_numbers_are_right_in_later_blocks(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 100)
    rows = [f"BTC/USDT,buy,1,1,2026-01-01T00:00Z,A{n}" for n in range(50)]
    rows[20] = '"BTC/USDT",buy,1,1,2026-01-01T00:00Z,"a\nname\nof\nfive\nlines"'
    rows[10] = rows[30] = "BTC/USDT,buy"
    summary = read(lines(*rows))
    assert [row.line for row in summary.shown] == [12, 36]
    assert summary.counts == {"booked": 48, "rejected": 2}


def test_a_quoted_value_may_go_on_over_lines_and_blocks(
    read: Read, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 120)
    row = 'BTC/USDT,buy,1,1,2026-01-01T00:00Z,"two\nlines, and a ""quote"""'
    assert read(lines(ROWS[0], row, ROWS[1])).counts == {"booked": 3}
    assert (
        ask(connection, "select venue_fill_id from utl.fills where venue_fill_id ~ 'two'")
        == 'two\nlines, and a "quote"'
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [('"a""b"', 'a"b'), ('"a,b"', "a,b"), ('a"b', 'a"b'), ('"a b"', "a b"), ('"""a"""', '"a"')],
)
def test_quotes_mean_what_they_mean_in_csv(
    read: Read, connection: psycopg.Connection, written: str, meant: str
) -> None:
    rows = [ROWS[0], f'"BTC/USDT",buy,1,1,2026-01-01T00:00Z,{written}']
    assert read(lines(*rows)).counts == {"booked": 2}
    assert ask(connection, "select max(venue_fill_id) from utl.fills where quantity = 1") == meant


def test_a_quote_that_is_not_closed_costs_only_its_own_row(read: Read) -> None:
    bad = 'BTC/USDT,buy,1,1,2026-01-01T00:00Z,"A'
    summary = read(lines(ROWS[0], bad, ROWS[1], ROWS[2], bad, ROWS[3]))
    assert [row.line for row in summary.shown] == [3, 6]
    assert summary.counts == {"booked": 4, "rejected": 2}


def test_a_row_in_another_encoding_costs_only_its_own_row(
    read: Read, connection: psycopg.Connection
) -> None:
    content = lines(ROWS[0], "BTC/USDT,buy,1,1,2026-01-01T00:00Z,é", ROWS[1]).encode("latin-1")
    assert told(read(content)) == [(3, "rejected", "22U04", "not UTF-8")]
    assert ask(connection, "select raw from utl.rejected_fills") == (
        "BTC/USDT,buy,1,1,2026-01-01T00:00Z,\\xe9"
    )


def test_a_line_without_end_is_cut_off_and_does_not_fill_the_memory(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BLOCK_BYTES", 1000)
    monkeypatch.setattr(reading, "LINE_BYTES_MAX", 2000)
    summary = read(lines(ROWS[0], "x" * 100_000, ROWS[1]))
    assert told(summary) == [(3, "rejected", "22U04", "line is longer than 2000 bytes")]
    assert summary.counts == {"booked": 2, "rejected": 1}


def test_a_truncated_last_line_is_rejected_and_told(read: Read) -> None:
    summary = read(lines(*ROWS)[:-10])
    assert summary.is_cut_off
    assert summary.counts == {"booked": 4, "rejected": 1}
    assert summary.shown[0].reason == "5 values in a line of 6 columns"


def test_a_line_that_lacks_only_its_end_is_booked_and_told(read: Read) -> None:
    summary = read(lines(*ROWS)[:-1])
    assert summary.is_cut_off
    assert summary.counts == {"booked": 5}


@pytest.mark.parametrize(
    ("content", "message", "detail"),
    [
        ("", "the file is empty", ""),
        ("\n\n", "the file is empty", ""),
        ("\ufeff", "the file is empty", ""),
        (lines(header="instrument,side,quantity,price,executed_at"),
         "the header is not that of fills", "missing: venue_fill_id"),
        (lines(header=f"{HEADER},qty,side"), "the header is not that of fills",
         "unknown: qty; there twice: side"),
        (lines(header=HEADER.replace(",", "/")), "the header is not that of fills",
         f"missing: {HEADER.replace(',', ', ')}; unknown: {HEADER.replace(',', '/')}"),
        (lines(*ROWS).replace("\n", "\r"), "the header cannot be read", None),
        (lines(*ROWS, header=ROWS[0]), "the header is not that of fills",
         f"missing: {HEADER.replace(',', ', ')}; unknown: {ROWS[0].replace(',', ', ').lower()}"),
        ("Instrumént,side".encode("latin-1"), "the file is not text in UTF-8", None),
        (b"PK\x03\x04\0\0", "fills.csv cannot be unpacked", None),
        (b"\xd0\xcf\x11\xe0\0\0", "the file is not text in UTF-8", None),
    ],
)  # fmt: skip
def test_a_file_that_is_no_file_of_fills_is_refused(
    read: Read, content: str | bytes, message: str, detail: str | None
) -> None:
    with pytest.raises(FileError) as failure:
        read(content)
    assert failure.value.message == message
    assert detail is None or failure.value.detail == detail


def test_a_file_without_rows_books_nothing(read: Read) -> None:
    assert read(HEADER).counts == {}


def test_a_header_without_book_and_account_needs_the_options(read: Read) -> None:
    with pytest.raises(FileError) as failure:
        read(lines(*ROWS), book=None, account=None)
    assert failure.value.detail == "missing: book, account"
    assert failure.value.hint.startswith("--book and --account say them for the whole file")


def test_times_without_a_zone_are_in_that_of_the_option(
    read: Read, connection: psycopg.Connection
) -> None:
    rows = [
        "BTC/USDT,buy,1,1,2026-07-01 12:00:00,A",
        "BTC/USDT,buy,1,1,2026-07-01T12:00:00.5Z,B",
        '"BTC/USDT",buy,1,1,2026-07-01 12:00:00,C',
        "BTC/USDT,buy,1,1,1782907200123,D",
        "BTC/USDT,buy,1,1,2026-07-01 14:00:00 Europe/Berlin,E",
    ]
    assert read(lines(*rows), timezone="Asia/Tokyo").counts == {"booked": 5}
    found = connection.execute(
        "select venue_fill_id, executed_at at time zone 'UTC' from utl.fills order by 1"
    ).fetchall()
    assert [f"{name} {time}" for name, time in found] == [
        "A 2026-07-01 03:00:00",
        "B 2026-07-01 12:00:00.500000",
        "C 2026-07-01 03:00:00",
        "D 2026-07-01 12:00:00.123000",
        "E 2026-07-01 12:00:00",
    ]


def test_create_adds_instruments_assets_and_accounts_but_no_rubbish(
    read: Read, connection: psycopg.Connection
) -> None:
    rows = [
        "ETH/USDT:USDT,buy,1,1,2026-01-01T00:00Z,A,kraken-7,1,BNB",
        "no symbol,buy,1,1,2026-01-01T00:00Z,B,kraken-7,,",
        "XRP/USDT,hold,1,1,2026-01-01T00:00Z,C,okx:1,1,XYZ",
    ]
    summary = read(lines(*rows, header=HEADER + ",account,fee,fee_asset"), create=True)
    assert [row.line for row in summary.shown] == [3, 4]
    assert summary.counts == {"booked": 1, "rejected": 2}
    assert ask(connection, "select array_agg(instrument order by 1) from utl.instruments") == [
        "BTC/USDT",
        "ETH/USDT:USDT",
    ]
    assert ask(connection, "select venue from utl.accounts where account = 'kraken-7'") == "kraken"
    assert ask(connection, "select array_agg(asset) && '{XRP,XYZ}' from utl.assets") is False
    assert ask(connection, "select count(*) from utl.assets where asset = 'BNB'") == 1


def test_a_packed_file_is_unpacked(read: Read) -> None:
    assert read(gzip.compress(lines(*ROWS).encode()), "fills.csv.gz").counts == {"booked": 5}


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_values_may_stand_between_other_marks(read: Read, mark: str) -> None:
    rows = [*ROWS, 'BTC/USDT,"buy",1,1,2026-01-01T00:00Z,"a""b,c;d|e"', "BTC/USDT,buy"]
    summary = read(
        "\n".join([HEADER.replace(",", mark), *(row.replace(",", mark) for row in rows)])
    )
    assert summary.counts == {"booked": 6, "rejected": 1}
    assert told(summary) == [(8, "rejected", "22U04", "2 values in a line of 6 columns")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_file_of_wide_characters_is_read_by_its_mark(read: Read, encoding: str) -> None:
    rows = [row.replace(",T", ",größe \u2028") for row in ROWS]
    assert read(lines(*rows).encode(encoding)).counts == {"booked": 5}
    assert read(gzip.compress(lines(*rows).encode(encoding))).counts == {"duplicate": 5}


def test_wide_characters_that_break_off_are_refused(read: Read) -> None:
    with pytest.raises(FileError, match="is not text"):
        read(lines(*ROWS).encode("utf-16")[:-1])


def test_an_archive_is_unpacked_if_one_file_is_in_it(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "fills.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("there/", "")
        archive.writestr("there/fills.csv", lines(*ROWS))
    assert read(path.read_bytes(), path.name).counts == {"booked": 5}
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", lines(*ROWS))
    with pytest.raises(FileError, match=r"holds 2 files, not one"):
        read(path.read_bytes(), path.name)
    with pytest.raises(FileError, match="cannot be unpacked"):
        read(path.read_bytes()[:-30], path.name)


def test_a_packed_file_that_breaks_off_is_refused(read: Read) -> None:
    with pytest.raises(FileError, match="cannot be unpacked"):
        read(gzip.compress(lines(*ROWS).encode())[:-12], "fills.csv.gz")


def test_a_summary_shows_the_first_problems_and_counts_the_rest(read: Read) -> None:
    rows = [f"BTC/USDT,hold,1,1,2026-01-01T00:00Z,A{n}" for n in range(30)]
    summary = read(lines(*rows))
    assert [row.line for row in summary.shown] == list(range(2, 22))
    output = io.StringIO()
    showing.show(summary, Console(file=output, width=100))
    assert "line 2: rejected: side is neither buy nor sell: 'hold' (22U03)\n" in output.getvalue()
    assert "… and 10 more" in output.getvalue()


@pytest.fixture
def utl(database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run the command line on the test's database; give its exit code and its output."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, UtlError | psycopg.Error):
            return 1, str(result.exception)
        return result.exit_code, result.output

    return run


def test_the_command_tells_what_needs_attention_by_its_exit_code(
    read: Read, utl: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    del read  # it has set the names up
    path = tmp_path / "fills.csv"
    path.write_text(lines(*ROWS))
    where = ("--book", "main", "--account", "binance:1")
    code, output = utl("ingest", path, *where)
    assert (code, output.split()[-5:]) == (0, ["5", "5", "0", "0", "0"])
    path.write_text(lines(*ROWS, ROWS[0].replace(",T0", ",U").replace("USDT", "USDX")))
    code, output = utl("ingest", path, *where)
    assert code == NEEDS_ATTENTION
    assert "line 7: rejected: unknown instrument 'BTC/USDX'" in output
    code, output = utl("ingest", path, "--book", "mian", "--account", "binance:1")
    assert (code, output.splitlines()[0]) == (1, "unknown book: 'mian'")
    assert utl("check")[0] == 0


def test_rejected_rows_are_listed_and_retried_by_the_command(
    read: Read, utl: Callable[..., tuple[int, str]], connection: psycopg.Connection
) -> None:
    read(lines(ROWS[0].replace("USDT", "USDX"), ROWS[1].replace("buy", "hold")))
    code, output = utl("rejected", "list")
    assert (code, "unknown instrument" in output, "hold" in output) == (0, True, True)
    connection.execute("select utl.add_instrument('BTC/USDX')")
    code, output = utl("rejected", "retry", "--source", "fills.csv")
    assert (code, output) == (
        NEEDS_ATTENTION,
        "1 booked, 0 duplicates, 0 conflicts, 1 rejected still\n",
    )
    assert "BTC/USDX" not in utl("rejected", "list")[1]
