# Two commands are enough: `make run` and `make test`. They need Python and make, nothing else.
# GNU make 3.81 or newer (the one macOS brings) and any POSIX shell will do.

VENV  ?= .venv
JOBS  ?= 2
PORT  ?=
BIN   := $(VENV)/bin
PIP   := $(BIN)/python -m pip --disable-pip-version-check

# The first interpreter that starts and is new enough. PYTHON=... on the command line or in the environment wins.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11 python3.14 python; do \
  if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$each; break; fi; done)

# Some shells and toolchains export HOST with another meaning, so it counts only on the command line.
# From the environment, COMPLIANCE_HOST says the same.
SERVE := $(if $(PORT),--port $(PORT))
ifeq ($(origin HOST),command line)
SERVE += --host $(HOST)
endif

# $(call quietly,label,command): one line when the command passes, its whole output when it fails.
quietly = @printf '%-8s ' '$(1)'; if output=$$($(2) 2>&1); then echo ok; else echo FAILED; printf '%s\n' "$$output"; exit 1; fi

# Read after a test run: what was skipped is said last and loud, so that nobody takes it for passed.
define SAY_SKIPPED
import collections, sys
from xml.etree import ElementTree
skips = collections.Counter(
    skip.get("message") or "no reason given"
    for skip in ElementTree.parse(sys.argv[1]).iter("skipped")
    if skip.get("type") != "pytest.xfail"
)
for reason, number in sorted(skips.items()):
    print(f"  {number} x {reason}")
print(f"*** {sum(skips.values())} SKIPPED, NOT TESTED (reasons above) ***" if skips else "no test was skipped")
endef
export SAY_SKIPPED

# Who keeps Python from writing compiled files would wait for each test process, and each command that tests
# start, to compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint test-python format bench bench-engine bench-mentions bench-audit bench-http prove golden clean
.DELETE_ON_ERROR:

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.ready-to-run  ## Start the service on http://127.0.0.1:8000 (PORT=, HOST=)
	@exec $(BIN)/compliance serve $(SERVE)

test: lint test-python  ## Check everything: format, lint, types, layers, tests

lint: $(VENV)/.ready-to-develop  ## Check format, lint, types and layers, without the tests
	$(call quietly,format,$(BIN)/ruff format --check --output-format=concise .)
	$(call quietly,lint,$(BIN)/ruff check .)
	$(call quietly,types,$(BIN)/mypy -n $(JOBS))
	$(call quietly,layers,$(BIN)/lint-imports --no-logo)

test-python: $(VENV)/.ready-to-develop  ## Run the tests only, in random order (JOBS=2)
	@rm -f $(VENV)/tests.xml
	@status=0; $(BIN)/pytest -n $(JOBS) --dist worksteal -m 'not prove' --junit-xml=$(VENV)/tests.xml || status=$$?; \
	  if [ -f $(VENV)/tests.xml ]; then $(BIN)/python -c "$$SAY_SKIPPED" $(VENV)/tests.xml; fi; exit $$status

format: $(VENV)/.ready-to-develop  ## Format the code and mend what can be mended
	@$(BIN)/ruff check --quiet --fix . ; $(BIN)/ruff format .

bench: $(VENV)/.ready-to-develop  ## Run the benchmarks in tests/bench/
	@found=; for file in tests/bench/[a-z]*.py; do \
	  name=$$(basename "$$file" .py); case "$$file:$$name" in *\**|*:test_*) continue;; esac; found=yes; \
	  echo "== $$name"; $(BIN)/python -m "tests.bench.$$name" || exit 1; done; \
	  [ -n "$$found" ] || echo "there are no benchmarks yet; each is a module tests/bench/NAME.py that prints what it measured"

bench-engine: $(VENV)-bench/.ready-to-compare  ## Measure the engine beside others (ARGS=--quick, ARGS=--write)
	@$(VENV)-bench/bin/python -m tests.bench.engine $(ARGS)

bench-mentions: $(VENV)-bench/.ready-to-compare  ## Measure how names are found, beside others (ARGS=--quick, ARGS=--write)
	@$(VENV)-bench/bin/python -m tests.bench.mentions $(ARGS)

bench-audit: $(VENV)/.ready-to-develop  ## Measure what evidence costs (ARGS=--quick, ARGS=--write)
	@$(BIN)/python -m tests.bench.audit $(ARGS)
	@$(BIN)/python -m tests.bench.audit_reports $(ARGS)

bench-http: $(VENV)/.ready-to-develop  ## Measure a check over HTTP beside a bare answer; needs wrk (ARGS=--quick, ARGS=--write)
	@$(BIN)/python -m tests.bench.http $(ARGS)

prove: $(VENV)/.ready-to-develop  ## Run the slow proofs (tests marked `prove`, the others on all examples), then try mistakes in the engine
	@status=0; EXAMPLES=all $(BIN)/pytest -n $(JOBS) -m prove || status=$$?; \
	  if [ $$status -eq 5 ]; then echo "there are no proofs yet; mark one with @pytest.mark.prove"; status=0; fi; exit $$status
	@EXAMPLES=all $(BIN)/pytest -n $(JOBS) --dist worksteal -m 'not prove'
	@$(BIN)/python -m tests.mutation --jobs $(JOBS) --list-survivors

golden: $(VENV)/.ready-to-develop  ## Rewrite the golden files from what the code says now; read the diff
	@status=0; GOLDEN=write $(BIN)/pytest -p no:randomly -m 'not prove' || status=$$?; \
	  git status --short -- tests/golden; exit $$status

clean:  ## Remove the environments and everything that can be made again
	@rm -rf .venv .venv-* build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment. A stamp is younger than pyproject.toml: installing is repeated only when that file changes.

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
	  echo "Python 3.11 or newer is needed and none was found."; \
	  echo "Install one, or say where it is: make PYTHON=/path/to/python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; \`$(PYTHON)\` is $$($(PYTHON) --version 2>/dev/null || echo not there)."; \
	  echo "Say where a newer one is: make PYTHON=/path/to/python3.12 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "\`$(PYTHON)\` cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -f $(BIN)/python*; exit 1; }

$(VENV)/.ready-to-run: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV) ..."
	@$(PIP) install -q -e .
	@touch $@

$(VENV)/.ready-to-develop: pyproject.toml | $(BIN)/python
	@echo "installing the tools for development into $(VENV) ..."
	@$(PIP) install -q 'pip>=25.1'
	@$(PIP) install -q -e . --group dev
	@touch $(VENV)/.ready-to-run $@

# Beside it, so that no other engine stands in the way of development.
$(VENV)-bench/.ready-to-compare: pyproject.toml | $(BIN)/python
	@echo "installing what to compare with into $(VENV)-bench ..."
	@$(BIN)/python -m venv $(VENV)-bench
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check install -q 'pip>=25.1'
	@$(VENV)-bench/bin/python -m pip --disable-pip-version-check install -q -e . --group bench
	@touch $@
