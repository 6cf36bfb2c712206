#!/usr/bin/env bash
# Gets what the pgTAP suite needs: pg_prove, and pgTAP itself as $UTL_HOME/tools/pgtap.sql.
#
# pgTAP is taken out of Debian's package, not installed: the suite loads it as plain SQL, which
# works on every server, whoever's it is and whatever its version.
set -euo pipefail

tools=$UTL_HOME/tools
[[ ! -e $tools/pgtap.sql ]] || exit 0

# Without pg_prove the suite makes do with perl's own prove.
command -v pg_prove >/dev/null ||
    tests/tools/apt_install.sh libtap-parser-sourcehandler-pgtap-perl ||
    command -v prove >/dev/null

mkdir -p "$tools"
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Package lists of our own: the machine may have none, and only root may fetch it some.
mkdir -p state/lists/partial cache/archives/partial
apt=(-o Dir::State="$folder/state" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=)
echo "fetching pgTAP …"
apt-get "${apt[@]}" --quiet=2 update
package=$(
    apt-cache "${apt[@]}" search --names-only '^postgresql-[0-9]+-pgtap$' |
        cut --delimiter=' ' --fields=1 | sort --version-sort | tail -n 1
)
apt-get "${apt[@]}" --quiet=2 download "$package"
dpkg-deb --extract ./*.deb package
mv package/usr/share/postgresql/*/extension/pgtap.sql "$tools/pgtap.sql"
