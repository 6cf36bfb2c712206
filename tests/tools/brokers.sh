#!/usr/bin/env bash
# Gets the message brokers that the bridge is tested with, into $UTL_HOME/tools/brokers: Redis and
# NATS, taken out of Debian's packages. They are not installed: that would start their services.
set -euo pipefail

brokers=$UTL_HOME/tools/brokers
[[ ! -e $brokers/done ]] || exit 0

folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
rm -rf "$brokers"
mkdir -p "$brokers" "$folder"/{state/lists,cache/archives}/partial
cd "$folder"

# Package lists of our own: the machine may have none, and only root may fetch it some.
apt=(-o Dir::State="$folder/state" -o Dir::Cache="$folder/cache" -o APT::Sandbox::User=)
echo "fetching Redis and NATS …"
apt-get "${apt[@]}" --quiet=2 update
# The program redis-server is in redis-tools; its libraries, but the C library, come along.
mapfile -t libraries < <(
    apt-cache "${apt[@]}" depends --important redis-tools |
        awk '$1 == "Depends:" && $2 !~ /^(<|libc6$|adduser$)/ { print $2 }'
)
apt-get "${apt[@]}" --quiet=2 download nats-server redis-server redis-tools "${libraries[@]}"
for package in ./*.deb; do
    dpkg-deb --extract "$package" "$brokers"
done
touch "$brokers/done"
