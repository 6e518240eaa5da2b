# Everything that is done with this project. `make` alone lists it.
# `make demo` needs python3 (3.11+), make and pip; what else a target needs it sets up on first use.

.DEFAULT_GOAL := help
BIN := .venv/bin
PYTHON_OF_VENV := $(BIN)/python
CORES := $(shell nproc 2>/dev/null || echo 2)
# One more than processors: many a test waits for a broker to come back, or for a browser.
WORKERS ?= $(shell expr $(CORES) + 1)
ARGS ?=

.PHONY: help
help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do \
	  printf '  make %-10s %s\n' "$$name" "$$what"; done

.PHONY: demo
demo: runtime  ## start all with samples fed through the seven channels, then serve (ONCE=1: exit after; REPORT=file: as JSON)
	@$(BIN)/shouli demo $(if $(ONCE),--once) $(if $(REPORT),--report "$(REPORT)")

.PHONY: run
run: runtime  ## start all four services in one process at http://127.0.0.1:8000
	@$(BIN)/shouli serve

# Every page as it looks on a desk and on a phone, to be kept with the run.
.PHONY: test
test: export SCREENSHOTS ?= build/screenshots
test: dev parts  ## run all tests, on real RabbitMQ, PostgreSQL, IMAP and SMTP servers (WORKERS=3, ARGS=...)
	$(PYTHON_OF_VENV) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

.PHONY: check
check: dev  ## check format, lint, types, walls, contracts and house rules
	@$(MAKE) --no-print-directory --jobs $(CORES) --output-sync=target $(CHECKS)

CHECKS := check-types check-style check-walls check-contracts check-house
.PHONY: $(CHECKS)
check-types:
	$(BIN)/mypy
check-style:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
check-walls:
	$(BIN)/lint-imports
check-contracts:
	$(PYTHON_OF_VENV) -m shared.contracts.generate --check
	$(PYTHON_OF_VENV) -m deploy.rabbitmq.make_definitions --check
check-house:
	$(PYTHON_OF_VENV) -m tests.lint.house_rules

.PHONY: bench
bench: dev parts  ## measure speed beside the limit of the bare libraries, in the same run
	$(PYTHON_OF_VENV) -m tests.bench $(ARGS)

.PHONY: fuzz
fuzz: dev  ## ask every operation of the API what its document allows and what it doesn't, with schemathesis (ARGS="-n 50")
	$(PYTHON_OF_VENV) -m tests.fuzz $(ARGS)

.PHONY: articles
articles: dev  ## list each article of the regulation with its rules and the tests that prove it
	@$(PYTHON_OF_VENV) -m tests.articles

.PHONY: contracts
contracts: dev  ## write the JSON Schemas, the AsyncAPI file, the broker's definitions and docs/rules.md from models and tables
	$(PYTHON_OF_VENV) -m shared.contracts.generate
	$(PYTHON_OF_VENV) -m deploy.rabbitmq.make_definitions
	$(PYTHON_OF_VENV) -m services.workflow.rules_document

.PHONY: lock
lock: dev  ## resolve the dependencies again into the lock files (ARGS=--upgrade: newest of all)
	scripts/lock.sh $(ARGS)

.PHONY: parts
parts:  ## install the programs that the tests run (apt-get, as root or by sudo)
	@scripts/parts.sh

.PHONY: runtime dev
runtime dev:
	@scripts/venv.sh $@

.PHONY: clean
clean:  ## remove what the above have made, but not the data in var/
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
