# Zicht. `make run` starts it, `make test` proves it, `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
CATALOGUE := app/translations/nl/LC_MESSAGES/messages
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.PHONY: help run test bench lint lock
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

run: .venv/installed $(CATALOGUE).mo ## start web and scheduler on http://127.0.0.1:8000 (HOST and PORT change it)
	@exec $(BIN)/python wsgi.py --make-ready

test: .venv/installed-tests $(CATALOGUE).mo ## the whole suite, on SQLite and PostgreSQL, and in a browser
	@$(BIN)/python -m tests.suite

bench: .venv/installed-bench $(CATALOGUE).mo ## all benchmarks, as a table
	@$(BIN)/flask --app wsgi bench

lint: .venv/installed-tests ## style and doors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

lock: .venv/installed-tests ## remake the pinned requirements, with hashes
	@$(BIN)/python -m pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-find-links -o requirements.txt requirements.in
	@cd tests && ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-find-links -o requirements.txt requirements.in
	@cd tests/bench && ../../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-find-links \
		-o requirements.txt requirements.in

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Zicht needs Python 3.11 or newer: sudo apt install python3 (or: make PYTHON=python3.12 ...)'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'Zicht needs the module venv: sudo apt install python3-venv'; exit 1; }
	@echo 'Making .venv ...'
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.txt | .venv/bin/python
	@echo 'Installing the pinned requirements ...'
	@$(PIP) -r requirements.txt
	@touch $@

.venv/installed-tests: tests/requirements.txt .venv/installed
	@$(PIP) -r tests/requirements.txt
	@touch $@

.venv/installed-bench: tests/bench/requirements.txt .venv/installed-tests
	@$(PIP) -r tests/bench/requirements.txt
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po | .venv/installed
	@$(BIN)/python -c 'import sys; from babel.messages import mofile, pofile; \
		mofile.write_mo(open(sys.argv[2], "wb"), pofile.read_po(open(sys.argv[1], "rb"), locale="nl"))' $< $@
