# Everything is set up inside the checkout, in .venv, by stock pip. Each target can be run again and again.
PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-models test-slow check clean

help:
	@echo "make demo               the whole way: programs, traces, verdicts, rationales, students, report"
	@echo "make demo ARGS=--quick  the same, smaller"
	@echo "make test               the tests that need no download of weights"
	@echo "make test-models        the tests that need weights (downloads them)"
	@echo "make test-slow          the tests that take minutes"
	@echo "make check              all that is checked before a change is taken"
	@echo "make setup              only the virtual environment, in $(VENV)"

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml
	@echo "== setting up $(VENV) (several GB the first time)"
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("vpd needs Python 3.11 or later; set PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all]'
	@touch $@

demo: setup
	$(BIN)/vpd demo $(ARGS)

test: setup
	$(BIN)/python -m pytest -q -n 2 $(ARGS)

test-models: setup
	$(BIN)/python -m pytest -q -m models -rs $(ARGS)

test-slow: setup
	$(BIN)/python -m pytest -q -m slow -rs $(ARGS)

check: setup
	PATH="$(CURDIR)/$(BIN):$$PATH" .ci/run

clean:
	rm -rf $(VENV) build dist *.egg-info
