# Everything a fresh checkout needs: python3 (3.11 or newer, with venv), make and g++.
PYTHON ?= python3
TORCH ?= torch==2.13.0
WORKERS ?= 2
QUICK := tests/hw tests/ir tests/ops tests/report tests/test_layers.py tests/test_documents.py

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-slow test-gpu check lint clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP) ## make the environment in .venv, with the litho command in it

# torch goes first, on its own: with it there the rest adds no CUDA package.
$(STAMP): pyproject.toml $(wildcard src/litho/kernels/*.cpp src/litho/kernels/*.h)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) must be Python 3.11 or newer; give another: make PYTHON=python3.12" >&2; exit 2; }
	@command -v g++ >/dev/null || \
	  { echo "g++ must be on PATH to build simulators; apt-get install g++" >&2; exit 3; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[torch,tasks,text,tools,bench,plots,dev]'
	@touch $@

demo: setup ## train, quantize, emit, prove and place a network for handwritten digits
	$(BIN)/litho run configs/digits_mlp.toml

test: setup ## the tests that fit a coffee break
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow and not gpu"

test-slow: setup ## the tests that take longer
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow and not gpu"

test-gpu: setup ## the tests that need a CUDA device; each skips with the reason where there is none
	$(BIN)/python -m pytest -m gpu || test $$? -eq 5  # 5: there is no such test yet

check: lint ## what must pass before a commit: lint and the quick tests
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "not slow and not gpu" $(QUICK)

lint: setup ## Python, C++ and SystemVerilog, without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/python -m pytest -q -n $(WORKERS) -k lint tests/conformance tests/sim/test_harness.py

clean: ## remove what make and the tests made; the environment stays
	rm -rf build dist runs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +
