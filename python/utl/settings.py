"""Where things are: the user's own server, UTL's state folder, and the SQL that ships with it."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
REPOSITORY = PACKAGE.parent.parent

# Any of these says which server is meant. Others (PGUSER, PGOPTIONS, …) only say how to connect.
SERVER_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE", "PGDATABASE")


class UtlError(Exception):
    """An error that a person can act on: what happened, with which values, and what to do.

    The three parts are those of a PostgreSQL error: MESSAGE, DETAIL and HINT.
    """

    exit_code = 1

    def __init__(self, message: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        labelled = (("DETAIL", self.detail), ("HINT", self.hint))
        return "\n".join([self.message, *(f"{name}:  {text}" for name, text in labelled if text)])


def configured_url() -> str | None:
    """The user's own server: DATABASE_URL, else libpq's PG* variables, else None.

    With PG* the answer is `postgresql://`, which makes libpq read them all, services included.
    """
    if url := os.environ.get("DATABASE_URL"):
        return url
    if any(os.environ.get(name) for name in SERVER_VARIABLES):
        return "postgresql://"
    return None


def home() -> Path:
    """The state folder of the embedded server: UTL_HOME, else the XDG state folder."""
    if configured := os.environ.get("UTL_HOME"):
        return Path(configured).absolute()
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "utl"


def sql_folder() -> Path:
    """The reloadable code: `utl/_sql` in a wheel, the repository's `sql/` otherwise."""
    return _shipped("_sql", "sql")


def migrations_folder() -> Path:
    """The migrations: `utl/_migrations` in a wheel, the repository's `migrations/` otherwise."""
    return _shipped("_migrations", "migrations")


def _shipped(in_wheel: str, in_repository: str) -> Path:
    places = (PACKAGE / in_wheel, REPOSITORY / in_repository)
    for place in places:
        if place.is_dir():
            return place
    raise UtlError(
        f"the folder {in_repository}/ is missing from this installation",
        detail=f"looked in {places[0]} and {places[1]}",
        hint="install UTL again",
    )
