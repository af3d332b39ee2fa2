# Latchkey's commands; `make help` lists them. They need python3 (3.11 or newer, with venv) and nothing else.

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ARGS ?=
VERSION = import sys; sys.version_info >= (3, 11) or sys.exit("Latchkey needs Python 3.11 or newer, not " + sys.version.split()[0])

.DEFAULT_GOAL := help
.PHONY: help run serve ports test coverage lint format trust mutants bench screenshots messages pins

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ports ## Try it: a server on http://127.0.0.1:8000 with a small demo; HOST, PORT, WORKERS
	@$(MAKE) --silent $(VENV)/base.txt
	@exec $(BIN)/python manage.py serve --demo

serve: ports ## Serve without demo data
	@$(MAKE) --silent $(VENV)/base.txt
	@exec $(BIN)/python manage.py serve

ports: # Tried before anything is installed
	@$(PYTHON) -S -c '$(VERSION); from config.ports import main; main()'

test: $(VENV)/base.txt $(VENV)/test.txt ## Run all tests on SQLite and on PostgreSQL; ARGS="-k accept" for some of them
	@$(BIN)/python -m tests $(ARGS)

coverage: $(VENV)/base.txt $(VENV)/test.txt ## Run the tests on both databases and list the lines and branches that none of them reaches
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m coverage run -m tests $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

lint: $(VENV)/dev.txt ## Check format, style, types, imports, migrations and the settings of production
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	BASE_URL=https://example.org DATABASE_URL=sqlite:///:memory: SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(VENV)/dev.txt ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

trust: $(VENV)/base.txt $(VENV)/test.txt ## Run the tests of docs/trust.md and write their figures
	@$(BIN)/python -m tests.trust

mutants: $(VENV)/base.txt $(VENV)/dev.txt ## Change the code in small ways and see whether the tests notice; ARGS="follows/graph.py"
	@$(BIN)/python -m tests.mutants $(ARGS)

bench: $(VENV)/test.txt ## Measure the cost of requests
	@$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/test.txt ## Take the pictures of the documentation again; needs Chromium
	@SCREENSHOTS=1 $(BIN)/python -m pytest --trust tests/browser $(ARGS)

messages: $(VENV)/base.txt ## Collect the texts of the pages in locale/, and compile their translations; needs gettext
	@$(BIN)/python manage.py makemessages --locale de --add-location file --no-obsolete --ignore tests
	@$(BIN)/python manage.py compilemessages --locale de

pins: $(VENV)/dev.txt ## Compile requirements/*.in; ARGS=--upgrade for newer versions
	@for name in base s3 test dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
			$(ARGS) requirements/$$name.in --output-file requirements/$$name.txt || exit; \
	done

# What is installed is known by a copy of its list, so that a changed list is installed and an equal one is not.
$(VENV)/%.txt: requirements/%.txt
	@$(PYTHON) -c '$(VERSION)'
	@test -e $@ || echo "Installing $<; the first time this takes a minute or two"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@cmp -s $< $@ || { test ! -e $@ || echo "Installing $<"; test -t 1 || quiet="--quiet --quiet"; $(BIN)/python -m pip install $$quiet --disable-pip-version-check --require-hashes --requirement $<; }
	@cp $< $@
