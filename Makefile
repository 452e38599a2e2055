# Needs python3.11 or newer, pip and make; everything else goes into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
RUN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Debian's python3 has neither ensurepip nor a pip that installs outside of a venv: then the outer pip fills the venv.
PIP = $(shell $(RUN)/python -m pip --version >/dev/null 2>&1 && echo $(RUN)/python -m pip || echo $(PYTHON) -m pip --python $(RUN)/python)
# Tests wait for daemons, relays and disks about a third of their time: half as many again as there are processors.
JOBS ?= $(shell echo $$(( ($$(nproc 2>/dev/null || echo 2) * 3 + 1) / 2 )))
EXTRAS ?= dev
KILLS ?= 5000
MAILS ?= 100000
DATABASE ?= sqlite
SEEDS ?= 1..200
DAYS ?= 3

.DEFAULT_GOAL := help
.PHONY: help install demo test test-long test-explore check bench crash crash-long simulate clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: $(INSTALLED) ## everything into .venv (EXTRAS=dev,browser: what drives a browser in tests too)

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "maild needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(RUN)/python || $(PYTHON) -m venv $(VENV) 2>/dev/null || $(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PIP) install --quiet --disable-pip-version-check --editable '.[$(EXTRAS)]'
	@touch $@

demo: install ## the whole road on this machine, with sample orders; CONFIG=file takes your own configuration
	@$(RUN)/python -m maild.demo $(if $(CONFIG),--config $(CONFIG))

# Tests start many programs: where nothing compiled may be kept, each would compile all of the source anew.
test test-long test-explore: export PYTHONDONTWRITEBYTECODE =

test: install ## all tests but the long ones, on all cores (JOBS=1 for one)
	$(RUN)/pytest -n $(JOBS) --dist worksteal

test-long: install ## the tests that take more than twenty seconds by their nature
	$(RUN)/pytest -n $(JOBS) --dist worksteal -m long

test-explore: install ## the property tests with examples of their own each time
	HYPOTHESIS_PROFILE=explore $(RUN)/pytest -n $(JOBS) --dist worksteal -m "not long" -k "not journeys"

check: install ## format, lint, types, imports
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports

bench: install ## how fast it is here
	$(RUN)/python -m bench

crash: install ## 300 times kill -9 under load, on both databases, some minutes
	$(RUN)/python -m tests.crash --kills 200 --mails 4000 --each 1
	$(RUN)/python -m tests.crash --kills 100 --mails 1500 --each 1 --database postgresql

crash-long: install ## an hour or two of it (KILLS=, MAILS=, SEED=, DATABASE=postgresql)
	$(RUN)/python -m tests.crash --kills $(KILLS) --mails $(MAILS) --database $(DATABASE) $(if $(SEED),--seed $(SEED))

simulate: install ## days of a whole order desk in seconds, 200 seeds of them (SEEDS=1..200 DAYS=3); one again: SEED=7
	$(RUN)/python -m tests.simulation --days $(DAYS) $(if $(SEED),--seed $(SEED) --trace 200,--seeds $(SEEDS) --jobs 2)

clean: ## remove .venv and caches
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
