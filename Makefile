# Everything needs Linux and Python 3.11 or later; what touches the lab needs root (sudo is used where there is one).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
SUDO := $(if $(filter 0,$(shell id -u)),,sudo -E)

.PHONY: rehearse check lint unit unit-nodes unit-gates test variants bench lab lab-down clean
.DELETE_ON_ERROR:

rehearse: $(VENV)/.installed ## bring up four real hosts and take them from one master to three
	$(SUDO) $(RUN) -m lab up
	$(RUN) -m pytest runbook/ --nodes=nodes.yaml

lab: $(VENV)/.installed ## four real hosts with a fresh cluster of one master; VARIANT=NAME for another one
	$(SUDO) $(RUN) -m lab reset $(if $(VARIANT),--variant $(VARIANT))

lab-down: $(VENV)/.installed ## take the hosts away; what was built stays cached
	$(SUDO) $(RUN) -m lab down

check: $(VENV)/.installed ## lint, types, who may import whom, unit tests: no lab; side by side
	@$(MAKE) --no-print-directory -j4 --output-sync=target lint unit unit-nodes unit-gates

lint: $(VENV)/.installed
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

unit: $(VENV)/.installed
	$(RUN) -m pytest -q --ignore=tests/gates --ignore=tests/nodes

unit-nodes: $(VENV)/.installed # a real sshd, and hosts that are silent: mostly waiting
	$(RUN) -m pytest -q tests/nodes

unit-gates: $(VENV)/.installed # pytest inside pytest
	$(RUN) -m pytest -q tests/gates

test: $(VENV)/.installed ## check, then everything on real hosts: what CI runs; VARIANTS="NAME NAME" chooses
	VARIANTS="$(VARIANTS)" $(RUN) -m rehearsal

variants: $(VENV)/.installed ## clusters that are not the usual one, converted; VARIANTS="NAME NAME", or all
	$(RUN) -m rehearsal.variants $(VARIANTS)

bench: $(VENV)/.installed ## conversion, audit and lab times, from one run
	$(RUN) -m bench

$(VENV)/.installed: requirements.lock
	scripts/install $(PYTHON) $(VENV)
	touch $@

clean: ## remove the virtual environment
	rm -rf $(VENV)
