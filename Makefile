# Two commands for a newcomer: `make demo`, `make test`. PYTHON and VENV can be overridden: make test PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEMO := demo
SEED ?= 7
STUDIES ?= 8
PYTEST_ARGS ?= -n auto
# what an installation depends on: the packages it needs, and the core that it compiles
INSTALLED_FROM := pyproject.toml hatch_build.py $(shell find deid_pipeline -name '*.pyx' -o -name '*.pxd')

.DEFAULT_GOAL := help
.PHONY: help demo test check format bench ui docs docker-lint compiled clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

# --- one stamp for each set of packages; all follow INSTALLED_FROM --------------------------------------------------
$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-core: $(INSTALLED_FROM) | $(BIN)/python
	@echo 'installing the package: about a minute'
	$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: $(INSTALLED_FROM) | $(BIN)/python
	@echo 'installing the package and what its tests need: about a minute'
	$(PIP) --editable '.[test]'
	@touch $(VENV)/.installed-core $@

$(VENV)/.installed-dev: $(INSTALLED_FROM) | $(BIN)/python
	@echo 'installing the package, its tests and the tools of `make check`: about a minute'
	$(PIP) --editable '.[test,dev]'
	@touch $(VENV)/.installed-core $(VENV)/.installed-test $@

$(VENV)/.installed-bench: $(INSTALLED_FROM) | $(BIN)/python
	@echo 'installing the package and what it is compared with: about a minute'
	$(PIP) --editable '.[test,bench]'
	@touch $(VENV)/.installed-core $(VENV)/.installed-test $@

# --- what people call -----------------------------------------------------------------------------------------------
demo: $(VENV)/.installed-core ## sample landing zone through the pipeline, with a report to look at
	@BIN=$(BIN) tools/demo.sh $(DEMO) $(STUDIES) $(SEED)

test: $(VENV)/.installed-test ## all tests, with coverage
	$(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=term

check: $(VENV)/.installed-dev ## format, lint, types, import contracts, sizes, docs tables
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/house.py deid_pipeline tools
	$(BIN)/python tools/docs_tables.py --check
	$(BIN)/python tools/docs_reference.py --check

format: $(VENV)/.installed-dev ## rewrite the code in the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(VENV)/.installed-core ## rewrite the README's tables from the code
	$(BIN)/python tools/docs_tables.py --write
	$(BIN)/python tools/docs_reference.py --write

bench: $(VENV)/.installed-bench ## measure speed on this machine: the pipeline, redaction, then headers against other tools
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.redaction
	$(BIN)/python -m benchmarks.headers
	$(BIN)/python -m benchmarks.headers --memory --made 1

ui: $(VENV)/.installed-core ## the demo's project in the browser, http://127.0.0.1:3000
	$(BIN)/deidp ui --config $(DEMO)/deid.yaml

compiled: | $(BIN)/python ## compile the core anew and show what the compiler says; needs what `make test` installs
	$(BIN)/python hatch_build.py

docker-lint: $(VENV)/.installed-dev ## lint the Dockerfile
	$(BIN)/hadolint Dockerfile

clean: ## remove the demo, the compiled core and what tools leave behind; the virtual environment stays
	find deid_pipeline -name '_*.so' -delete
	rm -f $(VENV)/.installed-*
	rm -rf $(DEMO) dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
