# Everything here works on a fresh clone: each target first gets what it needs (Python 3.11+ is all it expects).

.DEFAULT_GOAL := help
.PHONY: help run test test-install check format screenshots bench lock clean setup setup-run

WITH_CHROMIUM = CHROMIUM="$$(dev/chromium --install)"
WITH_REDIS = REDIS_SERVER="$$(dev/redis --install)"
# The tests start some hundred processes: without bytecode each would compile all of its modules.
WITH_BYTECODE = PYTHONDONTWRITEBYTECODE=
SHELL_SCRIPTS = $(shell grep -rlIE '^\#( shellcheck shell=bash|!/.*sh$$)' .ci dev deploy tests/install install.sh 2>/dev/null)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup-run ## start the demo and open the browser (ARGS='--port 9000' for more)
	.venv/bin/dashboard-run --demo $(ARGS)

test: setup ## run every test in parallel, those in Chromium too (ARGS='-k name' for some, '-n0' for one process)
	$(WITH_CHROMIUM) $(WITH_REDIS) $(WITH_BYTECODE) .venv/bin/pytest -n auto --maxschedchunk 4 $(ARGS)

test-install: ## install it on a fresh Debian and try all of it (RIG=COMMAND that runs: COMMAND FOLDER -- SCRIPT)
	@RIG='$(RIG)' SHORT='$(SHORT)' tests/install/in-rig

check: setup ## lint, format, types, imports, shell scripts, security, deployment; changes nothing
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy $(wildcard dashboard tests dev benchmarks)
	.venv/bin/lint-imports --no-logo
	.venv/bin/shellcheck $(SHELL_SCRIPTS)
	.venv/bin/bandit --quiet --severity-level medium --recursive dashboard deploy
	dev/audit
	dev/check-deploy

format: setup ## bring the code into its form, mending what can be mended
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

screenshots: setup ## take the pictures in docs/screenshots from the running demo
	$(WITH_CHROMIUM) .venv/bin/python dev/screenshots.py

bench: setup ## measure it (ARGS for one benchmark)
	$(WITH_CHROMIUM) .venv/bin/python -m benchmarks $(ARGS)

lock: setup ## choose exact versions anew, within pyproject's ranges (ARGS='--upgrade' for the newest)
	dev/lock $(ARGS)

clean: ## remove what was made here, .venv too
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@dev/setup dev

setup-run:
	@dev/setup run
