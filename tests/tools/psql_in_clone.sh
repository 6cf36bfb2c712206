#!/usr/bin/env bash
# psql in a database of its own, a clone of $TEMPLATE: pg_prove runs each test file by this.
set -euo pipefail

database=utl_test_tap_$$
administer() { "$PSQL" -XAtq -d "$SERVER" -v ON_ERROR_STOP=1 -c "$1"; }
trap 'administer "drop database if exists $database with (force)"' EXIT

administer "create database $database template $TEMPLATE strategy file_copy"
# pgTAP's functions call each other without a schema; ours must do without a search_path.
PGOPTIONS="-c search_path=tap" "$PSQL" -d "$SERVER dbname=$database" "$@"
