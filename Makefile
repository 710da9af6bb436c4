# run, test, check, bench: the same words in the README and in CI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find authsrv twisted -type f -not -name '*.pyc' -not -name 'dropin.cache') setup.cfg pyproject.toml README.md
NODE := benchmarks/peers/node
QUIET_PIP := --quiet --disable-pip-version-check

.PHONY: run test check unit unit-pytest unit-trial system system-wire system-rest system-stores system-machines system-processes system-resources promises bench clean

run: $(VENV)/installed authsrv.toml
	@exec $(BIN)/twistd --nodaemon --pidfile= authsrv --config authsrv.toml --workers 2

authsrv.toml: | $(VENV)/installed
	@$(BIN)/authsrv init .

test: $(VENV)/installed $(VENV)/tools $(VENV)/judges/installed
	@packaging/debian-packages.sh curl chromium faketime fonts-noto-cjk haproxy nginx nghttp2-client openssl postgresql redis-server slowhttptest systemd testssl.sh
	@packaging/debian-packages.sh $(FOR_FAULTS)
	@$(MAKE) --no-print-directory check unit system

check: $(VENV)/tools
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

# The rules and the flows are covered wholly, branch by branch; both test runners must agree.
unit: $(VENV)/tools
	@$(MAKE) --no-print-directory -j2 --output-sync=target unit-pytest unit-trial

unit-pytest:
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest tests --ignore tests/system
	$(BIN)/python -m coverage report --include 'authsrv/core/*,authsrv/flows/*,authsrv/methods/*/rules.py' --fail-under 100
	$(BIN)/python -m coverage report --skip-covered | tail -n 25

unit-trial:
	$(BIN)/python -m twisted.trial --temp-directory $(VENV)/trial tests

# The built wheel is what runs here, never the checkout.
system: $(VENV)/installed $(VENV)/tools $(VENV)/judges/installed
	@$(MAKE) --no-print-directory -j2 --output-sync=target system-rest system-wire system-stores system-machines
	@$(MAKE) --no-print-directory -j2 --output-sync=target system-processes system-resources

# Much of it is waiting, so two parts at once take little longer than the longer one.  The faults, under
# which each answer counts, have the machine to themselves.
WIRE := abuse conformance proxies test_atheris.py test_slow_clients.py test_tls_judges.py
WIRE_TESTS := $(WIRE:%=tests/system/%)

system-wire:
	$(BIN)/python -P -m pytest -s $(WIRE_TESTS)

system-rest:
	$(BIN)/python -P -m pytest -s tests/system $(WIRE_TESTS:%=--ignore %) $(ELSEWHERE:%=--ignore tests/system/%)

# Redis and PostgreSQL: their stores, and two machines that share them.
ELSEWHERE := faults machines services stores

system-stores:
	$(BIN)/python -P -m pytest -s tests/system/services tests/system/stores

system-machines:
	$(BIN)/python -P -m pytest -s tests/system/machines

# Every promise under every fault, in two halves.
FOR_FAULTS := faketime fiu-utils

system-processes system-resources: system-%:
	$(BIN)/python -P -m pytest -s tests/system/faults/test_$*.py

# The same in one table: minutes of rehearsals, each longer with REHEARSAL=seconds.
promises: $(VENV)/installed $(VENV)/tools
	@packaging/debian-packages.sh $(FOR_FAULTS)
	$(BIN)/python -P -m pytest -s tests/system/faults

# Some parts only: ONLY="check login".  PUBLISH=yes puts a whole run into the documentation.
bench: $(VENV)/installed $(VENV)/bench/installed $(NODE)/node_modules/installed
	@packaging/debian-packages.sh nghttp2-client redis-server redis-tools valgrind
	$(BIN)/python -m benchmarks $(ONLY) $(if $(PUBLISH),--publish)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || packaging/debian-packages.sh python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/locked: requirements/run.txt | $(BIN)/python
	$(BIN)/pip install $(QUIET_PIP) --only-binary :all: -r requirements/run.txt
	@touch $@

$(VENV)/installed: $(VENV)/locked $(SOURCES)
	@rm -rf build dist
	$(BIN)/pip wheel $(QUIET_PIP) --no-deps --no-build-isolation --wheel-dir dist .
	$(BIN)/pip install $(QUIET_PIP) --no-deps --force-reinstall dist/*.whl
	@$(BIN)/twistd --help >/dev/null
	@touch $@

$(VENV)/tools: requirements/test.txt $(VENV)/locked
	$(BIN)/pip install $(QUIET_PIP) --only-binary :all: -r requirements/test.txt
	@touch $@

# sslyze wants an older cryptography than ours, so it has an environment of its own; it has no wheel.
$(VENV)/judges/installed: requirements/judges.txt | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/judges
	$(VENV)/judges/bin/pip install $(QUIET_PIP) --only-binary :all: --no-binary sslyze -r $<
	@touch $@

# What authsrv is measured beside has environments of its own: one for Python, one for Node.
$(VENV)/bench/installed: requirements/bench.txt | $(BIN)/python
	$(BIN)/python -m venv $(VENV)/bench
	$(VENV)/bench/bin/pip install $(QUIET_PIP) --only-binary :all: -r $<
	@touch $@

$(NODE)/node_modules/installed: $(NODE)/package-lock.json
	@command -v npm >/dev/null || packaging/debian-packages.sh nodejs npm
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' || { echo "Node 20 or newer is needed" >&2; exit 1; }
	npm ci --prefix $(NODE) --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

clean:
	rm -rf $(VENV) $(NODE)/node_modules build dist *.egg-info
