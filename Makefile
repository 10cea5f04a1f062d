# Keepopen's commands. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

PORT_SERVICE ?= 8000
PORT_SANDBOX ?= 8001
PORT_NEWSPAPER ?= 8002

# The lock files are complete and every package has a wheel, so pip resolves nothing and builds nothing: a later release of any
# package changes nothing. pip uses the index or mirror of its own configuration, but must not install elsewhere because of it:
# --no-user, the empty --target and `unexport` see to that. Only Intel Macs build a package, cryptography, which needs Rust.
unexport PIP_CONSTRAINT PIP_DRY_RUN PIP_PREFIX PIP_PYTHON PIP_ROOT
PIP := $(BIN)/python -I -m pip --disable-pip-version-check
WHEELS := $(if $(filter Darwin-x86_64,$(shell uname -s)-$(shell uname -m)),,--only-binary :all:)
INSTALL := $(PIP) install --quiet --no-deps --require-hashes $(WHEELS) --no-user --target=
CONSOLE := service/console/static/vendor/.taken
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --only-binary :all: --no-header

# Without bytecode every test process and every program that a test starts would compile the service again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo demo-check test check lint types unit unit-long audit coverage browser test-cms test-infra rehearsal openapi locks clean oracles bench-lanes bench-decide bench-widget bench-webhooks bench-exports bench-ledger bench-console always

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(CONSOLE) $(BIN)/keepopen ## Install what the service needs into .venv

demo: $(CONSOLE) ## Run the service, its worker, a Stripe sandbox and a demo newspaper on this machine
	@PORT_SERVICE=$(PORT_SERVICE) PORT_SANDBOX=$(PORT_SANDBOX) PORT_NEWSPAPER=$(PORT_NEWSPAPER) $(BIN)/python -m service.demo

demo-check: $(CONSOLE) ## Go through the demo over HTTP, from an article to the exported CSV, and check every step
	@$(BIN)/python -m service.demo --check

test: .venv/.dev ## Install what the tests need and run all of lint, types, unit and browser
	$(MAKE) -j2 lint types unit
	$(MAKE) browser

check: test ## Do what `make test` does

lint: .venv/.dev ## Check style, banned imports and complexity with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev ## Check the type hints with mypy in strict mode
	$(BIN)/mypy

unit: .venv/.dev ## Run every test except the browser tests
	$(PYTEST) --ignore tests/browser -m "not cms and not infra" -n 4 --dist worksteal

unit-long: .venv/.dev ## Run the unit tests, with many more examples in the largest property tests
	KEEPOPEN_LONG_RUN=1 $(MAKE) unit

coverage: .venv/.dev ## Run the unit tests and report how much of every file they leave untested
	$(BIN)/coverage erase
	$(PYTEST) --ignore tests/browser -m "not cms and not infra" -n 2 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report | tail -n 40

browser: .venv/.dev ## Run the tests in headless Chromium and save screenshots in artefacts/
	$(PYTEST) tests/browser -n 3 --dist loadfile || { echo "Running the failed tests again, one at a time:"; $(PYTEST) tests/browser --last-failed; }

test-cms: .venv/.dev ## Run the WordPress plugin in a real WordPress, and the snippets for other systems
	$(PYTEST) tests/cms -rs

test-infra: .venv/.dev .venv-infra/.installed ## Check the image, compose, units, proxies, chart, alerts and dashboard with their own programs
	$(PYTEST) tests/infra -rs

audit: ## Look the locked packages up among known vulnerabilities, if pip-audit is installed
	@if command -v pip-audit >/dev/null; then pip-audit --require-hashes --disable-pip -r requirements.lock -r requirements-dev.lock; \
	else echo "pip-audit is not installed: no package was looked up"; fi

rehearsal: .venv/.dev .venv-rehearsal/.installed ## Kill parts of a whole installation under load, upgrade it, and check that nothing is lost (needs nginx)
	$(BIN)/python -m infra.rehearsal $(REHEARSAL)

bench-decide: .venv/.dev ## Measure decisions on traffic like life and in a steady case, beside a bare Flask route
	$(BIN)/python -m infra.bench.lifelike
	$(BIN)/python -m infra.bench.decide

bench-lanes: .venv/.dev ## Measure decisions while callers, Stripe, PostgreSQL and exports are slow
	$(BIN)/python -m infra.bench.lanes

bench-widget: .venv/.dev ## Measure the size of the widget and how much it slows a page
	$(BIN)/python -m tests.browser.bench_widget

bench-webhooks: .venv/.dev ## Measure how fast webhooks are answered and a burst of them reaches the ledger
	$(BIN)/python -m infra.bench.webhooks

bench-exports: .venv/.dev ## Export a million contributions as CSV and compare the speed with PostgreSQL's COPY
	$(BIN)/python -m infra.bench.exports

bench-ledger: .venv/.dev ## Post 100,000 balance transactions and compute a trial balance of ten million postings
	$(BIN)/python -m infra.bench.ledger

bench-console: .venv/.dev ## Open every page of the staff console with 200 campaigns and 100,000 contributions, and measure it
	$(BIN)/python -m infra.bench.console

oracles: ## Install Stripe's command line and types, which check the sandbox (needs npm)
	npm install --no-save --ignore-scripts --no-audit --no-fund --silent --prefix tests/stripe_sandbox/oracles

openapi: .venv/.dev ## Write docs/openapi.json from the code of the API
	$(BIN)/python -m tests.contract.snapshot

locks: .venv/.dev ## Lock the newest allowed version of every package, with hashes
	$(COMPILE) --upgrade pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) --upgrade --group infra -o infra/checks/requirements.lock
	$(filter-out --only-binary :all:,$(COMPILE)) --upgrade --group rehearsal -o infra/rehearsal/requirements.lock

clean: ## Stop the demo's database and delete what the demo and the tests wrote
	@test ! -x $(BIN)/python || $(BIN)/python -m service.demo --forget || true
	rm -rf var demo-data artefacts .coverage* .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A .venv that somebody built by hand is used as it is. It is built again if its Python or pip does not start, or if
# its last installation did not finish: a package may then be half there, and pip would not notice.
.venv/.created: always
	@test ! -e .venv/.installing && $(BIN)/python -I -c 'import pip' 2>/dev/null || { $(create); }
	@test -e $@ || touch $@

define create
$(PYTHON) -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Keepopen needs Python 3.11 or newer. Name one with PYTHON=..." >&2; exit 1; }; \
$(PYTHON) -I -m venv --clear .venv || \
	{ echo "The venv module of $(PYTHON) is incomplete. On Debian: apt install python3-venv" >&2; exit 1; }
endef

define install
	@touch .venv/.installing
	@$(INSTALL) -r $< && $(PIP) check && $(PIP) show --quiet $$(sed -n '1s/[^a-z0-9-].*//p' $<) || \
		{ echo "The installation did not finish. Run make again: it starts with an empty .venv." >&2; exit 1; }
	@rm .venv/.installing
	@touch $@
endef

.venv/.runtime: requirements.lock .venv/.created
	@echo "Installing what the service needs into .venv ..."
	$(install)

.venv/.dev: requirements-dev.lock .venv/.runtime $(CONSOLE)
	@echo "Installing what the tests need into .venv ..."
	$(install)

# The command `keepopen`: it finds the service wherever it is called from.
$(BIN)/keepopen: .venv/.runtime
	@printf '%s\n' '#!$(CURDIR)/$(BIN)/python' 'import sys' 'sys.path.insert(0, "$(CURDIR)")' \
		'from service.operations.__main__ import main' 'main()' > $@
	@chmod 755 $@

# The console takes single files from these packages; their Python is not installed.
$(CONSOLE): service/console/assets.lock service/console/assets.py .venv/.runtime
	@$(PIP) install --quiet --no-deps --require-hashes $(WHEELS) --no-user --upgrade --target .venv/console -r $<
	@$(BIN)/python -m service.console.assets .venv/console
	@touch $@

# The programs that check infra/, and those of the rehearsal, are in environments of their own, because the service and its
# tests never import them. Two packages that Patroni needs have no wheel.
.venv-infra/.installed: infra/checks/requirements.lock
.venv-rehearsal/.installed: infra/rehearsal/requirements.lock
.venv-rehearsal/.installed: SOURCES := python-etcd ydiff
.venv-infra/.installed .venv-rehearsal/.installed:
	@echo "Installing $< into $(@D) ..."
	@rm -f $@
	@$(PYTHON) -I -m venv $(@D)
	@$(@D)/bin/python -I -m pip --disable-pip-version-check install --quiet --no-deps --require-hashes --only-binary :all: $(addprefix --no-binary=,$(SOURCES)) -r $<
	@touch $@
