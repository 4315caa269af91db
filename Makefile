# Two commands do everything on a machine that has Python 3.11+ and git: `make serve` and `make test`.
PYTHON ?= $(shell .ci/pythons --any)
VENV ?= .venv
ARGS ?=
BIN = $(VENV)/bin

.PHONY: help serve test test-one lint bench slow notebooks data constraints clean

help:
	@echo "make serve   the floor on its demo region (ARGS=... go to watchfloor serve)"
	@echo "make test    all tests, on Python 3.11 and 3.13 where both are found"
	@echo "make lint    ruff, mypy and the rooms' import rules"
	@echo "make bench   the benchmarks; make slow: the tests that take minutes"
	@echo "make data    make the shipped data again"

serve: $(VENV)/.watchfloor
	@$(BIN)/watchfloor serve $(ARGS)

$(VENV)/.watchfloor: pyproject.toml
	@.ci/venv "$(PYTHON)" "$(VENV)"

test:
	@.ci/test $(ARGS)

lint:
	@.ci/venv "$(PYTHON)" "$(VENV)" "[dev]"
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench:
	@.ci/venv "$(PYTHON)" "$(VENV)" "[dev]"
	@for script in tests/bench/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

slow:
	@.ci/venv "$(PYTHON)" "$(VENV)" "[dev]"
	$(BIN)/python -m pytest -q -m slow --timeout=3600 $(ARGS)

data:
	@.ci/venv "$(PYTHON)" "$(VENV)" "[dev]"
	$(BIN)/python data_samples/demo/make.py

constraints:
	@.ci/pin

clean:
	rm -rf $(VENV) .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
