# Everything a contributor runs, on any machine that has Python 3.11 or later and make. `make help` lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Stamps say that the environment agrees with its lock, so that a repeated run costs nothing.
CREATED := $(VENV)/.created
RUNTIME := $(VENV)/.runtime
DEVELOPMENT := $(VENV)/.development

# As many processes as there are cores, each with a home, a database and an engine of its own.
PYTEST := $(BIN)/python -m pytest -rs --numprocesses=auto --maxprocesses=4 --dist=worksteal

# What our own database has a part in runs on both that there are; statements of callers run in DuckDB alone.
ON_POSTGRESQL := VOYANT_TEST_DATABASE=postgresql $(PYTEST) -m "not slow" \
	tests/api/test_database_away.py tests/durable/test_database_away.py tests/durable/test_jobs.py \
	tests/durable/test_workers.py tests/lake/test_catalog.py tests/server tests/services tests/store \
	tests/workflows \
	--ignore=tests/services/test_sql.py

DEMO := examples/orders/orders.csv.gz

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup develop demo serve test test-full check format docs examples picture bench lock clean

help: ## List these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(RUNTIME) ## Create .venv with the voyant command in it

develop: $(DEVELOPMENT) ## The same, with the tools that check and test

demo: $(RUNTIME) ## Analyse a year of a retailer's real orders and open the way to the report
	@$(BIN)/voyant analyze $(DEMO)

serve: $(RUNTIME) ## Start REST, MCP, a worker and the engine that keeps jobs, on this machine
	@$(BIN)/voyant serve

test: $(DEVELOPMENT) ## Run the tests, without the slow ones
	$(PYTEST) -m "not slow"

test-full: $(DEVELOPMENT) ## Run every test, those of our own database on PostgreSQL as well
	$(PYTEST)
	$(ON_POSTGRESQL)

check: $(DEVELOPMENT) ## Lint, types, directions of imports, doctests, generated docs up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -p tests.conftest --doctest-modules voyant
	$(BIN)/python -m tools.reference --check

format: $(DEVELOPMENT) ## Format the code and fix what the linter can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEVELOPMENT) ## Write docs/reference from the code
	$(BIN)/python -m tools.reference

examples: $(DEVELOPMENT) ## Analyse the examples again and write their pages
	$(BIN)/python -m tools.examples

picture: $(DEVELOPMENT) ## The same, and take the README's picture of a report (needs Chromium)
	$(BIN)/python -m tools.examples --picture

bench: $(DEVELOPMENT) ## Measure speed and memory side by side with other tools
	$(BIN)/python -m benchmarks

lock: $(DEVELOPMENT) ## Resolve the newest versions allowed and write both lock files
	$(BIN)/python -m tools.lock

clean: ## Remove the environment and every cache
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Voyant needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is incomplete here; on Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(RUNTIME): requirements.lock requirements-pip.lock pyproject.toml | $(CREATED)
	@echo "Installing Voyant into $(VENV) …"
	@$(PIP) install --require-hashes --requirement requirements-pip.lock
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q voyant
	@touch $@

$(DEVELOPMENT): requirements-dev.lock $(RUNTIME)
	@echo "Installing the tools of development …"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
