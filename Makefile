# Keepopen's commands. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
PYTEST := $(BIN)/python -m pytest

PORT_SERVICE ?= 8000
PORT_SANDBOX ?= 8001
PORT_NEWSPAPER ?= 8002

.PHONY: help setup demo demo-check test check lint types unit coverage browser test-cms openapi locks clean oracles bench-decide bench-widget bench-webhooks bench-exports bench-ledger

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.runtime ## Set up what the service needs, into .venv

demo: .venv/.runtime ## Run the service, its worker, the Stripe sandbox and a demo newspaper
	@PORT_SERVICE=$(PORT_SERVICE) PORT_SANDBOX=$(PORT_SANDBOX) PORT_NEWSPAPER=$(PORT_NEWSPAPER) $(BIN)/python -m service.demo

demo-check: .venv/.runtime ## Walk the demo's journey over HTTP and check every step
	@$(BIN)/python -m service.demo --check

test: .venv/.dev ## Set up and run every check and test
	$(MAKE) -j2 lint types unit
	$(MAKE) browser

check: test ## The same as test

lint: .venv/.dev ## Style, banned imports, complexity
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev ## Types, strictly
	$(BIN)/mypy

unit: .venv/.dev ## Every test but those in a browser
	$(PYTEST) --ignore tests/browser -m "not cms" -n 3 --dist loadfile

coverage: .venv/.dev ## The same, and which lines and branches no test ran
	$(BIN)/coverage erase
	$(PYTEST) --ignore tests/browser -m "not cms" -n 2 --dist loadfile --cov --cov-report=
	$(BIN)/coverage report | tail -n 40

browser: .venv/.dev ## The tests in headless Chromium; screenshots land in artefacts/
	$(PYTEST) tests/browser -n 2 --dist loadfile || { echo "Once more, what failed, one at a time:"; $(PYTEST) tests/browser --last-failed; }

test-cms: .venv/.dev ## The WordPress plugin in a WordPress from Debian's packages, and the snippets for other systems
	$(PYTEST) tests/cms -rs

bench-decide: .venv/.dev ## What a decision costs, beside a bare Flask route on the same server
	$(BIN)/python -m infra.bench.decide

bench-widget: .venv/.dev ## What the widget weighs and does to a page
	$(BIN)/python -m tests.browser.bench_widget

bench-webhooks: .venv/.dev ## Acknowledging webhooks, beside a bare route with one committed insert; a burst into the ledger
	$(BIN)/python -m infra.bench.webhooks

bench-exports: .venv/.dev ## A million contributions as CSV, beside PostgreSQL's own COPY
	$(BIN)/python -m infra.bench.exports

bench-ledger: .venv/.dev ## Posting 100,000 balance transactions, and a trial balance over ten million postings
	$(BIN)/python -m infra.bench.ledger

oracles: ## Stripe's own command line and types, which the sandbox is held against (needs npm)
	npm install --no-save --ignore-scripts --no-audit --no-fund --silent --prefix tests/stripe_sandbox/oracles

openapi: .venv/.dev ## Write the OpenAPI snapshot anew
	$(BIN)/python -m tests.contract.snapshot

locks: .venv/.dev ## Pin the newest allowed versions with hashes; names no package index
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock

clean: ## Stop a left-over demo database and forget everything the demo and the tests made
	@test ! -x $(BIN)/python || $(BIN)/python -m service.demo --forget || true
	rm -rf var artefacts .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Keepopen needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is incomplete here (on Debian: apt install python3-venv)" >&2; rm -rf .venv; exit 1; }

.venv/.runtime: requirements.lock | .venv/bin/python
	@echo "Installing what the service needs into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock | .venv/bin/python
	@echo "Installing what the tests need into .venv ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ .venv/.runtime
