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
help: ## Show this list
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##@ First steps
.PHONY: setup demo demo-events bench
setup: .venv/lint.stamp ## Make .venv, with everything that the tests and the linters need
demo: install ## Show the collection at work on the simulator: re-encrypt a bucket, run again, rotate its key, run again
	@$(ON_INSTALLED) $(RUN) -m tests.demo
demo-events: install ## Show the same without anybody starting the second run: a key is rotated by its schedule, and ansible-rulebook reacts
	@$(ON_INSTALLED) $(RUN) -m tests.demo.events
bench: .venv/tests.stamp install ## Compare times with ansible.builtin.ping and the OCI CLI, and count API calls. PARTS=hosts runs one part
	@$(ON_INSTALLED) $(RUN) -m tests.benchmark $(PARTS)

##@ Everything
.PHONY: quick test test-rest test-all
quick: pythons-quick setup ## Run what takes little time: lint, most unit tests, the simulator's tests, one integration target
	@$(RUN) -m tests.tools.side_by_side units-quick "lint CHECKS=--quick" simulator-tests "integration TARGETS=bucket_reencrypt_basic"
test: pythons ## Run everything that a change must pass
	@$(MAKE) .venv/docs.stamp artifact
	@PREPARED=1 $(RUN) -m tests.tools.side_by_side lint units sanity integration docs-tests wire histories-sample simulator-tests smoke clients scale \
	  browser
test-rest: pythons-all ## Run what waits, starts many processes, or tries every Python: long histories (see docs/receipt.md), killed runs, ansible-rulebook, Galaxy's checks, the site
	@$(MAKE) sanity-whole histories wire-all watch events old-python releases importer ee docs
test-all: pythons-all ## Run everything, on every release of ansible-core, every Python, and the oldest and the newest SDK
	@$(MAKE) test
	@$(MAKE) test-rest
	@for name in $$($(RUN) -m tests.tools.releases names); do $(MAKE) one-release RELEASE=$$name || exit; done

##@ One by one
.PHONY: pythons pythons-all pythons-quick lint format simulator-tests units units-quick histories-sample histories sanity sanity-whole old-python integration smoke one-release releases
.PHONY: clients wire wire-all scale watch browser events
pythons: ## Say which versions of Python are missing, what each is for, and how to get it
	@$(ANY_PYTHON) -m tests.tools.interpreters check $(CHOSEN)
pythons-all: ## Say which versions of Python `make test-all` lacks
	@$(ANY_PYTHON) -m tests.tools.interpreters check --all $(CHOSEN)
pythons-quick:
	@$(ANY_PYTHON) -m tests.tools.interpreters check --quick $(CHOSEN)
lint: setup ## Check style, types, YAML, playbooks, documentation, licences, changelog. CHECKS=ruff runs one check
	@$(RUN) -m tests.tools.lint $(CHECKS)
format: setup ## Format the Python files, and mend what ruff can mend by itself
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
simulator-tests: setup ## Run the simulator's unit tests, and the tests of the project's own tools
	@$(RUN) -m pytest tests/unit/simulator tests/house
clients: .venv/tests.stamp ## Run other people's clients on the simulator: the OCI CLI, rclone, Oracle's SDKs for Python and TypeScript
	@$(RUN) -m pytest -q -n 2 --dist loadfile -p no:cacheprovider tests/clients
units: .venv/tests.stamp ## Run the collection's unit tests with ansible-test
	@$(RUN) -m tests.tools.ansible_test units
units-quick: .venv/tests.stamp ## Run most of them with pytest alone: no process for each test, and fewer combinations
	@$(RUN) -m tests.tools.unit_tests
histories-sample: .venv/tests.stamp install ## Try every fault at every call, and a sample of random orders of events
	@$(ON_INSTALLED) $(RUN) -m pytest -q tests/histories
histories: .venv/tests.stamp install ## Try 20,000 random orders of events, with faults and crashes, against the promises of docs/receipt.md
	@$(ON_INSTALLED) $(RUN) -m tests.histories
	@$(ON_INSTALLED) $(RUN) -m tests.histories.fleet_hunt
sanity: .venv/tests.stamp ## Run ansible-test sanity on the collection, its unit tests and its integration tests
	@$(RUN) -m tests.tools.ansible_test sanity
sanity-whole: .venv/tests.stamp ## Run ansible-test sanity on every file of the repository
	@$(RUN) -m tests.tools.ansible_test --whole sanity
old-python: .venv/tests.stamp ## Compile and import the plugins on the oldest Python that modules run on
	@$(RUN) -m tests.tools.ansible_test --python $$($(RUN) -m tests.tools.releases oldest-target) sanity --test compile --test import
integration: .venv/tests.stamp ## Run all integration targets on the newest ansible-core. TARGETS=… runs some
	@$(RUN) -m tests.tools.integration $(TARGETS)
smoke: .venv/tests.stamp ## Run the targets that are marked as smoke tests, on the oldest ansible-core
	@$(RUN) -m tests.tools.integration --smoke
one-release: .venv/tests.stamp install ## Run sanity, integration, release and watch tests on one ansible-core, such as RELEASE=core-2.16
	@$(RUN) -m tests.tools.ansible_test --whole --environment $(RELEASE) sanity
	@$(RUN) -m tests.tools.integration --environment $(RELEASE)
	@$(ON_INSTALLED) TRIED_ON=$(RELEASE) $(RUN) -m pytest -q tests/releases
	@$(ON_INSTALLED) WATCH_ON=$(RELEASE) $(RUN) -m pytest -q -p no:cacheprovider -n 2 tests/watch
releases: .venv/tests.stamp install ## Check that nothing warns on any release of ansible-core, and that modules run on every Python
	@$(ON_INSTALLED) $(RUN) -m pytest -q tests/releases
wire: .venv/tests.stamp install ## Run playbooks on the installed collection: signing in, TLS, secrets, broken networks, returned values
	@$(ON_INSTALLED) $(RUN) -m pytest -n 2 --dist loadfile -m "not waits" tests/wire
wire-all: .venv/tests.stamp install ## Run these, and those that wait long: dead endpoints, killed runs, key versions that arrive late in a region
	@$(ON_INSTALLED) ORDINARY=1 $(RUN) -m pytest -n 2 --dist loadfile tests/wire
scale: .venv/tests.stamp install ## Run several controllers on one inventory at once, and ansible-runner
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/scale
watch: .venv/tests.stamp install ## Check what people see while a task waits: in a terminal, under ansible-runner, over each kind of connection
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider -n 2 tests/watch
browser: .venv/tests.stamp install ## Open the report in a real Chromium. apt-get installs it if it is missing
	@$(ON_INSTALLED) $(RUN) -m pytest -p no:cacheprovider tests/browser
events: .venv/tests.stamp install ## Follow a rotation's event to the proof with the real ansible-rulebook. apt-get installs Java if it is missing
	@$(ON_INSTALLED) $(RUN) -m pytest -q -p no:cacheprovider tests/events

##@ What is published
.PHONY: build install artifact importer ee changelog docs docs-tests picture
build: .venv/base.stamp ## Build the collection's archive (the artifact) into build/artifact
	@$(RUN) -m tests.tools.artifact build
install: .venv/base.stamp ## Install the artifact into build/installed
	@test -n "$$PREPARED" || $(RUN) -m tests.tools.artifact install
artifact: .venv/tests.stamp ## Check that the artifact holds what a user needs and nothing else
	@$(RUN) -m tests.tools.artifact check
importer: .venv/tests.stamp ## Run the checks that Ansible Galaxy runs on upload
	@$(RUN) -m tests.tools.artifact importer
ee: .venv/docs.stamp install ## Build the context of an execution environment, and install what it asks for
	@$(RUN) -m tests.tools.execution_environment
changelog: setup ## Move the fragments into CHANGELOG.md, under the version in galaxy.yml
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/antsibull-changelog release --update-existing --reload-plugins --refresh-plugins prevent-removal
picture: .venv/tests.stamp install ## Draw the picture in README.md anew, from a run of make demo
	@$(ON_INSTALLED) $(RUN) -m tests.demo.picture
docs: .venv/docs.stamp install ## Build the documentation site into docs/build
	@$(ON_INSTALLED) $(RUN) -m tests.docs
docs-tests: .venv/docs.stamp install ## Run the EXAMPLES and the guides' playbooks, and check that the guides are right
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
