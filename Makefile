# Every verb of this project; `make help` prints them. ARGS="..." is handed to the verb's command.
#
# .venv/ belongs to this file: a verb makes it when it is missing, and brings it up to date when
# a lock or pyproject.toml has changed. If that is interrupted, the next verb starts afresh.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test cover check page bench prove picture lock

PYTHON = python3
ARGS =
BIN = .venv/bin
RUNTIME = .venv/.made-runtime
DEV = .venv/.made-dev

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: $(RUNTIME) ## watch a fleet take more than it needs, and the monitors that notice
	$(BIN)/superorganism run just_in_case $(ARGS)

test: $(DEV) ## run every test, offline
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

cover: $(DEV) ## every branch of ledger, log, journal and resume, taken by a test
	$(BIN)/pytest -n 2 --dist loadgroup --cov --cov-report=term -q \
	  tests/memory tests/scenarios tests/orchestrator $(ARGS)

check: $(DEV) ## formatting, lint, types, import contracts; under a minute
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

page: $(RUNTIME) ## build the page from web/, and test it in a real browser; needs Node and Chromium
	cd web && npm ci --silent && npm run --silent types && npm run --silent check && npm test --silent
	cd web && npm run --silent build && npm run --silent browser

bench: $(DEV) ## what a turn costs, beside its floor
	$(BIN)/python -m benchmarks $(ARGS)

prove: $(DEV) ## the central claims at full size, as one table (long)
	$(BIN)/python -m benchmarks.lost
	$(BIN)/python -m benchmarks.horizons
	$(BIN)/python -m benchmarks.monitors --full
	$(BIN)/python -m benchmarks.prove $(ARGS)

picture: $(RUNTIME) ## draw docs/first_run.svg from a real run
	$(BIN)/superorganism run just_in_case --picture docs/first_run.svg $(ARGS)

lock: ## pin every dependency again; needs uv; ARGS=--upgrade moves to the newest
	uv pip compile $(LOCKING) --group build -o requirements.lock $(ARGS)
	uv pip compile $(LOCKING) --group dev -c requirements.lock -o requirements-dev.lock $(ARGS)

LOCKING = pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

$(RUNTIME): requirements.lock pyproject.toml
	$(call environment,requirements.lock)
	@touch $(RUNTIME)

$(DEV): requirements-dev.lock pyproject.toml
	$(call environment,requirements-dev.lock)
	@touch $(RUNTIME) $(DEV)

# $(call environment,LOCK): a working .venv with what LOCK pins, and this checkout in it.
define environment
	@set -e; \
	new_enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
	if [ -e .venv/.unfinished ] || ! .venv/bin/python -c "$$new_enough" 2>/dev/null; then \
	  rm -rf .venv; \
	  for name in "$(PYTHON)" python3.14 python3.13 python3.12 python3.11; do \
	    if "$$name" -c "$$new_enough" 2>/dev/null; then python=$$name; break; fi; \
	  done; \
	  if [ -z "$${python-}" ]; then \
	    echo "This needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1 || true)."; \
	    echo "Install one, or name the one to use: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; \
	    exit 1; \
	  fi >&2; \
	fi; \
	mkdir -p .venv; touch .venv/.unfinished; rm -f $(RUNTIME) $(DEV); \
	if command -v uv >/dev/null 2>&1; then \
	  echo "Making .venv from $(1) with uv"; \
	  [ -x $(BIN)/python ] || uv venv --quiet --allow-existing --python "$$python" .venv; \
	  install='uv pip install --quiet --python $(BIN)/python'; \
	else \
	  echo "Making .venv from $(1) with pip: a minute or two, seconds where uv is installed"; \
	  [ -x $(BIN)/python ] || "$$python" -m venv .venv; \
	  $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null; \
	  install='$(BIN)/python -m pip install --quiet --disable-pip-version-check'; \
	fi; \
	$$install --require-hashes -r $(1); \
	$$install --no-deps --no-build-isolation -e .; \
	rm -f .venv/.unfinished
endef
