# Everything here does its own set-up; `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
SUITE ?=
export PYTHON
# All state stays in the project, unless the caller says where.
export UTL_HOME ?= $(CURDIR)/.utl

suites := pgtap python properties concurrency upgrade golden readme
lock := .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile
	@echo "make test-SUITE one suite: $(suites)"

.PHONY: demo
demo: runtime ## replay real trades in a server of the project's own and show the positions
	@.venv/bin/utl demo

.PHONY: test
test: tools ## run the tests; SUITE="pgtap golden" for some, PG_BINDIR=… for another PostgreSQL
	@.venv/bin/python -m tests.run $(SUITE)

.PHONY: $(suites:%=test-%)
$(suites:%=test-%): test-%: tools
	@.venv/bin/python -m tests.run $*

.PHONY: golden
golden: tools ## run the golden cases of $UTL_GOLDEN_DIR (default ../shared/golden) and nothing else
	@.venv/bin/python -m tests.golden.run

.PHONY: bench
bench: runtime ## measure booking beside bare tables
	@.venv/bin/utl bench

.PHONY: lint
lint: dev ## run every linter
	@.venv/bin/python -m tests.tools.lint

.PHONY: lock
lock: .venv/bin/uv ## pin the newest packages, with hashes, for demo and for test
	@$(lock) --upgrade --group build --output-file requirements.lock pyproject.toml
	@$(lock) --upgrade --group test --group lint --constraints requirements.lock \
		--output-file tests/requirements.lock pyproject.toml

.venv/bin/uv: # and not dev, which refuses a lock that is out of date
	@tests/tools/venv.sh requirements.lock tests/requirements.lock

.PHONY: clean
clean: ## stop the project's servers and remove all state, packages included
	@tests/tools/clean.sh

.PHONY: runtime dev tools
runtime:
	@tests/tools/venv.sh requirements.lock

dev:
	@tests/tools/venv.sh requirements.lock tests/requirements.lock

tools: dev
	@tests/tools/pgtap.sh
	@tests/tools/brokers.sh
