# All that is needed: make, and Python 3.11 or later with its venv module.
PYTHON ?= python3
VENV := .venv

.PHONY: help run test format lock wheels
.DEFAULT_GOAL := help

help:
	@echo "make run     run the site (PORT=8001 for another port than 8000)"
	@echo "make test    run every check and test"
	@echo "make format  bring code and templates into the house style"
	@echo "make lock    write the requirements files anew, from pyproject.toml"
	@echo "make wheels  fetch what the site needs into var/wheels, to install it where there is no network"

run: $(VENV)/installed
	@$(VENV)/bin/python -m config.run

test: $(VENV)/installed-tests
	@tests/run

format: $(VENV)/installed-tests
	@$(VENV)/bin/ruff check -q --fix . ; $(VENV)/bin/ruff format -q .
	@git ls-files '*.html' | xargs $(VENV)/bin/djade --target-version 5.2 || true

# Versions already in the files stay, unless pyproject.toml says otherwise. Each file is whole by itself.
LOCK := $(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" pyproject.toml
lock: $(VENV)/bin/uv
	@$(LOCK) -o requirements.txt
	@$(LOCK) --extra several -c requirements.txt -o requirements-several.txt
	@$(LOCK) --extra several --extra tests -c requirements-several.txt -o tests/requirements.txt

wheels: | $(VENV)/bin/python
	@$(VENV)/bin/python -m pip download -q --disable-pip-version-check --only-binary :all: --require-hashes \
		-r requirements-several.txt -d var/wheels

$(VENV)/bin/uv:
	@$(MAKE) -s $(VENV)/installed-tests

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the site needs…"
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/installed-tests: tests/requirements.txt | $(VENV)/bin/python
	@echo "Installing what the tests need…"
	@$(VENV)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/installed

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or later, or name it: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is $$($(PYTHON) -V 2>&1); 3.11 or later is needed. Name it: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
