#!/usr/bin/env bash
# usage: venv.sh LOCK…
# Makes .venv hold what these lock files pin, and this project in editable form. Done once: a stamp
# for each lock file remembers for which content it was done.
set -euo pipefail

if [[ ! -x .venv/bin/python || $(cat .venv/folder 2>/dev/null) != "$PWD" ]]; then
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
        echo "UTL needs Python 3.11 or newer; name one: make … PYTHON=python3.12" >&2
        exit 1
    }
    # Debian ships Python without what makes virtual environments.
    "$PYTHON" -c 'import ensurepip' 2>/dev/null || tests/tools/apt_install.sh python3-venv
    # A copied .venv is of the folder that it was copied from.
    "$PYTHON" -m venv --clear .venv
    echo "$PWD" >.venv/folder
fi

pip_install() {
    # Only what is imported gets compiled, when it is: that halves the time this takes.
    .venv/bin/python -m pip --quiet --quiet --disable-pip-version-check install \
        --no-deps --no-compile "$@"
}

for lock; do
    stamp=.venv/installed-${lock//\//-}
    key=$(cat pyproject.toml "$lock" | sha256sum)
    [[ $(cat "$stamp" 2>/dev/null) != "$key" ]] || continue
    echo "installing packages from $lock …"
    pip_install --require-hashes --requirement "$lock"
    pip_install --no-build-isolation --editable .
    missing=$(.venv/bin/python -m pip --disable-pip-version-check check) || {
        printf '%s\n' "$missing" "$lock lacks what pyproject.toml asks for: make lock" >&2
        exit 1
    }
    echo "$key" >"$stamp"
done
