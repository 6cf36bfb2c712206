"""Formats, mapping files, adapters of one's own, dry runs, explanations and rejected rows."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from rich.console import Console
from typer.testing import CliRunner

from utl import rejected
from utl.cli import NEEDS_ATTENTION, app
from utl.ingest import FileError, Form, Options, Summary, ingest
from utl.ingest.adapter import find
from utl.ingest.own import REQUIRED
from utl.ledger import Defaults, Ledger
from utl.settings import UtlError

FILL = {
    "instrument": "BTC/USDT",
    "side": "buy",
    "quantity": "1.50",
    "price": "100.123456789012345678901234567890",
    "executed_at": "2026-01-05T09:00:00.123456+00:00",
    "venue_fill_id": "A1",
    "fee": "-0.001",
    "fee_asset": "USDT",
    "sequence": "7",
    "liquidity": "maker",
    "venue_order_id": "O 1",
}
ALL_OF_IT = """
    select i.instrument, f.side, f.quantity::text, f.price::text, f.executed_at, f.venue_fill_id,
        f.fee::text, a.asset, f.sequence, f.liquidity, f.venue_order_id
    from utl.fills as f
    join utl.instruments as i using (instrument_id)
    left join utl.assets as a on f.fee_asset_id = a.asset_id
    order by f.fill_id
"""
AS_BOOKED = (
    "BTC/USDT", "buy", "1.50", "100.123456789012345678901234567890",
    datetime(2026, 1, 5, 9, 0, 0, 123456, UTC), "A1", "-0.001", "USDT", 7, "maker", "O 1",
)  # fmt: skip

GERMAN = """
    [columns]
    venue_fill_id = ["Markt", "Nummer"]
    instrument = "Markt"
    side = "Richtung"
    quantity = "Menge"
    price = "Kurs"
    executed_at = ["Tag", "Uhrzeit"]
    fee = "Gebühr"
    [constants]
    fee_asset = "USDT"
    [words.side]
    kauf = "buy"
    verkauf = "sell"
    [words.instrument]
    xbtusdt = "BTC/USDT"
    [numbers]
    decimal = ","
    thousands = "."
    negate = ["fee"]
    [time]
    pattern = "%d.%m.%Y %H:%M:%S"
    zone = "Europe/Berlin"
    [ignore]
    Status = ["storniert"]
    [file]
    delimiter = ";"
    skip = 1
    encoding = "latin-1"
"""
GERMAN_HEADER = "Auszug vom 6.1.2026\nNummer;Markt;Richtung;Menge;Kurs;Tag;Uhrzeit;Gebühr;Status\n"

NOT_ONE_MOMENT = (
    "executed_at: '29.03.2026 02:30:00' is not one moment in Europe/Berlin: clocks were changed"
)

Read = Callable[..., Summary]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def read(connection: psycopg.Connection, database: str, tmp_path: Path) -> Read:
    """Read a file of this content in a format, as facts of one account in one book."""
    connection.execute("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
    connection.execute("select utl.add_instrument('BTC/USDT')")

    def read(content: bytes, name: str, form: str, mapping: str = "") -> Summary:
        path = tmp_path / name
        path.write_bytes(content)
        options = Options(mapping=_toml(mapping) if mapping else None)
        with Ledger(database) as ledger:
            return ingest(
                ledger, path, Defaults("main", "binance:1", source=name), Form(form, options)
            )

    return read


@pytest.fixture
def utl(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line on the test's database; give its exit code and its output."""
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if isinstance(result.exception, UtlError | psycopg.Error):
            return 1, str(result.exception)
        return result.exit_code, result.output

    return run


def _toml(text: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(text)


def _arrow() -> pa.Table:
    moment = datetime(2026, 1, 5, 9, 0, 0, 123456, UTC)
    typed: dict[str, object] = {**FILL, "executed_at": moment, "sequence": 7}
    typed |= {name: Decimal(FILL[name]) for name in ("quantity", "price", "fee")}
    return pa.Table.from_pylist([typed])


def _parquet() -> bytes:
    sink = io.BytesIO()
    pyarrow.parquet.write_table(_arrow(), sink)
    return sink.getvalue()


def _feather() -> bytes:
    sink = io.BytesIO()
    pyarrow.feather.write_feather(_arrow(), sink)
    return sink.getvalue()


def _stream() -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, _arrow().schema) as writer:
        writer.write_table(_arrow())
    return sink.getvalue()


def _numbers_in_json() -> bytes:
    numbers = ("quantity", "price", "fee", "sequence")
    text = json.dumps({**FILL, **{name: f"#{FILL[name]}#" for name in numbers}})
    return text.replace('"#', "").replace('#"', "").encode()


@pytest.mark.parametrize(
    ("name", "form", "content"),
    [
        ("one.csv", "csv", lambda: f"{','.join(FILL)}\n{','.join(FILL.values())}\n".encode()),
        ("one.jsonl", "jsonl", lambda: json.dumps(FILL).encode()),
        ("bom.jsonl", "jsonl", lambda: b"\xef\xbb\xbf" + json.dumps(FILL).encode() + b"\r\n\r\n"),
        ("array.json", "jsonl", lambda: json.dumps([FILL], indent=4).encode()),
        ("numbers.jsonl", "jsonl", _numbers_in_json),
        ("one.jsonl.gz", "jsonl", lambda: gzip.compress(json.dumps(FILL).encode())),
        ("one.parquet", "parquet", _parquet),
        ("one.feather", "parquet", _feather),
        ("one.arrows", "parquet", _stream),
    ],
)
def test_a_fill_is_the_same_in_every_format(
    read: Read,
    connection: psycopg.Connection,
    name: str,
    form: str,
    content: Callable[[], bytes],
) -> None:
    assert read(content(), name, form).counts == {"booked": 1}
    booked = connection.execute(ALL_OF_IT).fetchall()
    # A decimal column has the same places in all its rows.
    assert [tuple(row) for row in booked] == [AS_BOOKED]
    assert read(json.dumps(FILL).encode(), "again.jsonl", "jsonl").counts == {"duplicate": 1}


def test_rows_that_are_not_plain_are_booked_as_they_are(
    read: Read, connection: psycopg.Connection
) -> None:
    ids = ['a,b"c', "two\nlines", "tab\tand é", " \x1f ", "ordinary"]
    fills = [{**FILL, "venue_fill_id": name, "venue_order_id": ""} for name in ids]
    content = "\n".join(json.dumps(fill) for fill in fills).encode()
    assert read(content, "odd.jsonl", "jsonl").counts == {"booked": 5}
    found = connection.execute("select venue_fill_id from utl.fills order by fill_id").fetchall()
    assert [name for (name,) in found] == [name.strip(" ") for name in ids]


def test_every_row_of_a_json_file_is_accounted_for_and_the_bad_ones_are_kept(
    read: Read, connection: psycopg.Connection
) -> None:
    rows = [
        json.dumps(FILL),
        json.dumps(FILL),
        json.dumps({**FILL, "price": "99"}),
        "{",
        "[1]",
        '{"price": 1, "price": 2}',
        '{"price": NaN}',
        json.dumps({**FILL, "prise": "1"}),
        json.dumps({**FILL, "venue_fill_id": "a\ud800"}),
        json.dumps({**FILL, "venue_fill_id": "a\0"}),
        json.dumps({**FILL, "side": ["buy"]}),
        "[" * 100_000,
        "\xff",
    ]
    summary = read("\n".join(rows).encode("latin-1"), "bad.jsonl", "jsonl")
    assert summary.counts == {"booked": 1, "duplicate": 1, "conflict": 1, "rejected": 10}
    kept = connection.execute(
        "select line, reason from utl.rejected_fills order by line"
    ).fetchall()
    assert [line for line, _ in kept] == list(range(4, 14))
    reasons: dict[int, str] = dict(kept)
    assert reasons[6] == "not JSON: a key is there twice"
    assert reasons[8] == "unknown keys: 'prise'"
    assert reasons[9] == reasons[10] == "a character that is not text"
    assert reasons[13] == "not UTF-8"


def test_a_json_array_that_breaks_off_books_what_was_whole_and_says_so(
    read: Read, connection: psycopg.Connection
) -> None:
    whole = [json.dumps({**FILL, "venue_fill_id": f"A{n}"}) for n in range(3)]
    summary = read(f"[{','.join(whole)}"[:-10].encode(), "cut.json", "jsonl")
    assert summary.counts == {"booked": 2, "rejected": 1}
    (reason,) = connection.execute("select reason from utl.rejected_fills").fetchone() or ("",)
    assert reason.startswith("the file is damaged from here on: ")


def test_a_file_of_another_shape_is_read_by_a_mapping(
    read: Read, connection: psycopg.Connection
) -> None:
    rows = (
        "17;XBTUSDT;Kauf;1.234,50;60.000,25;05.01.2026;10:00:00;-6,00;ok\n"
        "18;XBTUSDT;Verkauf;0,5;61000;05.01.2026;10:00:01;0,25;ok\n"
        "19;XBTUSDT;Kauf;1;1;05.01.2026;10:00:02;0;storniert\n"
        "20;XBTUSDT;Kauf;1,234.50;1;05.01.2026;10:00:03;0;ok\n"
        "21;XBTUSDT;Tausch;1;1;05.01.2026;10:00:04;0;ok\n"
        "22;XBTUSDT;Kauf;1;1;29.03.2026;02:30:00;0;ok\n"
        "23;ETHUSDT;Kauf;1;1;05.01.2026;10:00:05;0;ok\n"
        ";XBTUSDT;Kauf;1;1;05.01.2026;10:00:06;0;ok\n"
    )
    summary = read((GERMAN_HEADER + rows).encode("latin-1"), "auszug.csv", "csv", GERMAN)
    assert summary.counts == {"booked": 2, "rejected": 5, "ignored": 1}
    assert summary.ignored == {"Status is storniert": 1}
    booked = connection.execute(ALL_OF_IT).fetchall()
    assert [row[:8] for row in booked] == [
        ("BTC/USDT", "buy", "1234.50", "60000.25", datetime(2026, 1, 5, 9, tzinfo=UTC),
         "XBTUSDT:17", "6.00", "USDT"),
        ("BTC/USDT", "sell", "0.5", "61000", datetime(2026, 1, 5, 9, 0, 1, tzinfo=UTC),
         "XBTUSDT:18", "-0.25", "USDT"),
    ]  # fmt: skip
    assert [(row.line, row.reason) for row in summary.shown] == [
        (6, "quantity: not a number: '1,234.50'"),
        (7, "side: word is none of kauf, verkauf: 'Tausch'"),
        (8, NOT_ONE_MOMENT),
        (9, "instrument: word is none of xbtusdt: 'ETHUSDT'"),
        (10, "venue_fill_id: is missing"),
    ]  # fmt: skip
    assert connection.execute("select raw from utl.rejected_fills where line = 6").fetchone() == (
        "20;XBTUSDT;Kauf;1,234.50;1;05.01.2026;10:00:03;0;ok",
    )


def test_a_mapping_finds_fields_in_fields_and_the_side_in_the_sign(
    read: Read, connection: psycopg.Connection
) -> None:
    mapping = """
        [columns]
        venue_fill_id = "id"
        instrument = "symbol"
        quantity = "amount"
        price = "price"
        executed_at = "ts"
        fee = "fee.cost"
        fee_asset = "fee.currency"
        [numbers]
        sign_is_side = true
        [time]
        unit = "s"
        [file]
        path = ["result", "list"]
    """
    trade = {"id": 5, "symbol": "BTC/USDT", "amount": -2, "price": 1e2, "ts": 1767603600.5}
    trades = [{**trade, "fee": {"cost": 0.1, "currency": "USDT"}}, {**trade, "id": 6, "amount": 3}]
    content = json.dumps({"code": 0, "result": {"next": [1], "list": trades}, "more": {}}).encode()
    assert read(content, "response.json", "jsonl", mapping).counts == {"booked": 2}
    booked = connection.execute(ALL_OF_IT).fetchall()
    moment = datetime(2026, 1, 5, 9, 0, 0, 500000, UTC)
    assert [row[1:8] for row in booked] == [
        ("sell", "2", "100.0", moment, "5", "0.1", "USDT"),
        ("buy", "3", "100.0", moment, "6", "0", None),
    ]


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (("[numbers]", "[figures]"), "[figures] is unknown"),
        (("skip = 1", 'skip = "1"'), "[file] skip is a str"),
        (('decimal = ","', 'desimal = ","'), "[numbers] desimal is unknown"),
        (('thousands = "."', 'thousands = ","'), "decimal and thousands are the same"),
        (('price = "Kurs"', ""), "nothing says price"),
        (('price = "Kurs"', 'prise = "Kurs"'), "nothing says price; a fill has no prise"),
        (('negate = ["fee"]', 'negate = ["side"]'), "negate: side is no number"),
        (('"Europe/Berlin"', '"Europe/Berlim"'), "no time zone has this name: 'Europe/Berlim'"),
        (('"latin-1"', '"latin-x"'), "no encoding has this name: 'latin-x'"),
        (('[words.side]', '[words.site]'), "words: no column says site"),
    ],
)  # fmt: skip
def test_a_mapping_that_is_wrong_is_refused_before_anything_is_read(
    read: Read, change: tuple[str, str], detail: str
) -> None:
    with pytest.raises(FileError) as failure:
        read(b"", "x.csv", "csv", GERMAN.replace(*change))
    assert failure.value.message == "the mapping is not one"
    assert failure.value.detail == detail


def test_a_file_that_lacks_a_column_of_the_mapping_is_refused(read: Read) -> None:
    content = (GERMAN_HEADER.replace("Kurs", "Preis") + "1;2;3;4;5;6;7;8;9\n").encode("latin-1")
    with pytest.raises(FileError) as failure:
        read(content, "auszug.csv", "csv", GERMAN)
    assert failure.value.detail is not None
    assert failure.value.detail.startswith("missing: Kurs; there are Nummer, ")


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(FileError) as failure:
        find("cvs")
    assert failure.value.detail is not None
    assert {"csv", "jsonl", "parquet"} <= set(failure.value.detail[10:].split(", "))


@pytest.mark.parametrize("content", [b"", b"PAR1 and no more", b"ARROW1\0\0broken", b"no arrow"])
def test_a_file_that_is_not_parquet_is_refused(read: Read, content: bytes) -> None:
    with pytest.raises(FileError, match="neither Parquet nor Arrow"):
        read(content, "x.parquet", "parquet")


OWN_ADAPTER = '''
from utl.ingest import adapter, csv_records, moment, number, rows

@adapter("acme", kinds={"fill"})
def read(source, options):
    """Trades as acme.example exports them."""
    return rows(csv_records(source), fill)

def fill(trade):
    return {
        "venue_fill_id": f"{trade['Pair']}:{trade['No']}",
        "instrument": trade["Pair"].replace("-", "/"),
        "side": trade["Side"].lower(),
        "quantity": number(trade["Size"], thousands=","),
        "price": number(trade["Price"], thousands=","),
        "executed_at": moment(trade["Time"], zone="UTC"),
    }
'''
ACME = (
    "No,Pair,Side,Size,Price,Time\n"
    '1,BTC-USDT,BUY,"1,000",60000,2026-01-05 09:00:00\n'
    "2,BTC-USDT,SELL,1,60000,yesterday\n"
    "3,BTC-USDT,SELL,1,60000\n"
)


@pytest.fixture
def acme(read: Read, tmp_path: Path) -> tuple[Path, Path]:
    """An adapter of the user's own, and a file for it."""
    del read  # it has set the names up
    (tmp_path / "acme.py").write_text(OWN_ADAPTER)
    (tmp_path / "trades.csv").write_text(ACME)
    return tmp_path / "acme.py", tmp_path / "trades.csv"


WHERE = ("--book", "main", "--account", "binance:1")


def test_an_adapter_of_ones_own_takes_ten_lines(
    utl: Run, connection: psycopg.Connection, acme: tuple[Path, Path]
) -> None:
    adapter, trades = acme
    code, output = utl("ingest", trades, "--adapter", adapter, *WHERE)
    assert code == NEEDS_ATTENTION
    assert "line 3: rejected: not a time ISO 8601: 'yesterday' (22U04)\n" in output
    assert "line 4: rejected: 5 values in a line of 6 columns (22U04)\n" in output
    found = connection.execute("select venue_fill_id, quantity from utl.fills").fetchall()
    assert found == [("BTC-USDT:1", 1000)]
    assert "acme" in utl("ingest", "--formats")[1]


def test_a_module_without_an_adapter_is_refused(utl: Run, acme: tuple[Path, Path]) -> None:
    adapter, trades = acme
    for text, message in (("x = 1", "registers no adapter"), ("x =", "cannot be run")):
        adapter.write_text(text)
        code, output = utl("ingest", trades, "--adapter", adapter, *WHERE)
        assert (code, message in output) == (1, True)


def test_explain_shows_how_a_row_is_read_and_books_nothing(
    utl: Run, connection: psycopg.Connection, acme: tuple[Path, Path]
) -> None:
    adapter, trades = acme
    code, output = utl("ingest", trades, "--adapter", adapter, *WHERE, "--explain", 2)
    assert code == 0
    assert output == (
        "line 2 of trades.csv, by format acme:\n"
        '1,BTC-USDT,BUY,"1,000",60000,2026-01-05 09:00:00\n\n'
        "its fields:\n"
        "  No     1\n"
        "  Pair   BTC-USDT\n"
        "  Side   BUY\n"
        "  Size   1,000\n"
        "  Price  60000\n"
        "  Time   2026-01-05 09:00:00\n\n"
        "read as a fill:\n"
        "  venue_fill_id  BTC-USDT:1\n"
        "  instrument     BTC/USDT\n"
        "  side           buy\n"
        "  quantity       1000\n"
        "  price          60000\n"
        "  executed_at    2026-01-05T09:00:00+00:00\n\n"
        "this fill would be booked\n"
    )
    code, output = utl("ingest", trades, "--adapter", adapter, *WHERE, "--explain", 3)
    assert (code, output.splitlines()[-2]) == (
        NEEDS_ATTENTION,
        "cannot be read: not a time ISO 8601: 'yesterday'",
    )
    assert utl("ingest", trades, "--adapter", adapter, *WHERE, "--explain", 9) == (
        1,
        "no row stands at line 9 of trades.csv",
    )
    assert connection.execute("select count(*) from utl.fills").fetchone() == (0,)
    assert connection.execute("select count(*) from utl.rejected_fills").fetchone() == (0,)


def test_a_dry_run_says_what_would_be_and_leaves_everything_as_it_is(
    utl: Run, read: Read, connection: psycopg.Connection, tmp_path: Path
) -> None:
    del read
    rows = [
        f"BTC/USDT,buy,1,{100 + n // 9},2026-01-01T00:00Z,T{n % 20000},O1" for n in range(25_000)
    ]
    rows[7] = "BTC/USDT,hold,1,1,2026-01-01T00:00Z,U,O1"
    rows[8] = rows[9]
    path = tmp_path / "fills.csv"
    header = "instrument,side,quantity,price,executed_at,venue_fill_id,venue_order_id"
    path.write_text("\n".join([header, *rows]) + "\n")
    dry_code, dry = utl("ingest", path, *WHERE, "--dry-run", "--create")
    assert "Nothing was recorded: this was a dry run." in dry
    for table in ("fills", "rejected_fills", "fill_conflicts", "positions"):
        assert connection.execute(f"select count(*) from utl.{table}").fetchone() == (0,)
    assert connection.execute("select count(*) from utl.instruments").fetchone() == (1,)
    code, real = utl("ingest", path, *WHERE, "--create")
    assert dry_code == code == NEEDS_ATTENTION
    assert dry.splitlines()[2] == real.splitlines()[2]
    assert real.splitlines()[2].split() == ["25,000", "20,000", "1", "4,998", "1"]


def test_rejected_rows_are_exported_mended_and_retried(
    utl: Run, connection: psycopg.Connection, acme: tuple[Path, Path], tmp_path: Path
) -> None:
    adapter, trades = acme
    trades.write_text(ACME + "4,BTC-USDC,SELL,1,60000,2026-01-05 09:00:01\n")
    assert utl("ingest", trades, "--adapter", adapter, *WHERE)[0] == NEEDS_ATTENTION
    export = tmp_path / "rejected.csv"
    code, output = utl("rejected", "export", export)
    assert (code, output.startswith("3 rejected rows written")) == (0, True)
    with export.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["source"], row["line"]) for row in rows] == [
        ("trades.csv", "3"), ("trades.csv", "4"), ("trades.csv", "5")
    ]  # fmt: skip
    assert rows[2]["instrument"] == "BTC/USDC"
    assert rows[0]["raw"] == "2,BTC-USDT,SELL,1,60000,yesterday"
    rows[2]["instrument"] = "BTC/USDT"
    mended = {**rows[2], "venue_fill_id": "BTC-USDT:2", "quantity": "2"}
    rows[0] = {
        **mended,
        **{name: rows[0][name] for name in ("reason", "fact", "source", "line", "raw")},
    }
    with export.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, output = utl("rejected", "retry", "--file", export)
    assert (code, output) == (
        NEEDS_ATTENTION,
        "2 booked, 0 duplicates, 0 conflicts, 1 rejected still\n",
    )
    resolved = connection.execute(
        "select line, resolution from utl.rejected_fills order by line"
    ).fetchall()
    assert resolved == [(3, "booked"), (4, None), (5, "booked")]
    assert connection.execute("select sum(quantity) from utl.fills").fetchone() == (1003,)


@pytest.mark.usefixtures("read")
def test_a_long_row_is_exported_and_retried_as_others_are(utl: Run, tmp_path: Path) -> None:
    long, export = tmp_path / "long.csv", tmp_path / "rejected.csv"
    rows = [",".join(REQUIRED), "BTC/USDT,hold,1,1,2026-01-01T00:00Z,A", "x" * 200_000 + ","]
    long.write_text("\n".join(rows))
    assert utl("ingest", long, *WHERE)[0] == NEEDS_ATTENTION
    assert utl("rejected", "export", export)[0] == 0
    export.write_text(export.read_text().replace(",hold,", ",buy,"))
    code, output = utl("rejected", "retry", "--file", export)
    assert (code, output) == (
        NEEDS_ATTENTION,
        "1 booked, 0 duplicates, 0 conflicts, 1 rejected still\n",
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n", "missing: fact, line, raw, reason, source"),
        ("reason,fact,source,line,raw\n,fill,x\n", "line 2 has other columns"),
        ("reason,fact,source,line,raw\n,fill,x,1,y,z\n", "line 2 has other columns"),
        ('reason,fact,source,line,raw\n,fill,x,7,"x\n', "after line 1: unexpected end of data"),
    ],
)
def test_a_file_that_was_not_exported_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "rejected.csv"
    path.write_text(text)
    with pytest.raises(UtlError, match="is not what `utl rejected export` writes") as refused:
        rejected.retry_file(path, None, Console())
    assert refused.value.detail == reason


def test_a_package_offers_an_adapter_by_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "acme_package.py").write_text(OWN_ADAPTER.replace('"acme"', '"acme_of_package"'))
    metadata = tmp_path / "acme_package-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-package\nVersion: 1.0\n")
    points = "[utl.adapters]\nacme_of_package = acme_package\nbroken = no_such_module\n"
    (metadata / "entry_points.txt").write_text(points)
    monkeypatch.syspath_prepend(tmp_path)
    assert find("acme_of_package").description == "Trades as acme.example exports them."
    assert find("csv").name == "csv"
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        find("broken")
