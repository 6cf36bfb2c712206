"""The embedded PostgreSQL server: started, healed and stopped.

It outlives the process that starts it. Nothing is remembered between calls but files: the server's
own `postmaster.pid` says what runs, and a file lock lets one process at a time change that.
"""

import fcntl
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from utl import place as places
from utl import settings
from utl.place import Place, ServerError

SUPERUSER = "postgres"
DATABASE = "utl"
SOCKET_PORT = 5432  # without TCP the port is only a part of the socket's name
PATIENCE_SECONDS = 300  # crash recovery and the last checkpoint may take minutes
MEGABYTE = 1024 * 1024

SETTINGS = """\
# Written by `utl server start` each time. To change a setting: alter system set … = …;

# Nothing that was acknowledged may be lost.
fsync = on
full_page_writes = on
synchronous_commit = on

# Memory, from the {memory} MB of this machine.
shared_buffers = {shared_buffers}MB
effective_cache_size = {effective_cache_size}MB
maintenance_work_mem = {maintenance_work_mem}MB

# Many small commits and bulk loads: few checkpoints, spread out.
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
max_wal_size = {max_wal_size}MB
wal_compression = {wal_compression}

# The statements are short and many, the disks have no heads.
jit = off
random_page_cost = 1.1

max_connections = 100
listen_addresses = '{listen_addresses}'
port = {port}
unix_socket_directories = '{socket_folder}'
unix_socket_permissions = 0700

timezone = 'UTC'
log_timezone = 'UTC'

# One log file per weekday, overwritten a week later.
logging_collector = on
log_directory = 'log'
log_filename = 'postgres-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%a '

shared_preload_libraries = ''
"""


@dataclass(frozen=True)
class Postmaster:
    """A running server, as its `postmaster.pid` tells."""

    pid: int
    port: int
    socket_folder: str
    tcp: bool
    ready: bool

    @property
    def url(self) -> str:
        """The libpq URL of the database `utl`, over the socket."""
        folder = quote(self.socket_folder, safe="/")
        return f"postgresql://{SUPERUSER}@/{DATABASE}?host={folder}&port={self.port}"


@dataclass(frozen=True)
class Status:
    """What there is to know of the embedded server; pid and url are None while it is stopped."""

    version: str
    data: Path
    pid: int | None
    url: str | None
    tcp_url: str | None


def start(home: Path | None = None, *, port: int | None = None) -> str:
    """Start the embedded server unless it runs, and return the URL of its database `utl`.

    A server of the user's own (DATABASE_URL, PG*) takes precedence when no `home` is given: then
    nothing is started and its URL is returned. With `port` it also listens on 127.0.0.1.

    Raises ServerError when it cannot be started.
    """
    if home is None and (configured := settings.configured_url()):
        return configured
    with _lock(places.find(home)) as lock:
        place = places.make(home)
        running = _settled(place) or _launch(place, port, lock)
        if port and (port, True) != (running.port, running.tcp):
            raise ServerError(
                f"the server runs already and does not listen on port {port}",
                detail=f"pid {running.pid}, {f'port {running.port}' if running.tcp else 'no TCP'}",
                hint="stop it first: utl server stop",
            )
        _create_database(running)
    return running.url


def stop(home: Path | None = None) -> bool:
    """Stop the embedded server; open transactions are rolled back. False if none was running."""
    place = places.find(home)
    if not place.data.exists():
        return False
    with _lock(place):
        running = _settled(place)
        if running:
            _run(place, "pg_ctl", "stop", "--mode=fast", f"--timeout={PATIENCE_SECONDS}")
        _end_leftovers(place)
        if place.socket_folder.parent != place.state:
            shutil.rmtree(place.socket_folder, ignore_errors=True)
    return running is not None


def status(home: Path | None = None) -> Status:
    """Say whether the embedded server runs, and where. Changes nothing."""
    place = places.find(home)
    running = _postmaster(place)
    if running is None or not running.ready:
        return Status(place.version, place.data, None, None, None)
    tcp_url = None
    if running.tcp:
        password = place.password_file.read_text().strip()
        tcp_url = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{running.port}/{DATABASE}"
    return Status(place.version, place.data, running.pid, running.url, tcp_url)


def url(home: Path | None = None, *, tcp: bool = False) -> str:
    """The URL of the user's own server if one is configured, else of the running embedded one.

    With `tcp`: the embedded one's address on 127.0.0.1, with the password, for tools that do not
    know sockets. Raises ServerError when there is no such address.
    """
    if home is None and (configured := settings.configured_url()):
        return configured
    found = status(home)
    if found.url is None:
        raise ServerError(
            "no server is running",
            detail=f"data folder {found.data}",
            hint="start one with `utl server start`, or set DATABASE_URL to use your own",
        )
    if tcp and found.tcp_url is None:
        raise ServerError(
            "the server does not listen on TCP",
            hint="utl server stop, then utl server start --port 5433",
        )
    return (found.tcp_url or "") if tcp else found.url


def psql_program() -> str:
    """The psql to use: the server's own, or the system's for a server of the user's.

    The embedded psql has no TLS, which a server elsewhere often asks for.
    """
    system = shutil.which("psql") if settings.configured_url() else None
    return system or str(places.find(None).programs / "psql")


@contextmanager
def _lock(place: Place) -> Iterator[int]:
    """Let one process at a time start or stop; the lock dies with its last holder."""
    if not place.home.exists():
        place.make_folder(place.home)
    with (place.home / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _postmaster(place: Place) -> Postmaster | None:
    """The server that runs on this data folder; a stale pid file, or another's pid, is none."""
    try:
        lines = (place.data / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, IndexError, ValueError):
        return None
    if not (psutil.pid_exists(pid) and _works_here(psutil.Process(pid), place)):
        return None
    pid, port, folder, address, state = _pid_file_fields(lines)
    return Postmaster(pid, port, folder, tcp=bool(address), ready=state.strip() == "ready")


def _pid_file_fields(lines: list[str]) -> tuple[int, int, str, str, str]:
    """Pid, port, socket folder, address and state; a server that is just starting wrote less."""
    filled = [*lines, *[""] * 8]
    return int(filled[0]), int(filled[3] or 0), filled[4], filled[5], filled[7]


def _works_here(process: psutil.Process, place: Place) -> bool:
    """Every process of a PostgreSQL server has the data folder as its current folder."""
    try:
        return process.name() == "postgres" and process.cwd() == str(place.data.resolve())
    except psutil.Error:
        return False


def _settled(place: Place) -> Postmaster | None:
    """The running server, or None, once a start or stop that somebody left under way is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (running := _postmaster(place)) and not running.ready:
        if time.monotonic() > deadline:
            raise ServerError(
                f"the server has been neither ready nor gone for {PATIENCE_SECONDS} seconds",
                detail=f"pid {running.pid}; the last lines of its log:\n{_end_of_log(place)}",
                hint=f"look into {place.data / 'log'}",
            )
        time.sleep(0.05)
    return running


def _launch(place: Place, port: int | None, lock: int) -> Postmaster:
    _end_leftovers(place)
    if not place.data.exists():
        _initialize(place, lock)
    place.make_folder(place.socket_folder)
    if port:
        _require_free_port(port)
    place.write(place.data / "utl.conf", _settings(place, port))
    place.write(place.data / "start.log", "")
    result = place.run(
        *("pg_ctl", "start", f"--timeout={PATIENCE_SECONDS}"),
        *("--log", f"{place.data.name}/start.log"),  # no path, as it goes to a shell
    )
    # A start by a process that was killed may have won meanwhile: what counts is that one runs.
    running = _settled(place)
    if running is None:
        raise ServerError(
            "the server did not start",
            detail=f"{result.stderr.strip()}; the last lines of its log:\n{_end_of_log(place)}",
            hint=f"look into {place.data / 'log'}",
        )
    return running


def _end_leftovers(place: Place) -> None:
    """End what outlived its postmaster, and remove the files by which it said that it runs.

    Such processes still hold the shared memory and write data files: a new server must not start
    beside them. They roll back, and recovery does the rest.
    """
    leftovers = [p for p in psutil.process_iter() if _works_here(p, place)]
    for process in leftovers:
        process.send_signal(signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(leftovers, timeout=5)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for file in place.socket_folder.glob(".s.PGSQL.*"):
        file.unlink()


def _initialize(place: Place, lock: int) -> None:
    """Make the data folder under another name, so that an interrupted attempt is never used.

    initdb holds the lock too: when we are killed it goes on, and nobody may remove its files.
    """
    unfinished = place.data.with_name(f"{place.data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    place.make_folder(unfinished)
    if not place.password_file.exists():
        place.write(place.password_file, secrets.token_urlsafe(24))
    locale = ["--locale=C.UTF-8"]
    if place.major >= 17:
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(
        place,
        *("initdb", "--pgdata", str(unfinished), "--encoding=UTF8", *locale, "--data-checksums"),
        *("--username", SUPERUSER, "--pwfile", str(place.password_file)),
        *("--auth-local=trust", "--auth-host=scram-sha-256"),
        keep_open=(lock,),
    )
    with (unfinished / "postgresql.conf").open("a") as file:
        file.write("\ninclude = 'utl.conf'  # the settings of `utl server start`\n")
    unfinished.rename(place.data)


def _settings(place: Place, port: int | None) -> str:
    memory = _memory_bytes() // MEGABYTE
    return SETTINGS.format(
        memory=memory,
        shared_buffers=_within(64, memory // 8, 4096),
        effective_cache_size=_within(128, memory // 2, 65536),
        maintenance_work_mem=_within(64, memory // 32, 1024),
        max_wal_size=_within(1024, memory // 4, 4096),
        wal_compression=_wal_compression(place),
        listen_addresses="127.0.0.1" if port else "",
        port=port or SOCKET_PORT,
        socket_folder=place.socket_folder,
    )


def _wal_compression(place: Place) -> str:
    """lz4 where the build has it; PostgreSQL's own method costs more time than it saves."""
    if not (place.programs / "pg_config").exists():
        return "off"
    return "lz4" if "--with-lz4" in place.run("pg_config", "--configure").stdout else "off"


def _within(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))


def _memory_bytes() -> int:
    """The machine's memory, or the container's share of it."""
    limits = [str(psutil.virtual_memory().total)]
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError):
            limits.append(Path(file).read_text().strip())
    return min(int(limit) for limit in limits if limit.isdigit())


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise ServerError(
                f"port {port} of 127.0.0.1 cannot be used",
                detail=str(error),
                hint="choose another port",
            ) from error


def _create_database(running: Postmaster) -> None:
    try:
        psycopg.connect(running.url).close()
    except psycopg.OperationalError:
        # A failed connection carries no SQLSTATE; ask the server what the matter is.
        maintenance = running.url.replace(f"/{DATABASE}?", "/postgres?")
        with psycopg.connect(maintenance, autocommit=True) as connection:
            query = "select from pg_catalog.pg_database where datname = %s"
            if connection.execute(query, [DATABASE]).fetchone() is not None:
                raise
            connection.execute(f"create database {DATABASE}")


def _run(place: Place, *command: str, keep_open: tuple[int, ...] = ()) -> None:
    result = place.run(*command, keep_open=keep_open)
    if result.returncode != 0:
        raise ServerError(
            f"{command[0]} failed with exit code {result.returncode}",
            detail=(result.stderr or result.stdout).strip(),
            hint=f"see its log in {place.data / 'log'}, if there is one",
        )


def _end_of_log(place: Place, lines: int = 10) -> str:
    logs = [place.data / "start.log", *(place.data / "log").glob("*.log")]
    newest = max((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime)
    return "\n".join(newest.read_text(errors="replace").splitlines()[-lines:])
