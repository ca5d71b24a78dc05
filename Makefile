# Everything a developer or CI does. Bare `make` prints this help from the text after `##`.
PYTHON ?= python3
BIN := .venv/bin
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

.DEFAULT_GOAL := help
.PHONY: help setup lock lint typecheck regenerate check test test-browser browser contract-test replay baseline diff drift \
  hostile mutants invariants false-alarms docs recordings package corpus bench \
  bench-mock mock clean

help: ## print this help
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: .venv/.ready ## install the locked versions of everything into .venv

.venv/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-build-isolation --no-deps -e .
	touch $@

node_modules/.ready: package-lock.json .venv/.ready
	PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

lock: .venv/.ready ## upgrade the locked dependencies to their newest versions
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --all-extras --group dev \
	  --upgrade --custom-compile-command "make lock" --output-file requirements-dev.txt pyproject.toml

lint: node_modules/.ready ## check openapi.yaml (validator, linter), the code (ruff, import-linter) and the container file
	$(BIN)/openapi-spec-validator openapi.yaml
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/redocly lint openapi.yaml
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/hadolint Containerfile

typecheck: node_modules/.ready ## check the types (mypy strict, pyright): generated code and snippets of documents included
	$(BIN)/mypy
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/pyright
	$(BIN)/python -m proof.snippets

regenerate: node_modules/.ready ## generate the client from openapi.yaml and the templates, and copy htmx
	$(BIN)/python templates/regenerate.py
	cp node_modules/htmx.org/dist/htmx.min.js src/xpander_mock/console/static/htmx.min.js
	cp node_modules/htmx.org/LICENSE src/xpander_mock/console/static/htmx.LICENSE

check: node_modules/.ready ## check that the generated trees are what the generator writes, and htmx what npm locks
	$(BIN)/python templates/regenerate.py --check
	cmp node_modules/htmx.org/dist/htmx.min.js src/xpander_mock/console/static/htmx.min.js
	cmp node_modules/htmx.org/LICENSE src/xpander_mock/console/static/htmx.LICENSE

test: node_modules/.ready ## run the unit tests
	$(BIN)/python -m pytest -n 2

test-browser: node_modules/.ready ## run the tests of pages in a Chromium (CHROMIUM=path, SCREENSHOTS=1 renews docs/images)
	$(BIN)/python -m pytest -m browser

browser: ## install a Chromium for `make test-browser` by apt, unless there is one
	for name in $$CHROMIUM chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$name && exit; done; sudo=$$(command -v sudo || true); \
	  $$sudo apt-get update --quiet && $$sudo apt-get install --yes --quiet --no-install-recommends chromium

hostile: .venv/.ready ## attack the clients with 50,000 arguments, answers and streams made by hypothesis (CASES=n)
	HOSTILE_CASES=$(or $(CASES),50000) $(BIN)/python -m pytest tests/tasks/test_hostile.py -n 2 -q

contract-test: .venv/.ready ## test the mock, or the server at XPANDER_BASE_URL, against the contract (PROFILE=quick or deep, SEED=n, BASELINE=file)
	$(BIN)/python -m contract_tests run $(if $(BASELINE),--baseline "$(BASELINE)")

baseline: .venv/.ready ## add the failures of the last contract-test to the known ones (BASELINE=file, REASON=text, EXPIRES=date)
	$(BIN)/python -m contract_tests baseline $(if $(BASELINE),--baseline "$(BASELINE)") --reason "$$REASON" $(if $(EXPIRES),--expires "$$EXPIRES")

diff: node_modules/.ready ## tell what changed in openapi.yaml, and what each change touches (BASE=git-ref or file, REVISION=file, FORMAT=json or markdown)
	$(BIN)/python -m contract_tests diff --base "$(or $(BASE),HEAD)" $(if $(REVISION),--revision "$(REVISION)") --format $(or $(FORMAT),text)

drift: node_modules/.ready ## compare openapi.yaml with the provider's own document (DOCUMENT=file, FORMAT=json or markdown)
	$(BIN)/python -m contract_tests drift --document "$(DOCUMENT)" --format $(or $(FORMAT),text)

replay: .venv/.ready ## check recorded traffic by the invariants of the contract (HAR=file)
	$(BIN)/python -m contract_tests replay "$(HAR)"

mutants: .venv/.ready ## run the contract suite against every defect: each must be caught (DEFECT=name, GROUP=claim, BASELINE=1)
	DEFECT="$(DEFECT)" GROUP="$(GROUP)" BASELINE="$(BASELINE)" $(BIN)/python -m proof.mutants

invariants: .venv/.ready ## count the defects that the invariants alone find on a quick run (DEFECT=name, GROUP=claim, EVERY=n)
	DEFECT="$(DEFECT)" GROUP="$(GROUP)" EVERY="$(EVERY)" $(BIN)/python -m proof.invariants

false-alarms: .venv/.ready ## run the contract suite against the healthy mock 20 times: no test may fail (RUNS=n)
	$(BIN)/python -m proof.false_alarms

corpus: .venv/.ready ## try the templates on a folder of OpenAPI documents (CORPUS=folder); writes docs/templates.md
	$(BIN)/python -m templates.corpus $(CORPUS) --write docs/templates.md

docs: .venv/.ready ## write the pages of docs/ that show claims, defects and recorded figures
	$(BIN)/python -m proof.docs
	$(BIN)/python -m benchmarks.pages

recordings: .venv/.ready ## record sessions of the command line as SVG in docs/recordings/
	$(BIN)/python -m proof.recordings

package: .venv/.ready ## build the wheel, install it into empty environments and import it
	$(BIN)/python -m proof.check_wheel

bench: .venv/.ready ## measure the client side by side with others; writes docs/benchmarks.json and .md
	$(BIN)/python -m benchmarks.client

bench-mock: .venv/.ready ## measure the mock side by side with others; writes docs/benchmarks-mock.json and .md
	$(BIN)/python -m benchmarks.mock

mock: .venv/.ready ## serve the mock on http://127.0.0.1:8787
	$(BIN)/python -m xpander_mock

clean: ## delete what the other targets wrote, the environment included
	rm -rf .venv node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
