# One entry for everything. `make` alone prints what there is.
# The environment comes from pip and a lock with hashes: docs/decisions/0008-pip-and-hash-locks.md
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV := .venv
BIN := $(VENV)/bin
SITE := .venv-docs
PIP := $(BIN)/python -m pip --disable-pip-version-check
# `make setup PYTHON=/path/to/python` takes that one; else the newest that fits is found.
PYTHON :=
ARGS :=
UV := uv
COMPILE := $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
LOCK := $(COMPILE) --override overrides.txt pyproject.toml
LOCK_DOCS := $(COMPILE) --group pyproject.toml:docs
LOCK_PDF := $(COMPILE) --group pyproject.toml:pdf
LOCK_TRACING := $(COMPILE) --group pyproject.toml:tracing -c requirements.lock

FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

# install <lock>: the third-party packages by hash, then the product itself, editable.
define install
	@echo "Installing from $(1) (about half a minute the first time) …"
	@$(PIP) install -q --require-hashes --no-deps -r $(1)
	@$(PIP) install -q --no-deps --no-build-isolation -e .
endef

.PHONY: help
help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(VENV)/run.stamp ## the environment alone, from the lock with hashes
	@echo "$(VENV) is ready: $(BIN)/onestop --help"

.PHONY: run
run: $(VENV)/run.stamp ## the demo: product, LINE simulator and a demo team with a year of cases
	@exec $(BIN)/onestop demo $(ARGS)

.PHONY: migrate
migrate: $(VENV)/run.stamp ## bring the database of the settings to the newest schema
	@exec $(BIN)/onestop migrate $(ARGS)

.PHONY: test
test: $(VENV)/dev.stamp ## the whole suite in parallel; ARGS="-k name" narrows it
	@exec $(BIN)/pytest -q -n auto --dist worksteal $(ARGS)

.PHONY: bench
bench: $(VENV)/dev.stamp ## how fast it is here: webhook, lists, report; ARGS=month: a month of messages
	@exec $(BIN)/python -m tests.bench $(ARGS)

.PHONY: trial
trial: $(VENV)/dev.stamp ## the scoreboard R1 to S14 against real processes; ARGS="board --only R2,S1" or --full
	@exec $(BIN)/python -m tests.trial $(ARGS)

.PHONY: check
check: $(VENV)/dev.stamp ## lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: fix
fix: $(VENV)/dev.stamp ## mend what the linter and the formatter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: golden
golden: $(VENV)/dev.stamp ## write the golden files anew; review the difference before you commit it
	@ONESTOP_TEST_GOLDEN=write $(BIN)/pytest -q -n auto $(ARGS)
	@git status --short tests/golden

.PHONY: eval
eval: $(VENV)/eval.stamp ## how well enquiries are understood: a table, and JSON in build/eval.json
	@mkdir -p build
	@$(BIN)/python -m knowledge.evaluation --out build/eval.json \
		--history docs/eval-history.jsonl --date "$$(date +%F)" $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/dev.stamp ## take the pictures of the README anew (needs Chromium in Chinese; see tests/screenshots)
	@$(BIN)/python -m tests.screenshots $(ARGS)

.PHONY: accessibility
accessibility: $(VENV)/dev.stamp ## axe-core on every page at 390 and 1440 px: findings, and JSON in build/accessibility.json
	@$(BIN)/python -m tests.accessibility $(ARGS)

.PHONY: docs
docs: $(SITE)/docs.stamp ## the documents as a site in build/docs, to be read without a network
	@NO_MKDOCS_2_WARNING=1 $(SITE)/bin/mkdocs build --strict -q && echo build/docs/index.html

.PHONY: fits
fits: $(VENV)/run.stamp ## fit the shipped knowledge anew; after every change of phrasings
	@$(BIN)/python -m knowledge.build.fits

.PHONY: migration
migration: $(VENV)/run.stamp ## write the next migration from what the models have more; MESSAGE="a column for x"
	@$(BIN)/python -m routing.store.migrations $(MESSAGE)

.PHONY: locks
locks: ## compile the six locks anew from pyproject.toml (needs uv; UPGRADE=--upgrade for newer releases)
	@command -v $(UV) >/dev/null || { echo "make locks needs uv: pip install uv, or UV=/path/to/uv"; exit 1; }
	$(LOCK) $(UPGRADE) -o requirements.lock
	$(LOCK) $(UPGRADE) --group test --group check --group tracing -o requirements-dev.lock
	$(LOCK) $(UPGRADE) --group test --group check --group tracing --group eval -o requirements-eval.lock
	$(LOCK_DOCS) $(UPGRADE) -o requirements-docs.lock
	$(LOCK_PDF) $(UPGRADE) -o requirements-pdf.lock
	$(LOCK_TRACING) $(UPGRADE) -o requirements-tracing.lock

.PHONY: sbom
sbom: $(VENV)/run.stamp ## the list of what a release is made of (CycloneDX), from the lock: build/onestop.cdx.json
	@mkdir -p build
	@$(BIN)/python deploy/sbom.py > build/onestop.cdx.json && echo build/onestop.cdx.json

.PHONY: pin-images
pin-images: $(VENV)/dev.stamp ## the newest digests of the images, from their registry; ARGS="--check .env": is all pinned?
	@$(BIN)/python deploy/pin_images.py $(ARGS)

.PHONY: release
release: $(VENV)/dev.stamp ## refuses what must not be given out: images not pinned, packages known to be vulnerable; then sbom
	@$(BIN)/python deploy/pin_images.py --check
	@$(BIN)/python deploy/advisories.py
	@$(MAKE) --no-print-directory sbom

.PHONY: advisories
advisories: $(VENV)/dev.stamp ## whether a locked package is known to be vulnerable, by the snapshot beside deploy/advisories.py
	@$(BIN)/python deploy/advisories.py

.PHONY: clean
clean: ## remove the environment and every cache; data/ stays
	rm -rf $(VENV) $(SITE) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot routing knowledge tests -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if $$python -c '$(FITS)' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$python --version)"; \
			$$python -m venv --clear $(VENV) && exit 0; \
			rm -rf $(VENV); exit 1; \
		fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 with venv found (looked for: $(or $(PYTHON),python3.13 python3.12 python3.11 python3))."; \
	echo "Install one (on Debian and Ubuntu: python3 and python3-venv) or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python"; \
	exit 1

# Each lock holds the one before it, so a bigger environment also counts as the smaller.
$(VENV)/run.stamp: requirements.lock pyproject.toml $(BIN)/python
	$(call install,requirements.lock)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml $(BIN)/python
	$(call install,requirements-dev.lock)
	@touch $(VENV)/run.stamp $@

# An environment of its own: the site is made by others' programs, which nothing else needs.
$(SITE)/docs.stamp: requirements-docs.lock $(BIN)/python
	@$(BIN)/python -m venv --clear $(SITE)
	@$(SITE)/bin/python -m pip --disable-pip-version-check install -q --require-hashes --no-deps -r requirements-docs.lock
	@touch $@

$(VENV)/eval.stamp: requirements-eval.lock pyproject.toml $(BIN)/python
	$(call install,requirements-eval.lock)
	@touch $(VENV)/run.stamp $(VENV)/dev.stamp $@
