#!/usr/bin/env bash
# Prints the programs' folder of a Debian PostgreSQL that has plpgsql_check; installs it if need be.
set -euo pipefail

found() {
    find /usr/lib/postgresql -name plpgsql_check.so 2>/dev/null | sort --version-sort | tail -n 1
}

if [[ -z $(found) ]]; then
    # Debian's packages would start a cluster of the machine's own, which nobody here asked for.
    without_cluster=/etc/postgresql-common/createcluster.d/utl.conf
    tests/tools/as_root.sh mkdir -p "${without_cluster%/*}"
    tests/tools/as_root.sh tee "$without_cluster" <<<'create_main_cluster = false' >/dev/null
    trap 'tests/tools/as_root.sh rm "$without_cluster"' EXIT
    version=$(
        apt-cache search --names-only '^postgresql-[0-9]+-plpgsql-check$' |
            sed 's/^postgresql-\([0-9]*\).*/\1/' | sort --version-sort | tail -n 1
    )
    tests/tools/apt_install.sh "postgresql-${version:-15}-plpgsql-check" >&2
fi
library=$(found)
echo "${library%/lib/plpgsql_check.so}/bin"
