#!/usr/bin/env bash
# usage: apt_install.sh PACKAGE…
# Installs Debian packages; fails for an ordinary user without sudo.
set -euo pipefail

apt_get() {
    tests/tools/as_root.sh env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 "$@"
}

echo "installing Debian packages: $* …"
tests/tools/as_root.sh true || {
    echo "this needs root or sudo: apt-get install $*" >&2
    exit 1
}
# A fresh machine has no package lists yet, or old ones.
apt_get update
output=$(apt_get install --yes --no-install-recommends "$@" 2>&1) || {
    echo "$output" >&2
    exit 1
}
