"""Any file is read without a fault, and no row of it comes out as something it does not say."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tests import database
from utl.ingest import FileError, Form, Options, Problem, Row, ingest, moment, number, rows
from utl.ingest import lines as reading
from utl.ingest.adapter import Block, find
from utl.ingest.mapping import mapping_of
from utl.ingest.own import FILL_COLUMNS
from utl.ingest.parcels import LINE_COLUMNS, json_fills, parcel
from utl.ingest.records import Record, csv_records, json_records
from utl.ledger import Defaults, Ledger

HEADER = "instrument,side,quantity,price,executed_at,venue_fill_id"
DEFAULTS = Options(book="main", account="binance:1")
PLAIN_FIGURE = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")

# Bytes that mean something to some reader, more often than others.
rubbish = st.binary(max_size=300) | st.lists(
    st.sampled_from(
        [b",", b'"', b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xef\xbb\xbf", b";", b"\t", b"{",
         b"}", b"[", b"]", b":", b'"a":', b"1", b"-1.5e3", b"NaN", b"null", b"\\ud800", b" ",
         b"\x1e", b"\x1f", "é\u2028".encode(), b"PAR1", b"ARROW1\0\0", b'"price":"1",']
    ), max_size=60,
).map(b"".join)  # fmt: skip
texts = st.text(max_size=20)
values = st.none() | st.booleans() | st.integers() | st.floats() | texts
field_names = st.sampled_from([*FILL_COLUMNS, "kind", "a", "b", "a.b", ""])


@contextmanager
def small_blocks(size: int) -> Iterator[None]:
    """Read files in blocks of so many bytes, so that everything happens at their borders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        patch.setattr(reading, "LINE_BYTES_MAX", 200)
        yield


def read(content: bytes, form: str, options: Options = DEFAULTS) -> list[Row | Block]:
    """Read a file; one that is refused has no rows."""
    try:
        return list(find(form).read(io.BytesIO(content), options))
    except FileError:
        return []


def check_rows(found: list[Row | Block]) -> None:
    """Every row has facts, or a problem, or a reason to be ignored, and can be sent."""
    of_file = [row for row in found if isinstance(row, Row)]
    for row in of_file:
        assert (bool(row.facts), row.problem is not None, row.ignored is not None).count(True) == 1
        assert all(isinstance(text, str) for fact in row.facts for text in fact.values())
    assert [row.line for row in of_file] == sorted(row.line for row in of_file)
    assert len(parcel(of_file).rows) == len(of_file)


@given(rubbish, st.integers(1, 40), st.sampled_from(["csv", "jsonl", "parquet"]))
@example(b"[" * 100_000, 40, "jsonl")
@example(b'{"a":' * 100_000, 40, "jsonl")
def test_any_bytes_are_read_without_a_fault(content: bytes, size: int, form: str) -> None:
    with small_blocks(size):
        check_rows(read(content, form))
        check_rows(read(f"{HEADER}\n".encode() + content, form))


@given(rubbish, st.integers(1, 40))
def test_blocks_of_plain_lines_say_what_their_rows_say(content: bytes, size: int) -> None:
    file = f"{HEADER}\n".encode() + content
    with small_blocks(size):
        by_block = list(said_by_blocks(read(file, "csv")))
        by_row = list(said(read(file, "csv", Options("main", "binance:1", by_row=True))))
    assert by_block == by_row


def said_by_blocks(found: list[Row | Block]) -> Iterator[tuple[int, object]]:
    """What the server reads in a block, and the rows beside them."""
    for item in found:
        if isinstance(item, Row):
            yield from said([item])
            continue
        for place, line in enumerate(item.lines.split("\n")):
            cells = [cell.strip(' "') for cell in line.split(",")]
            if len(cells) != len(item.columns) and line.strip(" "):
                yield item.first_line + place, "problem"
            elif line.strip(" "):
                fact = dict(zip(item.columns, cells, strict=True))
                yield item.first_line + place, plain(fact)


def said(found: list[Row | Block]) -> Iterator[tuple[int, object]]:
    for row in found:
        assert isinstance(row, Row)
        empty = row.fields is not None and not any(row.fields.values())
        if row.problem is not None and not empty:
            yield row.line, "problem"
        else:
            yield row.line, plain(row.facts[0] if row.facts else {})


def plain(fact: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in fact.items() if text}


cells = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)
tables = st.lists(st.lists(cells, min_size=6, max_size=6), max_size=8)


@given(tables, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(",;|\t"),
       st.sampled_from(["\n", "\r\n"]), st.integers(1, 60))  # fmt: skip
def test_a_csv_file_says_what_was_written_into_it(
    table: list[list[str]], quoting: Any, mark: str, end: str, size: int
) -> None:
    sink = io.StringIO()
    writer = csv.writer(sink, delimiter=mark, quoting=quoting, lineterminator=end)
    names = HEADER.split(",")
    writer.writerows([names, *table])
    with small_blocks(size):
        found = list(csv_records(io.BytesIO(sink.getvalue().encode()), delimiter=mark))
    assume(all(record.problem is None for record in found))  # of the length of a line
    written = [dict(zip(names, (cell.strip(" ") for cell in row), strict=True)) for row in table]
    assert [row.fields for row in found] == [row for row in written if is_line(row, quoting)]


def is_line(row: Mapping[str, str], quoting: int) -> bool:
    """Whether a row is no line of blanks, as one of a single delimiter character may be."""
    return quoting == csv.QUOTE_ALL or len(row) > 1


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.text(
                st.characters(exclude_characters='"\n\r\0', exclude_categories=["Cs"]), max_size=30
            ),
        ),
        max_size=20,
    ),
    st.integers(1, 60),
)
def test_rubbish_between_good_rows_costs_no_good_row(
    lines: list[tuple[bool, str]], size: int
) -> None:
    good = [f'BTC/USDT,buy,"{n}",1,2026-01-01T00:00Z,"T,{n}"' for n in range(len(lines))]
    file = "\n".join([HEADER, *(good[n] if ok else text for n, (ok, text) in enumerate(lines))])
    with small_blocks(size):
        found = read(file.encode(), "csv")
    check_rows(found)
    booked = {fact["venue_fill_id"] for row in found if isinstance(row, Row) for fact in row.facts}
    assert {f"T,{n}" for n, (ok, _) in enumerate(lines) if ok} <= booked
    in_rows = sum(isinstance(row, Row) for row in found)
    in_blocks = sum(
        bool(line)
        for block in found
        if isinstance(block, Block)
        for line in block.lines.split("\n")
    )
    blank = sum(not ok and not text.strip(" ") for ok, text in lines)
    assert len(lines) - blank <= in_rows + in_blocks <= len(lines)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
objects = st.dictionaries(st.text(max_size=5), json_values, max_size=4)


@given(st.lists(objects, max_size=5), st.integers(1, 50), st.sampled_from([None, 1]), st.booleans())
def test_json_says_what_was_written_into_it(
    written: list[dict[str, Any]], size: int, indent: int | None, ascii_only: bool
) -> None:
    try:
        text = json.dumps(written, indent=indent, ensure_ascii=ascii_only).encode()
        wrapped = json.dumps({"a": {"b": [1.5, "]"], "c": written}}, ensure_ascii=ascii_only)
        by_line = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in written)
        files = [(text, ()), (wrapped.encode(), ("a", "c")), (by_line.encode(), ())]
    except UnicodeEncodeError:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        for content, path in files:
            found = list(json_records(io.BytesIO(content), path))
            assert [row.problem for row in found] == [None] * len(written)
            assert [row.fields for row in found] == [as_text(row) for row in written]


def as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return json.dumps(value) if isinstance(value, int | float) and value is not True and (
        value is not False) else value  # fmt: skip


@given(st.lists(objects, min_size=1, max_size=4), st.data(), st.integers(1, 30))
def test_json_that_is_cut_anywhere_loses_nothing_that_was_whole(
    written: list[dict[str, Any]], data: st.DataObject, size: int
) -> None:
    text = json.dumps(written).encode()
    cut = data.draw(st.integers(1, len(text) - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "BLOCK_BYTES", size)
        found = list(json_records(io.BytesIO(text[:cut])))
    whole = [row for row in found if row.problem is None]
    assert [row.fields for row in whole] == [as_text(row) for row in written[: len(whole)]]
    assert len(found) == len(whole) + 1
    assert (found[-1].problem or "").startswith("the file is damaged from here on")


figures = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12)


@given(figures, st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (".", "")]))
def test_a_number_is_read_digit_for_digit(figure: Decimal, marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    text = f"{figure:,f}".replace(",", "#").replace(".", decimal).replace("#", thousands)
    read_as = number(f" {text} ", decimal=decimal, thousands=thousands)
    assert Decimal(read_as) == figure
    assert PLAIN_FIGURE.fullmatch(read_as)


@given(
    st.text("0123456789.,'-+eE() \u2212\u0663", max_size=12) | texts,
    st.sampled_from([(".", ","), (",", "."), (".", "")]),
)
def test_what_is_no_number_is_refused_and_never_bent(text: str, marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    try:
        read_as = number(text, decimal=decimal, thousands=thousands)
    except Problem:
        return
    assert PLAIN_FIGURE.fullmatch(read_as)
    digits = [character for character in text.lower().partition("e")[0] if character.isdigit()]
    if "e" not in text.lower():
        assert re.sub(r"[^0-9]", "", read_as) == "".join(digits)
    if thousands and thousands in text:
        assert re.fullmatch(r"[^0-9]*\d{1,3}(?:\D\d{3})+(?:\D\d*)?(?:[eE].*)?\D*", text.strip())


moments = st.datetimes(datetime(2002, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001  # local
zones = st.sampled_from(["UTC", "Europe/Berlin", "+05:30", "-11", "America/New_York"])


@given(moments, zones, st.sampled_from(["", "%d.%m.%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S.%f"]))
def test_a_local_time_is_read_in_its_zone_or_refused(
    local: datetime, zone: str, pattern: str
) -> None:
    text = local.strftime(pattern) if pattern else local.isoformat(sep=" ")
    offsets = {"+05:30": timezone(timedelta(hours=5.5)), "-11": timezone(timedelta(hours=-11))}
    there = offsets.get(zone) or ZoneInfo(zone)
    meant = {local.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1)}
    if len(meant) > 1:
        with pytest.raises(Problem, match="clocks were changed"):
            moment(text, pattern=pattern, zone=zone)
    else:
        assert {datetime.fromisoformat(moment(text, pattern=pattern, zone=zone))} == meant


@given(moments, st.sampled_from(["s", "ms", "us", "ns"]))
def test_unix_times_are_read_to_the_microsecond(local: datetime, unit: str) -> None:
    meant = local.replace(tzinfo=UTC)
    since = (meant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    text = format(
        Decimal(since) * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit] / 10**6, "f"
    )
    assert datetime.fromisoformat(moment(text, unit=unit)) == meant
    other = {"s": "ms", "ms": "us", "us": "ns", "ns": "s"}[unit]
    with pytest.raises(Problem):
        moment(text, unit=other)


@given(texts | st.integers().map(str) | st.text("0123456789-T:.Z+ ", max_size=30))
def test_what_is_no_time_is_refused(text: str) -> None:
    try:
        found = moment(text, zone="UTC")
    except Problem:
        return
    assert datetime.fromisoformat(found).utcoffset() is not None


mappings = st.fixed_dictionaries(
    {
        "columns": st.fixed_dictionaries({name: st.just(name) for name in HEADER.split(",")})
        | st.dictionaries(field_names, texts | st.lists(texts, max_size=2), max_size=9)
    },
    optional={
        "constants": st.dictionaries(field_names, values, max_size=3),
        "words": st.dictionaries(field_names, st.dictionaries(texts, texts, max_size=2) | values,
                                 max_size=2),
        "numbers": st.dictionaries(
            st.sampled_from(["decimal", "thousands", "negate", "sign_is_side", "x"]),
            values | st.sampled_from([",", ".", ["fee"], [1]]), max_size=3),
        "time": st.dictionaries(st.sampled_from(["pattern", "zone", "unit"]),
                                texts | st.sampled_from(["%Y", "%", "UTC", "ms", "%d %q"])),
        "ignore": st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=2),
        "file": st.dictionaries(st.sampled_from(["delimiter", "skip", "encoding", "path"]),
                                texts | st.integers(-2, 3) | st.just("utf-8") | st.lists(texts)),
        "more": values,
    },
)  # fmt: skip


@given(mappings, st.dictionaries(field_names | texts, values, max_size=9), rubbish)
def test_any_mapping_is_refused_or_reads_any_row_without_a_fault(
    given_mapping: dict[str, Any], fields: dict[str, Any], content: bytes
) -> None:
    options = Options("main", "binance:1", mapping=given_mapping)
    try:
        mapping = mapping_of(options)
    except FileError:
        event("refused")
        return
    event("accepted")
    assert mapping is not None
    check_rows(list(rows([Record(1, "", fields)], mapping.facts)))
    for form in ("csv", "jsonl"):
        check_rows(read(f"{HEADER}\n".encode() + content, form, options))


arrow_types = st.sampled_from(
    [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.decimal128(20, 3),
     pa.timestamp("ns", "UTC"), pa.timestamp("s"), pa.date32(), pa.binary(), pa.list_(pa.int8()),
     pa.null(), pa.duration("s"), pa.dictionary(pa.int8(), pa.string())]
)  # fmt: skip


@given(st.lists(st.tuples(field_names, arrow_types), max_size=5, unique_by=lambda c: c[0]),
       st.integers(0, 3), st.floats(0, 1))  # fmt: skip
def test_any_parquet_file_is_read_without_a_fault(
    columns: list[tuple[str, Any]], count: int, cut: float
) -> None:
    table = pa.table({name: pa.nulls(count, kind) for name, kind in columns})
    sink = io.BytesIO()
    try:
        pyarrow.parquet.write_table(table, sink)
    except pa.ArrowException:
        return
    content = sink.getvalue()
    found = read(content, "parquet")
    check_rows(found)
    assert len(found) == (count if columns else 0)
    check_rows(read(content[: int(cut * len(content))], "parquet"))


facts = st.dictionaries(st.sampled_from(FILL_COLUMNS), texts.filter(bool), min_size=1)


@given(st.lists(st.tuples(facts, texts), max_size=4))
def test_the_lines_of_a_parcel_say_its_fills(found: list[tuple[dict[str, str], str]]) -> None:
    of_file = [Row(line, raw, (fact,)) for line, (fact, raw) in enumerate(found, 7)]
    packed = parcel(of_file)
    if packed.lines is None:
        assert json_fills(packed) == [
            {**fact, "line": line, "raw": raw} for line, (fact, raw) in enumerate(found, 7)
        ]
        return
    written = packed.lines.split("\n") if found else []
    for line, (row, (fact, raw)) in enumerate(zip(written, found, strict=True), 7):
        parts = row.split(",")
        assert dict(zip(LINE_COLUMNS, parts, strict=True)) == {
            **dict.fromkeys(FILL_COLUMNS, ""), **fact, "line": str(line),
            "raw": raw.replace(",", "\x1f").replace("\n", "\x1e"),
        }  # fmt: skip


@pytest.fixture(scope="module")
def ledger(server_url: str, template: str) -> Iterator[Ledger]:
    with database.clone(server_url, template) as conninfo, Ledger(conninfo) as ledger:
        ledger.query("select utl.add_book('main'), utl.add_account('binance:1', 'binance')")
        ledger.query("select utl.add_instrument('BTC/USDT')")
        yield ledger


COLUMN_CELLS = {
    "instrument": st.sampled_from(["BTC/USDT", "BTC/USDX", ""]),
    "side": st.sampled_from(["buy", "sell", "SELL", "hold"]),
    "quantity": st.sampled_from(["1", "0.5", "-1", "1e3", "1,5", "x"]),
    "price": st.sampled_from(["100", "1e400", "", "7.25"]),
    "executed_at": st.sampled_from(["2026-01-01T00:00Z", "1767603600500", "2026-02-30T00:00Z"]),
    "venue_fill_id": st.sampled_from(["A", "B", "C", '"', "a\nb", " "]),
}
file_rows = st.lists(
    st.fixed_dictionaries(COLUMN_CELLS) | st.text('{,"x\x1f\0é', min_size=1, max_size=5),
    max_size=12,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@settings(max_examples=settings().max_examples // 3)
@given(file_rows, st.sampled_from(["csv", "jsonl"]))
def test_every_row_of_any_file_is_accounted_for(
    ledger: Ledger, folder: Path, written: list[dict[str, str] | str], form: str
) -> None:
    sink = io.StringIO()
    if form == "csv":
        sink.write(f"{HEADER}\n")
        writer = csv.writer(sink, lineterminator="\n")
        for row in written:
            if isinstance(row, str):
                sink.write(f"{row}\n")
            else:
                writer.writerow(row.values())
    else:
        sink.writelines(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in written)
    content = sink.getvalue().encode()
    path = folder / f"file.{form}"
    path.write_bytes(content)
    count = len(read(content, form, Options("main", "binance:1", by_row=True)))
    with ledger.rehearsal():
        summary = ingest(ledger, path, Defaults("main", "binance:1", source="x"), Form(form))
        booked = ledger.query("select count(*) from utl.fills")[0][0]
        kept = ledger.query("select count(*) from utl.rejected_fills")[0][0]
    assert summary.counts.total() == count
    assert summary.counts["booked"] == booked
    assert summary.counts["rejected"] == kept
    if not any(isinstance(row, str) and '"' in row for row in written):
        assert count == len([row for row in written if not isinstance(row, str) or row.strip(" ")])
