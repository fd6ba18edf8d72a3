# `make` shows what there is; each target installs what it needs into .venv.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready
LOWEST := .venv-lowest

.DEFAULT_GOAL := help
.PHONY: help demo test test-lowest check bench schemas docs format constraints clean

help: ## show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all]" --group dev
	@$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"

demo: $(READY) ## deposit the example into the embedded archive
	$(BIN)/fairsubmit demo

test: $(READY) ## run the tests
	$(BIN)/python -m pytest

check: $(READY) ## lint, types, layers, schemas and docs in step
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/python -m fairsubmit.testing.generate --check

format: $(READY) ## format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas docs: $(READY) ## write the generated schemas and docs pages anew
	$(BIN)/python -m fairsubmit.testing.generate

test-lowest: pyproject.toml ## run the tests on the lowest versions allowed
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet "uv>=0.5"
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable ".[all]"
	$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --group dev
	$(LOWEST)/bin/python -m pytest -m "not slow"

bench: $(READY) ## measure against the peers, side by side (minutes; needs lftp)
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python benchmarks/run.py

constraints: ## pin the newest versions that pass, into constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable | grep -vE '^(-e|#)| @ ' > constraints.txt

clean: ## remove the environments
	$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('$(VENV)', '$(LOWEST)')]"
