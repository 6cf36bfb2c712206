"""How listeners are told while something is measured: setting `notify`, and who rings the bell."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.conninfo import make_conninfo

from utl.bench.scratch import BenchError, Scratch, Target


@contextmanager
def ringing(scratch: Scratch, target: Target, notify: str) -> Iterator[str]:
    """Set `notify`, and in the mode ticker run a bridge without sinks; give the database's URL."""
    target.connection.execute("select utl.set_setting('notify', %s)", [notify])
    dsn = make_conninfo(scratch.url, dbname=target.connection.info.dbname)
    if notify != "ticker":
        yield dsn
        return
    command = [sys.executable, "-m", "utl.cli", "bridge"]
    with subprocess.Popen(
        command, env=os.environ | {"DATABASE_URL": dsn}, stderr=subprocess.PIPE, text=True
    ) as bridge:
        assert bridge.stderr is not None  # noqa: S101 - for the type
        while "leading" not in (line := bridge.stderr.readline()):
            if not line:
                raise BenchError("the bridge ended before it led")
        try:
            yield dsn
        finally:
            bridge.terminate()
