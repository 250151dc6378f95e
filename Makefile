# One task interface. Everything runs in one environment, .tox/dev, which tox makes; tox itself
# lives in .make. Both are installed from lock files.
PYTHON ?= python3
TOX := .make/bin/tox
DEV := .tox/dev/bin/python
LEVELS := lint types unit infra tools programs e2e mutation bench
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help environment local test report rehearse $(LEVELS) release-gate bootstrap deploy diff destroy lock clean announced

help: ## list the targets and the levels
	@echo "make TARGET:"
	@sed -n 's/^\([a-z][a-z0-9 -]*\):.*## \(.*\)/  \1|\2/p' Makefile | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'
	@echo
	@echo "make LEVEL ARGS=\"...\", or tox -e LEVEL -- ...:"
	@for level in $(LEVELS); do \
	  sed -n "/^\[testenv:$$level\]/{n;s/^description = /  $$level|/p}" tox.ini; \
	done | awk -F'|' '{printf "%-24s %s\n", $$1, $$2}'

environment: announced ## install the locked packages, and run nothing
	@$(TOX) run -qq --notest -e local

local: announced ## serve the stack on this machine until Ctrl-C (ARGS="--port 4566")
	@$(TOX) run -qq --notest -e local
	@$(DEV) -m tools.local_stage $(ARGS)

test: announced ## lint, types, unit, infra, tools, programs, e2e, mutation, rehearse
	@mkdir -p build && rm -f build/levels.json
	@began=$$(date +%s); \
	$(TOX) run-parallel -qq --parallel 2 --result-json build/levels.json; code=$$?; \
	$(DEV) -m tools.summary build/levels.json $$(($$(date +%s) - began)); exit $$code

rehearse: announced ## release bad and good commits on this machine (ARGS="--quick")
	@$(TOX) run -qq -e rehearse -- $(or $(ARGS),--only '*')

$(LEVELS): announced
	@$(TOX) run -qq -e $@ $(if $(ARGS),-- $(ARGS))

report: announced ## write an index of all reports and name it (ARGS=--open)
	@$(TOX) run -qq --notest -e local
	@$(DEV) -m tools.report $(ARGS)

bootstrap: announced ## prepare an AWS account and region for the CDK, once
	@$(TOX) run -qq --notest -e local
	@$(DEV) -m tools.cdk bootstrap $(ARGS)

deploy diff destroy: announced ## one stage on AWS (STAGE=dev ARGS="...")
	@test -n "$(STAGE)" || { echo "name the stage: make $@ STAGE=dev" >&2; exit 2; }
	@$(TOX) run -qq --notest -e local
	@$(DEV) -m tools.cdk $@ -c stage=$(STAGE) $(ARGS)

release-gate: announced ## build, check or release a set (ARGS="build --output DIR")
	@$(TOX) run -qq --notest -e local
	@$(DEV) -m tools.release_gate $(ARGS)

# The first time uv shows what it downloads; then tox, which would hide that, finds all installed.
announced: $(TOX)
	@test -x $(DEV) || { \
	  echo "installing the locked packages in .tox/dev ..."; \
	  .make/bin/uv venv --quiet --python .make/bin/python .tox/dev && \
	  .make/bin/uv pip install --python $(DEV) -r requirements/dev.txt 2>&1 \
	    | grep --line-buffered -v -e '^ [+]' -e '^Using'; }

lock: $(TOX) ## resolve requirements/*.txt and package-lock.json again
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
