# One task interface. Everything runs in environments that tox makes; tox itself
# lives in .make, installed from the lock file.
PYTHON ?= python3
TOX := .make/bin/tox
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help bootstrap deploy diff destroy local test lint types unit infra tools e2e mutation bench lock clean

help: ## list these targets and the tox environments
	@echo "make targets:"
	@sed -n 's/^\([a-z0-9 -]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-42s %s\n", $$1, $$2}'
	@echo
	@echo "tox environments (tox run -e NAME -- ARGS):"
	@sed -n 's|^\[testenv:\(.*\)\]|\1|p; s|^description = ||p' tox.ini | sed 1d | paste - - | awk -F'\t' '{printf "  %-14s %s\n", $$1, $$2}'

local: $(TOX) ## serve the stack on this machine until Ctrl-C (ARGS="--port 4566")
	@test -d .tox/local || echo "installing the locked packages in .tox/local ..."
	@$(TOX) run -q -e local -- $(ARGS)

test: $(TOX) ## lint, types, unit, infra, tools, e2e, mutation
	$(TOX)

lint types unit infra tools e2e mutation bench: $(TOX) ## one level alone (ARGS="...")
	$(TOX) run -e $@ -- $(ARGS)

bootstrap: $(TOX) ## prepare an AWS account and region for the CDK, once
	@$(TOX) run -q --notest -e local
	@.tox/local/bin/python -m tools.cdk bootstrap $(ARGS)

deploy diff destroy: $(TOX) ## one stage on AWS (STAGE=dev ARGS="...")
	@test -n "$(STAGE)" || { echo "name the stage: make $@ STAGE=dev" >&2; exit 2; }
	@$(TOX) run -q --notest -e local
	@.tox/local/bin/python -m tools.cdk $@ -c stage=$(STAGE) $(ARGS)

lock: $(TOX) ## write requirements/*.txt and package-lock.json anew
	for group in tox dev; do \
	  .make/bin/uv pip compile pyproject.toml --group $$group --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-annotate --quiet \
	    --custom-compile-command "make lock" --output-file requirements/$$group.txt || exit 1; \
	done
	npm install --package-lock-only --omit-lockfile-registry-resolved

clean: ## remove environments, caches and reports
	rm -rf .make .tox .venv build cdk.out mutants node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(TOX): requirements/tox.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@echo "setting up tox in .make ..."
	@rm -rf .make
	@$(PYTHON) -m venv .make
	@.make/bin/pip install --quiet --retries 1 --disable-pip-version-check --require-hashes \
	  -r requirements/tox.txt >.make/setup.log 2>&1 || { \
	    missing=$$(sed -n 's/^ERROR: No matching distribution found for //p' .make/setup.log); \
	    echo "tox could not be set up: package $${missing:-unknown} could not be had; see .make/setup.log" >&2; \
	    exit 2; }
