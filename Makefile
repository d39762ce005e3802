# Every target works on a fresh clone with Python 3.11 or newer: it first installs what it needs.

.DEFAULT_GOAL := help
.PHONY: help run test attacks fuzz test-install check format screenshots exchanges bench lock sbom clean setup setup-run

WITH_CHROMIUM = CHROMIUM="$$(dev/chromium --install)"
WITH_REDIS = REDIS_SERVER="$$(dev/redis --install)"
# The tests start some hundred processes: without bytecode each would compile all of its modules.
WITH_BYTECODE = PYTHONDONTWRITEBYTECODE=
SHELL_SCRIPTS = $(shell grep -rlIE '^\#( shellcheck shell=bash|!/.*sh$$)' .ci dev deploy tests/install install.sh 2>/dev/null)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup-run ## start the demo and open the browser (ARGS='--port 9000' adds flags)
	.venv/bin/dashboard-run --demo $(ARGS)

test: setup ## run all tests in parallel, in Chromium too (ARGS='-k name' selects some, '-n0' one process)
	$(WITH_CHROMIUM) $(WITH_REDIS) $(WITH_BYTECODE) .venv/bin/pytest -n auto --maxschedchunk 4 $(ARGS)

attacks: setup ## try the attacks of tests/security, and count those tried and held by class
	$(WITH_CHROMIUM) $(WITH_REDIS) $(WITH_BYTECODE) .venv/bin/pytest -n auto --maxschedchunk 4 tests/security $(ARGS)

fuzz: setup ## try 100,000 inputs on each parser of outside text (ARGS='-k Host' selects some); takes hours
	FUZZ_CASES=$${FUZZ_CASES:-100000} .venv/bin/pytest -n auto tests/security/fuzzing $(ARGS)

test-install: ## test install.sh on a fresh Debian (RIG=COMMAND that runs: COMMAND FOLDER -- SCRIPT)
	@RIG='$(RIG)' SHORT='$(SHORT)' tests/install/in-rig

check: setup ## lint, format, types, imports, shell scripts, security, deployment; read-only
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy $(wildcard dashboard tests dev benchmarks)
	.venv/bin/lint-imports --no-logo
	.venv/bin/shellcheck $(SHELL_SCRIPTS)
	.venv/bin/bandit --quiet --severity-level medium --recursive dashboard deploy
	dev/audit
	dev/check-deploy

format: setup ## format the code and apply automatic lint fixes
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

screenshots: setup ## take the screenshots in docs/screenshots from the running demo
	$(WITH_CHROMIUM) .venv/bin/python dev/screenshots.py

exchanges: setup ## write docs/EXCHANGES.md from the table of accounts
	.venv/bin/python -m dev.exchanges

bench: setup ## run the benchmarks (ARGS names some)
	$(WITH_CHROMIUM) .venv/bin/python -m benchmarks $(ARGS)

lock: setup ## update the lock files from pyproject's ranges (ARGS='--upgrade' for the newest versions)
	dev/lock $(ARGS)

sbom: setup ## write dist/sbom.cdx.json, a CycloneDX bill of materials of the locked packages
	dev/sbom

clean: ## remove generated files and .venv
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@dev/setup dev

setup-run:
	@dev/setup run
