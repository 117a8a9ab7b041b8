# Needs only Python (3.11 or newer, with venv) and make. No Docker, Node, Redis or root.
PYTHON ?= python3
PORT ?= 8000
NAME ?= 127.0.0.1
CLUSTER_PORT ?= 8443
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset pdf test lint promises bench soak cluster faults

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: .venv/.runtime ## Serve the example organisations on 127.0.0.1 (PORT=8000; NAME=localhost for passkeys)
	@$(BIN)/python manage.py demo --port $(PORT) --name $(NAME)

demo-reset: .venv/.runtime ## Throw the example data away and start over
	@$(BIN)/python manage.py demo --port $(PORT) --name $(NAME) --reset

pdf: .venv/.runtime ## Install what makes reports as PDF (large, so it is an extra)
	@$(PIP) -r requirements-pdf.lock

test: .venv/.dev ## Run the tests: SQLite always, PostgreSQL with Redis and Chromium where found
	@tests/run.sh

faults: .venv/.dev ## Only the faults of `make test`: kill, stop and hang what a cluster stands on (PostgreSQL, Redis and nginx needed)
	@$(BIN)/python -m pytest tests/faults

lint: .venv/.dev ## Check style, types, layers, migrations and translations
	@tests/lint.sh

promises: .venv/.dev ## List the promises of the requirements and which tests show them
	@$(BIN)/python -m tests.promises

cluster: .venv/.dev ## Start the production shape on this machine, from its PostgreSQL, Redis and nginx (CLUSTER_PORT=8443)
	@$(BIN)/python -m deploy.cluster --port $(CLUSTER_PORT)

soak: .venv/.dev ## Every test that has a long form, in that form: faults for half an hour and more (PostgreSQL, Redis and nginx needed)
	@SOAK=1 $(BIN)/python -m pytest -s $$(grep -rl SOAK --include='test_*.py' tests | grep -v tests/faults) tests/faults

bench: .venv/.dev ## Measure how fast it is beside the usual way (PostgreSQL and Redis needed; ONLY="W1 W3")
	@$(BIN)/python -m bench $(ONLY)

.venv/.runtime: requirements.lock
	@$(MAKE) --no-print-directory .venv-ready
	@echo "Installing what the program needs; this takes a minute the first time."
	@$(PIP) -r requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock requirements.lock
	@$(MAKE) --no-print-directory .venv-ready
	@echo "Installing what the program and its tests need; this takes a minute the first time."
	@$(PIP) -r requirements-dev.lock
	@touch .venv/.runtime $@

.PHONY: .venv-ready
.venv-ready:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; $(PYTHON) is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12")'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "Python could not make an environment. Its venv module may be missing (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
