# Everything a person does here starts with `make`. `make help` lists it.
PYTHON ?= $(shell command -v python3.13 >/dev/null 2>&1 && python3.13 -c '' >/dev/null 2>&1 && echo python3.13 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.caerus
.DEFAULT_GOAL := help

##@ The two commands
.PHONY: run test
run: setup ## Set everything up and serve http://127.0.0.1:8000 with a demo
	@exec $(BIN)/caerus up

test: setup-dev ## Set everything up and run every test
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: ea-test
ea-test: setup-dev ## Compile the EA SDK with g++ and run it: vectors, bad answers, crashes, a live hub
	$(BIN)/python -m pytest tests/ea_sdk $(PYTEST_ARGS)

##@ Setting up
.PHONY: setup setup-dev lock
setup: $(STAMP)/run $(STAMP)/web ## Make .venv with everything `caerus` needs
setup-dev: $(STAMP)/dev $(STAMP)/web ## The same, and what tests and checks need

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	 || { echo "Caerus needs Python 3.11, 3.12 or 3.13; $(PYTHON) is `$(PYTHON) --version`. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP)/run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@mkdir -p $(STAMP) && touch $@

$(STAMP)/dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@mkdir -p $(STAMP) && touch $@ $(STAMP)/run

$(STAMP)/web: clients/pnpm-lock.yaml $(shell find clients -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name 'package.json' -o -name '*.json' \) -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null) | $(VENV)/bin/python
	scripts/build-web $(BIN)
	@mkdir -p $(STAMP) && touch $@

lock: ## Resolve the dependency locks anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml --group dev -o requirements-dev.lock

##@ Keeping the house
.PHONY: check fmt fuzz chaos bench openapi
check: setup-dev ## Lint, types, floors, SQL, drift of generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk --config sql/squawk.toml sql/migrations/*.sql
	$(BIN)/caerus openapi --check clients/packages/api/openapi.json
	scripts/check-web $(BIN)

fmt: setup-dev ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

openapi: setup-dev ## Write the API document and the types of the clients
	$(BIN)/caerus openapi --out clients/packages/api/openapi.json
	scripts/check-web $(BIN) --write

fuzz: setup-dev ## Every endpoint under 20,000 generated requests (FUZZ_EXAMPLES=400 each), the stream under 5,000 bad frames
	$(BIN)/python -m tests.house.fuzz $(or $(FUZZ_EXAMPLES),400)
	$(BIN)/python -m tests.stream.frame_fuzz $(or $(FUZZ_FRAMES),5000)

chaos: setup-dev ## Kill, cut, stall, empty and set back everything (CHAOS_ROUNDS=200, CHAOS_SEED=any)
	$(BIN)/python -m tests.chaos $(or $(CHAOS_ROUNDS),200) $(CHAOS_SEED)

bench: setup-dev ## Measure, peers beside us in the same run
	$(BIN)/python -m bench

##@ Help
.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)} /^[a-zA-Z_-]+:.*##/ {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST); echo
