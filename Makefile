# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Hundreds of processes import the same packages: compile each once.
unexport PYTHONDONTWRITEBYTECODE

# Override with `make PYTHON=/usr/bin/python3.11 …`.
PYTHON ?= $(shell for p in python3.12 $(HOME)/.pyenv/versions/3.12.*/bin/python3.12 python3.11 python3; do "$$p" -c "" 2>/dev/null && echo "$$p" && break; done)
OLD_PYTHON ?= python3.9
BIN := .venv/bin
RUN := $(BIN)/python
PIP := $(RUN) -m pip install -qq --disable-pip-version-check --no-compile
# Where programs find the installed artifact, as a user has it.
ON_INSTALLED = ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/build/installed" PYTHONPATH="$(CURDIR)/build/installed" PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: help
help: ## Show this table of contents
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ First steps
.PHONY: setup demo demo-events bench
setup: .venv/tests.stamp .venv/lint.stamp ## Make .venv with everything that the tests and the linters need
demo: install ## Re-encrypt a bucket of the simulator, twice, and again after a key rotation
	@$(ON_INSTALLED) $(RUN) -m tests.demo
demo-events: install ## The same by itself: a key's schedule rotates it, and ansible-rulebook hears of it
	@$(ON_INSTALLED) $(RUN) -m tests.demo.events
bench: install ## Time a playbook against ansible.builtin.ping and the OCI CLI, and count the API calls; or only PARTS=hosts
	@$(ON_INSTALLED) $(RUN) -m tests.benchmark $(PARTS)

##@ Everything
.PHONY: test test-all
test: lint simulator-tests clients units artifact docs-tests histories-sample sanity integration smoke wire scale watch browser events ## All that a change must pass, quick things first
test-all: test histories matrix watch-all sanity-all old-python importer ee docs ## Everything, on every release of ansible-core and both ends of the SDK

##@ One by one
.PHONY: lint format simulator-tests clients units histories-sample histories sanity sanity-all old-python integration smoke matrix wire scale watch watch-all browser events
lint: setup ## Style, types, YAML, playbooks, documentation, licences, changelog; or only CHECKS=ruff
	@$(RUN) -m tests.tools.lint $(CHECKS)
format: setup ## Put the Python files into the formatter's style, and mend what ruff can
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
simulator-tests: setup ## Unit tests of the simulator, the OCI CLI against it, and the floors of the house
	@$(RUN) -m pytest tests/unit/simulator tests/house
clients: .venv/tests.stamp ## The OCI CLI, rclone, and Oracle's SDKs for Python and, where Node is, TypeScript on the simulator
	@$(RUN) -m pytest -q -n 2 --dist loadfile -p no:cacheprovider tests/clients
units: .venv/tests.stamp ## Unit tests of the collection, by ansible-test
	@$(RUN) -m tests.tools.ansible_test units
histories-sample: install ## Every fault at every call, a sample of random histories, and a check of the checks
	@$(ON_INSTALLED) $(RUN) -m pytest -q tests/histories
histories: install ## 20,000 random histories with faults and crashes, against the promises
	@$(ON_INSTALLED) $(RUN) -m tests.histories
sanity: .venv/tests.stamp ## ansible-test sanity, in full
	@$(RUN) -m tests.tools.ansible_test sanity
sanity-all: .venv/tests.stamp ## ansible-test sanity on the other releases of ansible-core
	@for name in core-2.16 core-2.17 core-2.18; do $(RUN) -m tests.tools.ansible_test --environment $$name sanity || exit; done
old-python: .venv/tests.stamp ## Compile and import the plugins on OLD_PYTHON, the oldest that modules run on
	@if "$(OLD_PYTHON)" -c "" 2>/dev/null; then \
	  PATH="$$(dirname "$$(command -v "$(OLD_PYTHON)")"):$$PATH" $(RUN) -m tests.tools.ansible_test --python 3.9 sanity --test compile --test import; \
	else echo "No $(OLD_PYTHON) here: make old-python OLD_PYTHON=/path/to/python3.9"; fi
integration: .venv/tests.stamp ## All integration targets against the simulator, newest releases
	@$(RUN) -m tests.tools.integration
smoke: .venv/tests.stamp ## The few integration targets that are marked as smoke tests, on every other release
	@$(RUN) -m tests.tools.integration --others --smoke
matrix: .venv/tests.stamp ## All integration targets on every other release
	@$(RUN) -m tests.tools.integration --others
wire: install ## Playbooks on the installed artifact: who signs, TLS, secrets, broken networks, what is returned
	@$(ON_INSTALLED) $(RUN) -m pytest -n 2 --dist loadfile tests/wire
scale: install ## Several controllers on slices of one inventory at once, and ansible-runner
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/scale
watch: install ## What is shown of a wait: in tmux, which apt-get installs where it may, under ansible-runner, over each kind of connection
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider -n 2 tests/watch
watch-all: install ## What is shown of a wait, on the other releases of ansible-core
	@$(RUN) -m tests.tools.environments core-2.16 core-2.17 core-2.18
	@for name in core-2.16 core-2.17 core-2.18; do \
	  echo "== $$name"; $(ON_INSTALLED) WATCH_ON=$$name $(RUN) -m pytest -q -p no:cacheprovider -n 2 tests/watch || exit; done
browser: install ## The report in a real Chromium, which apt-get installs where it is missing and may
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/browser
events: install ## From the event of a rotation to the proof, by the real ansible-rulebook; apt-get installs Java where it may
	@$(ON_INSTALLED) $(RUN) -m pytest -q -p no:cacheprovider tests/events

##@ What is published
.PHONY: build install artifact importer ee changelog docs docs-tests
build: .venv/tests.stamp ## Build the collection's artifact into build/artifact
	@$(RUN) -m tests.tools.artifact build
install: .venv/tests.stamp ## Install the artifact into build/installed
	@$(RUN) -m tests.tools.artifact install
artifact: .venv/tests.stamp ## Check that the artifact holds what a user needs and nothing else
	@$(RUN) -m tests.tools.artifact check
importer: .venv/tests.stamp ## What Ansible Galaxy checks on upload
	@$(RUN) -m tests.tools.artifact importer
ee: .venv/docs.stamp install ## Build an execution environment's context, and install what it asks for
	@$(RUN) -m tests.tools.execution_environment
changelog: setup ## Release the fragments into CHANGELOG.md under galaxy.yml's version
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/antsibull-changelog release --update-existing --reload-plugins --refresh-plugins prevent-removal
docs: .venv/docs.stamp install ## Build the documentation site into docs/build
	@$(ON_INSTALLED) $(RUN) -m tests.docs
docs-tests: install ## Run the EXAMPLES and the guides' playbooks, and hold the guides to what they say
	@$(ON_INSTALLED) $(RUN) -m pytest -q -n 2 tests/docs

##@ Tidy up
.PHONY: clean distclean
clean: ## Remove what was built
	rm -rf build docs/build .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/output
distclean: clean ## Remove the environments too
	rm -rf .venv .venvs

# Each stamp is newer than the requirement files that its packages came from. The first makes .venv anew.
.venv/tests.stamp: tests/requirements-tests.txt meta/ee-requirements.txt
	@echo "Making .venv"
	@rm -rf .venv
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] < (3, 11) and "Python 3.11 or later is needed: make PYTHON=...")'
	@"$(PYTHON)" -m venv .venv
	@$(PIP) -r tests/requirements-tests.txt
	@touch $@
.venv/lint.stamp: .venv/tests.stamp tests/requirements-lint.txt
	@$(PIP) -r tests/requirements-tests.txt -r tests/requirements-lint.txt
	@touch $@
.venv/docs.stamp: .venv/lint.stamp tests/requirements-docs.txt
	@$(PIP) -r tests/requirements-tests.txt -r tests/requirements-lint.txt -r tests/requirements-docs.txt
	@touch $@
