# The commands of this project. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test lint format install lock model route-report soak bench clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: .venv/demo.stamp ## Start everything on this machine (PORT=8000); Ctrl-C ends it
	@$(BIN)/python -m bot run

test: .venv/dev.stamp ## Run all tests, on SQLite, PostgreSQL and Valkey
	@$(BIN)/python -m pytest

lint: .venv/dev.stamp ## Check style, types, the walls between the rooms, catalogs and texts
	$(BIN)/ruff check bot tests worker.py
	$(BIN)/ruff format --check bot tests worker.py
	$(BIN)/mypy bot worker.py
	$(BIN)/python -m pytest -q tests/test_architecture.py
	$(BIN)/python -m bot content check

format: .venv/dev.stamp ## Lay the code out
	$(BIN)/ruff check --fix --quiet bot tests worker.py || true
	$(BIN)/ruff format bot tests worker.py

model: .venv/dev.stamp ## Make the ranker anew after a change of words or examples
	@$(BIN)/python -m bot content train

route-report: .venv/dev.stamp ## Write docs/routing.md: how well texts are understood
	@$(BIN)/python -m tests.routing.report

soak: .venv/dev.stamp ## Storm for minutes: texts leave (SOAK_TEXTS=2000) while everything is killed; 1 on a loss or a double
	@$(BIN)/python -m tests.storm.soak --write docs/soak.md

bench: .venv/bench.stamp ## Write docs/benchmarks.md: speed and size against the goals and against Celery, RQ and bare Flask
	@$(BIN)/python -m tests.bench

install: .venv/demo.stamp ## Make .venv with the `chemoline` command

lock: .venv/dev.stamp ## Pin all dependencies anew, with hashes
	$(PIP) install uv
	$(BIN)/uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra demo -c requirements.txt pyproject.toml -o .ci/requirements-demo.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.txt pyproject.toml -o .ci/requirements-dev.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra bench -c requirements.txt pyproject.toml -o .ci/requirements-bench.txt

clean: ## Remove .venv; var/, where the data is, stays
	rm -rf .venv

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 run") if sys.version_info < (3, 11) else None'
	@echo "Installing into .venv (once, about a minute) ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/demo.stamp: .venv/python.stamp .ci/requirements-demo.txt pyproject.toml
	@$(PIP) install --require-hashes -r .ci/requirements-demo.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/demo.stamp .ci/requirements-dev.txt
	@$(PIP) install --require-hashes -r .ci/requirements-dev.txt
	@touch $@

.venv/bench.stamp: .venv/dev.stamp .ci/requirements-bench.txt
	@$(PIP) install --require-hashes -r .ci/requirements-bench.txt
	@touch $@
