# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Hundreds of processes import the same packages: compile each once.
unexport PYTHONDONTWRITEBYTECODE

# What looks for interpreters runs on any Python 3.
ANY_PYTHON := sh tests/tools/any_python.sh
# .venv gets the Python of the newest ansible-core, or else the best there is. Override with `make PYTHON=/usr/bin/python3.13 …`.
CHOSEN := $(PYTHON)
PYTHON ?= $(shell $(ANY_PYTHON) -m tests.tools.interpreters develop)
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
setup: .venv/lint.stamp ## Make .venv with everything that the tests and the linters need
demo: install ## Re-encrypt a bucket of the simulator, twice, and again after a key rotation
	@$(ON_INSTALLED) $(RUN) -m tests.demo
demo-events: install ## The same by itself: a key's schedule rotates it, and ansible-rulebook hears of it
	@$(ON_INSTALLED) $(RUN) -m tests.demo.events
bench: .venv/tests.stamp install ## Time a playbook against ansible.builtin.ping and the OCI CLI, and count the API calls; or only PARTS=hosts
	@$(ON_INSTALLED) $(RUN) -m tests.benchmark $(PARTS)

##@ Everything
.PHONY: quick test test-green test-rest test-all
quick: pythons-quick setup ## Lint, types, units, the simulator's tests and one integration target, for in between
	@$(RUN) -m tests.tools.side_by_side lint simulator-tests units "integration TARGETS=bucket_reencrypt_basic"
test: pythons ## All that a change must pass, the quick things first
	@$(MAKE) setup artifact
	@PREPARED=1 $(RUN) -m tests.tools.side_by_side lint simulator-tests units integration sanity wire watch smoke clients releases docs-tests \
	  histories-sample scale browser events
test-green: pythons ## The part of `make test` that passes today: what .ci/run holds until the rest does again
	@$(MAKE) setup artifact
	@PREPARED=1 $(RUN) -m tests.tools.side_by_side lint simulator-tests units scale browser
test-rest: pythons-all ## What is slow: long histories, every Python, what Galaxy checks, an execution environment, the documentation
	@$(MAKE) histories old-python releases-all importer ee docs
test-all: pythons-all ## Everything, on every release of ansible-core, both ends of the SDK, and every Python
	@$(MAKE) test
	@$(MAKE) test-rest
	@for name in $$($(RUN) -m tests.tools.releases names); do $(MAKE) one-release RELEASE=$$name || exit; done

##@ One by one
.PHONY: pythons pythons-all pythons-quick lint format simulator-tests units histories-sample histories sanity old-python integration smoke one-release releases
.PHONY: clients releases-all wire scale watch browser events
pythons: ## Say which interpreters the tests lack, what for, and how to get them
	@$(ANY_PYTHON) -m tests.tools.interpreters check $(CHOSEN)
pythons-all: ## Say which interpreters `make test-all` lacks
	@$(ANY_PYTHON) -m tests.tools.interpreters check --all $(CHOSEN)
pythons-quick:
	@$(ANY_PYTHON) -m tests.tools.interpreters check --quick $(CHOSEN)
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
histories-sample: .venv/tests.stamp install ## Every fault at every call, a sample of random histories, and a check of the checks
	@$(ON_INSTALLED) $(RUN) -m pytest -q tests/histories
histories: .venv/tests.stamp install ## 20,000 random histories with faults and crashes, against the promises
	@$(ON_INSTALLED) $(RUN) -m tests.histories
	@$(ON_INSTALLED) $(RUN) -m tests.histories.fleet_hunt
sanity: .venv/tests.stamp ## ansible-test sanity, in full
	@$(RUN) -m tests.tools.ansible_test sanity
old-python: .venv/tests.stamp ## Compile and import the plugins on the oldest Python that modules run on
	@$(RUN) -m tests.tools.ansible_test --python $$($(RUN) -m tests.tools.releases oldest-target) sanity --test compile --test import
integration: .venv/tests.stamp ## All integration targets against the simulator, newest releases; or only TARGETS=…
	@$(RUN) -m tests.tools.integration $(TARGETS)
smoke: .venv/tests.stamp ## The few targets that are marked as smoke tests, on the oldest ansible-core and the one before the newest
	@$(RUN) -m tests.tools.integration --smoke
one-release: .venv/tests.stamp install ## Sanity, all integration targets, warnings and watching on another ansible-core: RELEASE=core-2.16
	@$(RUN) -m tests.tools.ansible_test --environment $(RELEASE) sanity
	@$(RUN) -m tests.tools.integration --environment $(RELEASE)
	@$(ON_INSTALLED) TRIED_ON=$(RELEASE) $(RUN) -m pytest -q tests/releases
	@$(ON_INSTALLED) WATCH_ON=$(RELEASE) $(RUN) -m pytest -q -p no:cacheprovider -n 2 tests/watch
releases: .venv/tests.stamp install ## No warning on some releases of ansible-core, and modules on the oldest and the newest Python
	@$(ON_INSTALLED) $(RUN) -m pytest -q tests/releases
releases-all: .venv/tests.stamp install ## No warning on any release of ansible-core, and modules on every Python
	@$(ON_INSTALLED) TRIED_ON=all $(RUN) -m pytest -q tests/releases
wire: .venv/tests.stamp install ## Playbooks on the installed artifact: who signs, TLS, secrets, broken networks, what is returned
	@$(ON_INSTALLED) $(RUN) -m pytest -n 2 --dist loadfile tests/wire
scale: .venv/tests.stamp install ## Several controllers on slices of one inventory at once, and ansible-runner
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/scale
watch: .venv/tests.stamp install ## What is shown of a wait: in tmux, which apt-get installs where it may, under ansible-runner, over each kind of connection
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider -n 2 tests/watch
browser: .venv/tests.stamp install ## The report in a real Chromium, which apt-get installs where it is missing and may
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/browser
events: .venv/tests.stamp install ## From the event of a rotation to the proof, by the real ansible-rulebook; apt-get installs Java where it may
	@$(ON_INSTALLED) $(RUN) -m pytest -q -p no:cacheprovider tests/events

##@ What is published
.PHONY: build install artifact importer ee changelog docs docs-tests
build: .venv/base.stamp ## Build the collection's artifact into build/artifact
	@$(RUN) -m tests.tools.artifact build
install: .venv/base.stamp ## Install the artifact into build/installed
	@test -n "$$PREPARED" || $(RUN) -m tests.tools.artifact install
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
docs-tests: .venv/tests.stamp install ## Run the EXAMPLES and the guides' playbooks, and hold the guides to what they say
	@$(ON_INSTALLED) $(RUN) -m pytest -q -n 2 tests/docs

##@ Tidy up
.PHONY: clean distclean
clean: ## Remove what was built
	rm -rf build docs/build .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/output
distclean: clean ## Remove the environments too
	rm -rf .venv .venvs

# Each stamp is newer than the requirement files that its packages came from. The first, all that `make demo` takes, makes .venv anew.
REQUIREMENTS = -r tests/requirements-simulator.txt $$($(RUN) -m tests.tools.releases requirements)
.venv/base.stamp: tests/requirements-simulator.txt meta/ee-requirements.txt tests/tools/releases.py
	@echo "Making .venv"
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv
	@$(PIP) $(REQUIREMENTS)
	@touch $@
.venv/tests.stamp: .venv/base.stamp tests/requirements-tests.txt
	@$(PIP) $(REQUIREMENTS) -r tests/requirements-tests.txt
	@touch $@
.venv/lint.stamp: .venv/tests.stamp tests/requirements-lint.txt
	@$(PIP) $(REQUIREMENTS) -r tests/requirements-tests.txt -r tests/requirements-lint.txt
	@touch $@
.venv/docs.stamp: .venv/lint.stamp tests/requirements-docs.txt
	@$(PIP) $(REQUIREMENTS) -r tests/requirements-tests.txt -r tests/requirements-lint.txt -r tests/requirements-docs.txt
	@touch $@
