"""`utl pull`: all there is of an exchange, once, however often and wherever it was broken off."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.python.fake_kraken import FakeKraken, serving
from utl import pull
from utl import venue as venues
from utl.ledger import Ledger
from utl.paging import PageError, TooMany, collect
from utl.pull import Puller, Request
from utl.venue import PullError, connect

START = 1_700_000_000
HOUR = 3600


def trades(count: int, step: float = 61.5) -> dict[str, dict[str, Any]]:
    """Trades of one pair, one after the other; ids as Kraken makes them."""
    return {
        f"T{number:05}-AAAAA-BBBBBB": {
            "ordertxid": f"O{number:05}-AAAAA-BBBBBB",
            "postxid": "TKH2SE-M7IF5-CFI7LT",
            "pair": "XXBTZUSD",
            "time": round(START + number * step, 4),
            "type": "buy" if number % 3 else "sell",
            "ordertype": "limit",
            "price": f"{30000 + number % 17}.10000",
            "cost": "30.00000",
            "fee": "0.04800",
            "vol": "0.00100000",
            "margin": "0.00000",
            "misc": "",
            "trade_id": 1000 + number,
            "maker": bool(number % 2),
        }
        for number in range(count)
    }


@pytest.fixture
def kraken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FakeKraken, Path]]:
    """A fake exchange, and the configuration that leads ccxt to it."""
    monkeypatch.setenv("UTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KRAKEN_API_KEY", "key")
    monkeypatch.setattr(venues, "RETRY_AFTER_S", 0.01)
    exchange = FakeKraken(trades(260))
    with serving(exchange) as url:
        configuration = tmp_path / "ccxt.json"
        configuration.write_text(
            json.dumps(
                {
                    "secret": "c2VjcmV0",
                    "urls": {"api": {"public": url, "private": url}},
                    "rateLimit": 1,
                }
            )
        )
        yield exchange, configuration


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("select utl.add_book('desk', reporting_asset => 'USD')")
    with Ledger(database) as found:
        yield found


def request(**said: Any) -> Request:
    terms: dict[str, Any] = {
        "what": ("trades",),
        "since": START * 1000,
        "until": (START + 24 * HOUR) * 1000,
        "create": True,
    }
    return Request("kraken", "desk", "kraken-1", **{**terms, **said})


def fills(ledger: Ledger) -> int:
    return int(ledger.query("select count(*) from utl.fills")[0][0])


def test_all_pages_arrive_once_though_the_newest_come_first(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    _, configuration = kraken
    pulled = Puller(connect("kraken", configuration), ledger, request()).pull()
    assert pulled.counts == {"booked": 260}
    assert fills(ledger) == 260
    again = Puller(connect("kraken", configuration), ledger, request()).pull()
    assert again.counts == {"duplicate": 260}
    kept = ledger.query("select quantity, price, fee from utl.fills where venue_fill_id ~ '00042'")
    assert [str(figure) for figure in kept[0]] == ["0.00100000", "30008.10000", "0.04800"]


def test_a_pull_goes_on_from_the_stored_point_with_an_overlap(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    late = dict(list(exchange.trades.items())[115:])
    for key in late:
        del exchange.trades[key]
    first = request(until=(START + 2 * HOUR) * 1000)
    assert Puller(connect("kraken", configuration), ledger, first).pull().counts["booked"] == 115
    exchange.trades |= late
    exchange.asked.clear()
    second = request(since=None, overlap=10 * 60_000)
    counts = Puller(connect("kraken", configuration), ledger, second).pull().counts
    assert fills(ledger) == 260
    assert counts["booked"] == 145
    assert 0 <= counts["duplicate"] < 20
    assert min(float(said["start"]) for said in exchange.asked) == START + 2 * HOUR - 600


def test_without_a_stored_point_it_goes_on_from_the_newest_fill(
    kraken: tuple[FakeKraken, Path], ledger: Ledger, tmp_path: Path
) -> None:
    exchange, configuration = kraken
    Puller(connect("kraken", configuration), ledger, request()).pull()
    for stored in (tmp_path / "home" / "pull").iterdir():
        stored.unlink()
    exchange.asked.clear()
    newest = int(START + 259 * 61.5)
    Puller(connect("kraken", configuration), ledger, request(since=None)).pull()
    assert min(float(said["start"]) for said in exchange.asked) in (
        newest - HOUR,
        newest - HOUR - 1,
    )


def test_a_pull_that_broke_off_is_taken_up_again(
    kraken: tuple[FakeKraken, Path], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange, configuration = kraken
    monkeypatch.setattr(pull, "IN_MEMORY_MAX", 60)
    exchange.breaks_after = 40
    with pytest.raises(PullError, match="refuses the keys"):
        Puller(connect("kraken", configuration), ledger, request()).pull()
    booked = fills(ledger)
    assert 0 < booked < 260
    exchange.breaks_after = None
    exchange.asked.clear()
    counts = Puller(connect("kraken", configuration), ledger, request(since=None)).pull().counts
    assert counts["booked"] == 260 - booked
    assert fills(ledger) == 260
    assert min(float(said["start"]) for said in exchange.asked) > START


def test_an_exchange_that_is_busy_is_asked_again(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    exchange.failures = 3
    assert Puller(connect("kraken", configuration), ledger, request()).pull().counts == {
        "booked": 260
    }


def test_deposits_become_transactions_once(kraken: tuple[FakeKraken, Path], ledger: Ledger) -> None:
    exchange, configuration = kraken
    exchange.deposits = [
        {
            "method": "Bitcoin",
            "aclass": "currency",
            "asset": "XXBT",
            "refid": "FTQcuak-V6Za8qrPnhsTx47yYLz8Tg",
            "txid": "6544b41b607d8b2512baf801755a3a87b6890eacdb451be8a94059fb11f0a8d9",
            "info": "2Myd4eaAW96ojk38A2uDK4FbioCayvkEgVq",
            "amount": amount,
            "fee": "0.0000000000",
            "time": START + 100,
            "status": status,
        }
        for amount, status in (("0.78125000", "Success"), ("9.00000000", "Pending"))
    ]
    ledger.query("select utl.add_asset('BTC')")
    for outcome in ("booked", "duplicate"):
        pulled = Puller(connect("kraken", configuration), ledger, request(what=("deposits",)))
        assert pulled.pull().counts == {outcome: 1, "ignored": 1}
    found = ledger.query("select kind, quantity, reference from utl.transactions")
    assert [(kind, str(quantity)) for kind, quantity, _ in found] == [("deposit", "0.78125000")]
    assert found[0][2] == "deposit#FTQcuak-V6Za8qrPnhsTx47yYLz8Tg"


def test_balances_and_positions_become_lines_of_statements(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    exchange.balances = {
        "ZUSD": {"balance": "25435.2100", "hold_trade": "8249.7600"},
        "XXBT": {"balance": "1.2435000000", "hold_trade": "0.8423000000"},
    }
    position = {"pair": "XXBTZUSD", "positions": "1", "leverage": "2.00000", "margin": "14.24900"}
    exchange.positions = [
        {**position, "type": "sell", "vol": "0.03000000", "vol_closed": "0.01000000"}
    ]
    both = request(what=("balances", "positions"), since=None)
    pulled = Puller(connect("kraken", configuration), ledger, both).pull()
    assert pulled.counts == {"booked": 2}
    found = ledger.query("""
        select coalesce(a.asset, i.instrument), s.quantity::text, s.source,
            abs(extract(epoch from s.as_of - now())) < 60
        from utl.venue_statements as s
        left join utl.assets as a using (asset_id)
        left join utl.instruments as i using (instrument_id)
        order by 1
    """)
    assert found == [
        ("BTC", "1.2435000000", "pull kraken", True),
        ("BTC/USD", "-0.02000000", "pull kraken", True),
        ("USD", "25435.2100", "pull kraken", True),
    ]


def test_the_ledger_gives_what_no_other_stream_does(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    entry = {"refid": "S1", "time": START + 50, "aclass": "currency", "balance": "10"}
    exchange.ledger = {
        "LGQY2X-BLKMJ-3NQBWX": {
            **entry, "type": "staking", "asset": "DOT.S", "amount": "0.1234567890", "fee": "0"
        },
        "LCX7RI-7VQ2O-C3ODSI": {
            **entry, "type": "trade", "asset": "XXBT", "amount": "0.02", "fee": "0"
        },
    }  # fmt: skip
    for outcome in ("booked", "duplicate"):
        asked = request(what=("ledger",))
        pulled = Puller(connect("kraken", configuration), ledger, asked).pull()
        assert pulled.counts == {outcome: 1, "ignored": 1}
    found = ledger.query("select kind, quantity::text, reference from utl.transactions")
    assert found == [("reward", "0.1234567890", "LGQY2X-BLKMJ-3NQBWX")]


def test_what_an_exchange_does_not_give_is_said(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    _, configuration = kraken
    asked = request(what=("funding", "trades"))
    with pytest.raises(PullError, match="funding: kraken does not give it"):
        Puller(connect("kraken", configuration), ledger, asked).pull()
    assert fills(ledger) == 260
    puller = Puller(connect("kraken", configuration), ledger, request(what=Request.what))
    with pytest.raises(PullError, match="withdrawals"):  # which our exchange does not know
        puller.pull()
    assert puller.not_given == ["funding"]


def test_deposits_and_withdrawals_may_come_by_one_method(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    exchange.deposits = [
        {
            "asset": "XXBT", "refid": "FTQ", "txid": "6544", "amount": "0.5", "fee": "0",
            "time": START + 100, "status": "Success",
        }
    ]  # fmt: skip
    venue = connect("kraken", configuration)
    venue.exchange.has |= {"fetchDeposits": False, "fetchWithdrawals": False}
    venue.exchange.has["fetchDepositsWithdrawals"] = True
    (deposit,) = venue.exchange.fetch_deposits()
    found = [{**deposit, "id": str(kind), "type": kind} for kind in ("deposit", "withdraw", None)]
    venue.exchange.fetch_deposits_withdrawals = lambda *_: found
    pulled = Puller(venue, ledger, request(what=("deposits", "withdrawals"))).pull()
    assert pulled.counts == {"booked": 2, "rejected": 2}
    kinds = ledger.query("select kind from utl.transactions order by 1")
    assert kinds == [("deposit",), ("withdrawal",)]


def test_what_was_asked_for_need_not_say_what_it_is(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    exchange, configuration = kraken
    exchange.deposits = [
        {
            "asset": "XXBT", "refid": "FTQ", "txid": "6544", "amount": "0.5", "fee": "0",
            "time": START + 100, "status": "Success",
        }
    ]  # fmt: skip
    venue = connect("kraken", configuration)
    fetch = venue.exchange.fetch_deposits
    venue.exchange.fetch_deposits = lambda *said: [{**one, "type": None} for one in fetch(*said)]
    assert Puller(venue, ledger, request(what=("deposits",))).pull().counts == {"booked": 1}
    assert ledger.query("select kind from utl.transactions") == [("deposit",)]


def test_a_stream_that_fails_does_not_hinder_the_others(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    _, configuration = kraken
    both = request(what=("withdrawals", "trades"))
    with pytest.raises(PullError, match="withdrawals: the exchange"):
        Puller(connect("kraken", configuration), ledger, both).pull()
    assert fills(ledger) == 260


def test_a_dry_run_writes_nothing(
    kraken: tuple[FakeKraken, Path], ledger: Ledger, tmp_path: Path
) -> None:
    _, configuration = kraken
    pulled = Puller(connect("kraken", configuration), ledger, request(dry_run=True)).pull()
    assert pulled.counts == {"booked": 260}
    assert fills(ledger) == 0
    assert ledger.query("select count(*) from utl.accounts") == [(0,)]
    assert not (tmp_path / "home" / "pull").exists()


def test_the_first_pull_must_say_since_when(
    kraken: tuple[FakeKraken, Path], ledger: Ledger
) -> None:
    _, configuration = kraken
    with pytest.raises(PullError, match="no point to go on from"):
        Puller(connect("kraken", configuration), ledger, request(since=None)).pull()


def test_keys_come_from_the_environment_and_from_a_file(
    kraken: tuple[FakeKraken, Path], tmp_path: Path
) -> None:
    exchange = connect("kraken", kraken[1]).exchange
    assert (exchange.apiKey, exchange.secret) == ("key", "c2VjcmV0")
    toml = tmp_path / "keys.toml"
    toml.write_text('[kraken]\nuid = "mine"\n[okx]\nuid = "not this"\n')
    assert connect("kraken", toml).exchange.uid == "mine"


def test_the_command_says_what_became_of_the_rows(
    kraken: tuple[FakeKraken, Path], ledger: Ledger, database: str
) -> None:
    _, configuration = kraken
    words = ["pull", "kraken", "--account", "kraken-1", "--book", "desk", "--what", "trades"]
    words += ["--keys", str(configuration), "--since", "2023-11-14", "--until", "2023-11-16"]
    command = [sys.executable, "-m", "utl.cli", *words]
    environment = {**os.environ, "DATABASE_URL": database}
    refused = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "kraken-1" in refused.stderr
    done = subprocess.run(
        [*command, "--create"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "260" in done.stdout
    assert fills(ledger) == 260


def test_an_exchange_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PullError, match="no exchange 'krakn'"):
        connect("krakn")


def newest_last() -> list[dict[str, Any]]:
    return [{"id": str(n), "timestamp": 1_000_000 + n * 700 - n % 3} for n in range(333)]


# The fourth, which gives the newest and takes no end, cannot be paged: see the next test.
@pytest.mark.parametrize(
    ("newest_first", "knows_end"), [(False, True), (False, False), (True, True)]
)
def test_pages_are_put_together_whatever_their_order(newest_first: bool, knows_end: bool) -> None:
    stored: list[dict[str, Any]] = [
        {"id": str(n), "timestamp": 1_000_000 + n * 700 - n % 3} for n in range(333)
    ]
    calls = 0

    def fetch(since: int, until: int) -> list[Any]:
        nonlocal calls
        calls += 1
        end = until if knows_end else 10**12
        found = [one for one in stored if since <= int(one["timestamp"]) <= end]
        return found[-20:] if newest_first else found[:20]

    found = collect(fetch, 1_000_000, 2_000_000, page=20, most=10_000)
    assert [one["id"] for one in found] == [one["id"] for one in stored]
    assert calls < 120


def test_an_exchange_that_hides_its_older_trades_is_an_error() -> None:
    stored: list[dict[str, Any]] = [
        {"id": str(n), "timestamp": 1_000_000 + n * 700} for n in range(333)
    ]

    def newest(since: int, _: int) -> list[Any]:
        return [one for one in stored if since <= int(one["timestamp"])][-20:]

    with pytest.raises(PageError, match="something might be left out"):
        collect(newest, 1_000_000, 2_000_000, page=20, most=10_000)


def test_a_stretch_with_too_much_in_it_is_given_up() -> None:
    stored: list[dict[str, Any]] = [
        {"id": str(n), "timestamp": 1_000_000 + n * 700} for n in range(333)
    ]

    def fetch(since: int, until: int) -> list[Any]:
        return [one for one in stored if since <= int(one["timestamp"]) <= until][:20]

    with pytest.raises(TooMany):
        collect(fetch, 1_000_000, 2_000_000, page=20, most=100)
