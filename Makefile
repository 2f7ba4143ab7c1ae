# Everything is set up inside .venv and build/; nothing is installed outside this folder.
SHELL := /bin/bash
.DEFAULT_GOAL := help
ENV ?= dev
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
PACK := policies/packs/standards

# Bytecode is cached under build/, also where the environment forbids to write it beside the sources (containers
# do): without a cache every preview compiles some 800 modules anew, in four processes.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache

.PHONY: help setup preview up demo down test check fmt lint types docs docs-check lock lock-check coverage crash mutate flood bench clean

help: ## Show the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

setup: $(STAMP) ## Create .venv from the hashed lock and install the project into it.

# Functions of the local cloud import the AWS SDK from here, each in a process of its own that no variable reaches.
SDK := $(addprefix .venv/lib/python*/site-packages/,boto3 botocore s3transfer jmespath urllib3 dateutil six.py)

# pip installs uv from its own pin in the lock, uv installs the rest: eight seconds instead of a hundred.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + ". Set PYTHON=<path>.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	awk '/^uv==/ {p = 1; print; next} p && /^ / {print; next} {p = 0}' requirements.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	env -u PYTHONPYCACHEPREFIX $(BIN)/python -m compileall -q $(SDK)
	touch $@

preview: $(STAMP) ## Preview one environment with the standards pack (ENV=dev|prod|sandbox).
	@$(BIN)/pavedroad preview --stack $(ENV) --policy-pack $(PACK)

up demo down: ENV := sandbox

up: $(STAMP) ## Bring an environment up in the local cloud (ENV=sandbox|dev|prod).
	@$(BIN)/pavedroad up --stack $(ENV) --policy-pack $(PACK) --yes

demo: $(STAMP) ## Send orders through the system that is up, and show what became of them.
	@$(BIN)/python -m demos.order_processing $(ENV)

down: $(STAMP) ## Delete what is up, and stop the local cloud.
	@$(BIN)/pavedroad destroy --stack $(ENV) --yes
	@$(BIN)/pavedroad cloud stop

# Tests of one running system stand in a group, so that one worker brings it up once.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup
# They wait for messages and retries more than they compute: two workers more than there are processors.
PYTEST_CLOUD := $(BIN)/python -m pytest -n $(shell expr $$(nproc 2>/dev/null || echo 2) + 2) --dist loadgroup

test: $(STAMP) ## Run all tests.
	$(PYTEST)

check: $(STAMP) lock-check ## Everything that must be green: format, lint, types, tests, docs, lock.
	$(MAKE) --jobs --output-sync lint types docs-check
	$(MAKE) coverage
	$(PYTEST) $(OTHER_UNITS) tests/engine tests/program tests/benchmarks
	$(PYTEST_CLOUD) tests/cloud

fmt: $(STAMP) ## Rewrite the sources in the house format.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(STAMP) ## Report format and lint findings; changes nothing.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP) ## Strict type check.
	$(BIN)/basedpyright

# Measured is what users build on. Tests of the sandbox, and those that start other processes, run without: measuring
# doubles the time of a test.
OTHER_UNITS := tests/unit/cloud tests/unit/command tests/unit/provider
MEASURED := $(filter-out $(OTHER_UNITS),$(wildcard tests/unit/*)) tests/contract tests/policies

coverage: $(STAMP) ## Run the tests of what users build on, with branch coverage of at least 95 %.
	$(BIN)/python -m pytest -n auto --cov --cov-report=term $(MEASURED)

docs: $(STAMP) ## Regenerate the generated pages.
	$(BIN)/pavedroad settings schema > docs/settings.schema.json
	$(BIN)/pavedroad settings docs > docs/configuration.md
	$(BIN)/pavedroad rules docs > docs/guardrails.md

docs-check: $(STAMP) ## Fail when a generated page is out of date.
	@diff <($(BIN)/pavedroad settings schema) docs/settings.schema.json && \
	diff <($(BIN)/pavedroad settings docs) docs/configuration.md && \
	diff <($(BIN)/pavedroad rules docs) docs/guardrails.md || { echo "Generated pages are out of date: run 'make docs'."; exit 1; }

COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --universal --no-emit-index-url --no-header --group dev pyproject.toml

lock: $(STAMP) ## Resolve the dependencies anew into requirements.lock.
	$(COMPILE) --upgrade -o requirements.lock

# The pins that are there are kept when pyproject.toml still allows them, so a new release elsewhere changes nothing.
lock-check: $(STAMP) ## Fail when requirements.lock does not match pyproject.toml.
	@mkdir -p build && cp requirements.lock build/requirements.lock
	@$(COMPILE) --offline -o build/requirements.lock >/dev/null 2>&1 || $(COMPILE) -o build/requirements.lock >/dev/null
	@diff -q requirements.lock build/requirements.lock >/dev/null || { echo "requirements.lock does not match pyproject.toml: run 'make lock'."; exit 1; }

crash: $(STAMP) ## Kill engine, provider and program at 200 points; every resource must exist exactly once.
	PAVEDROAD_CRASH_POINTS=200 $(BIN)/python -m pytest -n 2 tests/engine/test_state.py -k killed

mutate: $(STAMP) ## Take every single grant away from every role; each must be missed by a denial.
	PAVEDROAD_MUTATIONS=all $(BIN)/python -m pytest -n 0 -s tests/cloud/test_order_grants.py tests/cloud/test_order_policies.py

flood: $(STAMP) ## Send 500 orders at once, and 2,000 with 5 % of all calls failing; none may be lost.
	PAVEDROAD_ORDERS=500 PAVEDROAD_FLOOD=2000 $(BIN)/python -m pytest -n 0 -s tests/cloud/test_order_flood.py tests/cloud/test_order_processing.py -k "no_order_is_lost or many_orders"

bench: $(STAMP) ## Print the figures of all benchmarks.
	PAVEDROAD_RESOURCES="7 400 2000" PAVEDROAD_ROUNDS=5 $(BIN)/python -m pytest -n 0 -s tests/benchmarks

clean: ## Remove everything that the targets made.
	rm -rf .venv build .pavedroad .pytest_cache .ruff_cache .hypothesis .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
