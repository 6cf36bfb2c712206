#!/usr/bin/env bash
# usage: as_root.sh COMMAND…
# Runs a command as root, or by sudo; fails where neither is to be had.
set -euo pipefail

if [[ $EUID -eq 0 ]]; then
    exec "$@"
elif ! command -v sudo >/dev/null; then
    echo "cannot run $1: neither root nor sudo" >&2
    exit 1
elif [[ -t 0 ]]; then
    exec sudo "$@"
else
    exec sudo --non-interactive "$@" # nobody is there to type a password
fi
