# Every target sets up what it needs, in .venv and nowhere else; what is set up already is not done again and needs no
# network. `make` alone lists the targets.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# What a surrounding shell has active must not leak into ours.
unexport VIRTUAL_ENV
unexport PYTHONPATH
unexport PYTHONHOME
unexport PYTHONSAFEPATH
unexport PIP_TARGET
unexport PIP_PREFIX
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_USER := 0
export PIP_REQUIRE_VIRTUALENV := 0

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python

# The Python a new .venv is made with: the first of these that is 3.11 or newer. `make PYTHON=/path/to/python test` chooses.
SUPPORTED := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c '$(SUPPORTED)' 2>/dev/null && { echo $$p; break; }; done)

# The versions that were tried together: installs are held to them, whatever has been published since.
CONSTRAINTS := .ci/constraints.txt

JOBS ?= auto
ARGS ?=

# The native libraries WeasyPrint loads; and what some tests hold us against: poppler's pdfsig and pdftoppm, a token in
# software, a PostgreSQL server (the tests start one of their own; Debian keeps its programs off the path), and
# LibreOffice without its windows (some 90 MB to load and 270 MB on disk), which opens the workbooks that we patch.
APT_NATIVE := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
APT_WITNESSES := poppler-utils softhsm2 postgresql libreoffice-calc-nogui
APT_INSTALL := export DEBIAN_FRONTEND=noninteractive; apt-get update -q && apt-get install -y -q --no-install-recommends
MAY_APT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1

# A .venv whose interpreter is gone, or that was copied here from another folder (it would run that folder's code), is
# made anew. Three stamps say how far a good one has come; two of them are the pyproject.toml they were installed from.
HOME_STAMP := $(VENV)/.made-for
RUN_STAMP := $(VENV)/.installed.toml
DEV_STAMP := $(VENV)/.installed-dev.toml
NATIVE_STAMP := $(VENV)/.native-libraries
WITNESS_STAMP := $(VENV)/.witnesses
ifneq ($(wildcard $(VENV)),)
STALE := $(shell \
	if ! $(PY) -c '$(SUPPORTED)' 2>/dev/null; then echo stale; \
	elif [ -e $(HOME_STAMP) ] && [ "$$(cat $(HOME_STAMP))" != "$(CURDIR)" ]; then echo stale; fi)
endif

.PHONY: help
help:  ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

# --- using it ----------------------------------------------------------------------------------------------------------

.PHONY: demo real-model bench
demo: $(RUN_STAMP) $(NATIVE_STAMP)  ## the whole line once: run, report, signature, verification
	@$(BIN)/govkit demo $(ARGS)

real-model: $(RUN_STAMP) $(NATIVE_STAMP)  ## the protocol against a small real language model on this machine
	@$(PY) -m benchmarks.real_model $(ARGS)

bench: $(RUN_STAMP) $(NATIVE_STAMP)  ## measure govkit against a bare litellm loop (docs/benchmarks.md)
	@$(PY) benchmarks/runner.py $(ARGS)

# --- keeping it good ---------------------------------------------------------------------------------------------------

.PHONY: setup test check static format
setup: $(DEV_STAMP) $(NATIVE_STAMP) $(WITNESS_STAMP)  ## only set up what the tests need

test: setup  ## all tests, in random order
	@$(PY) -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

check: static test  ## static and test: what must hold before a change is handed in

static: $(DEV_STAMP)  ## format, lint, types, layers
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(DEV_STAMP)  ## put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: wheel constraints clean
wheel: $(RUN_STAMP)  ## build the wheel into dist/
	@rm -rf dist
	@$(PY) -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

constraints: $(DEV_STAMP)  ## write down the versions in .venv as the ones that were tried together
	@{ sed -n '/^#/p' $(CONSTRAINTS); $(PY) -m pip freeze --exclude-editable --exclude pip --exclude setuptools; } \
		> $(CONSTRAINTS).new && mv $(CONSTRAINTS).new $(CONSTRAINTS)

clean:  ## remove .venv, caches and built files; runs in evidence/ stay
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- setting it up -----------------------------------------------------------------------------------------------------

.PHONY: stale
stale:
	@echo "The .venv here was made elsewhere, or its Python is gone: making it anew."
	@rm -rf $(VENV)

$(HOME_STAMP): $(STALE)
	@$(MAKE) -s new-venv PYTHON='$(PYTHON)'
	@printf '%s\n' '$(CURDIR)' > $@

# A .venv that somebody made by hand is taken as it is.
.PHONY: new-venv
new-venv:
	@if [ -x $(PY) ]; then exit 0; fi; umask 022; \
	if [ -z '$(PYTHON)' ]; then \
		echo "govkit needs Python 3.11 or newer, and found none (it looked for python3.11 to python3.14, python3 and python)."; \
		echo "  Debian, Ubuntu   sudo apt-get install python3 python3-venv"; \
		echo "  Fedora, RHEL     sudo dnf install python3.12"; \
		echo "  Alpine           sudo apk add python3"; \
		echo "  macOS            brew install python@3.13"; \
		echo "  Windows          winget install Python.Python.3.13"; \
		echo "Or name one: make PYTHON=/path/to/python3.12 test"; \
		exit 1; \
	fi; \
	if ! '$(PYTHON)' -c '$(SUPPORTED)'; then echo "$(PYTHON) is not Python 3.11 or newer."; exit 1; fi; \
	if ! '$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null; then \
		package=$$('$(PYTHON)' -c 'import sys; print(f"python3.{sys.version_info[1]}-venv")'); \
		if $(MAY_APT); then ($(APT_INSTALL) $$package); else \
			echo "This Python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install $$package"; exit 1; \
		fi; \
	fi; \
	echo "Making .venv with $$('$(PYTHON)' --version)"; \
	'$(PYTHON)' -m venv $(VENV)

$(RUN_STAMP): $(HOME_STAMP) pyproject.toml $(CONSTRAINTS)
	@umask 022; cat pyproject.toml $(CONSTRAINTS) > $@.now; \
	if ! cmp -s $@.now $@; then \
		echo "Installing govkit and what it needs into .venv (the first time this takes some minutes)"; \
		$(PY) -m pip install --quiet --constraint $(CONSTRAINTS) --editable . || { rm -f $@.now; exit 1; }; \
	fi; mv -f $@.now $@

$(DEV_STAMP): $(HOME_STAMP) pyproject.toml $(CONSTRAINTS)
	@umask 022; cat pyproject.toml $(CONSTRAINTS) > $@.now; \
	if ! cmp -s $@.now $@; then \
		echo "Installing govkit and its test tools into .venv (the first time this takes some minutes)"; \
		$(PY) -m pip install --quiet --constraint $(CONSTRAINTS) --editable '.[dev]' || { rm -f $@.now; exit 1; }; \
		cp $@.now $(RUN_STAMP); \
	fi; mv -f $@.now $@

# Only a library that will not load is installed: what is there, from wherever, is good enough. Pango without HarfBuzz's
# subsetting is enough too (fonts are then cut in Python), but WeasyPrint says that it will not be for ever.
$(NATIVE_STAMP): $(HOME_STAMP) | $(RUN_STAMP)
	@if $(PY) -W error:HarfBuzz -c 'import weasyprint' >/dev/null 2>&1; then exit 0; fi; \
	if $(MAY_APT); then \
		echo "Installing the native libraries of WeasyPrint: $(APT_NATIVE)"; ($(APT_INSTALL) $(APT_NATIVE)); \
	elif ! $(PY) -c 'import weasyprint' >/dev/null 2>&1; then \
		echo "WeasyPrint, which sets the report, needs the native library Pango, and it does not load here. Install it:"; \
		echo "  Debian, Ubuntu   sudo apt-get install $(APT_NATIVE)"; \
		echo "  Fedora, RHEL     sudo dnf install pango harfbuzz"; \
		echo "  Alpine           sudo apk add pango harfbuzz-subset"; \
		echo "  macOS            brew install pango"; \
		echo "  Windows          install MSYS2, run 'pacman -S mingw-w64-x86_64-pango' in it, and set"; \
		echo "                   WEASYPRINT_DLL_DIRECTORIES=C:/msys64/mingw64/bin"; \
		echo "and then the same make command again."; exit 1; \
	fi
	@$(PY) -c 'import weasyprint' && touch $@

# Without these the tests still run, and those that need one say that they were left out; those for PostgreSQL and for
# LibreOffice fail.
$(WITNESS_STAMP): $(HOME_STAMP) Makefile | $(DEV_STAMP)
	@missing=; for tool in pdfsig pdftoppm softhsm2-util soffice; do command -v $$tool >/dev/null 2>&1 || missing="$$missing $$tool"; done; \
	command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing initdb"; \
	if [ -z "$$missing" ]; then touch $@; \
	elif $(MAY_APT); then echo "Installing $(APT_WITNESSES)"; ($(APT_INSTALL) $(APT_WITNESSES)) && touch $@; \
	else \
		echo "Not here:$$missing. The tests that hold us against them are left out. To have them:"; \
		echo "  Debian, Ubuntu   sudo apt-get install --no-install-recommends $(APT_WITNESSES)"; \
		echo "  Fedora, RHEL     sudo dnf install poppler-utils softhsm postgresql-server libreoffice-calc"; \
		echo "  Alpine           sudo apk add poppler-utils softhsm postgresql libreoffice-calc"; \
		echo "  macOS            brew install poppler softhsm postgresql && brew install --cask libreoffice"; \
	fi
