#!/usr/bin/env bash
# Stops the project's servers and removes everything that make has made.
set -euo pipefail

stop() {
    UTL_HOME=$1 PG_BINDIR=$2 PYTHONPATH=python .venv/bin/python -c \
        'from utl import server; server.stop()'
}

for home in "$UTL_HOME" "$UTL_HOME/test"; do
    # As root below a closed folder the data is elsewhere; see python/utl/server.py.
    elsewhere=$(readlink "$home/elsewhere" || true)
    for data in "${elsewhere:-$home}"/postgres-*; do
        [[ -d $data && -x .venv/bin/python ]] || continue
        programs=/usr/lib/postgresql/${data##*-}/bin
        [[ -d $programs ]] || programs= # the embedded ones
        stop "$home" "$programs"
    done
    [[ -z $elsewhere ]] || rm -rf "$elsewhere"
done
rm -rf "$UTL_HOME" .venv dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
find . -name __pycache__ -prune -exec rm -rf {} +
