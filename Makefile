# Every target sets up what it needs first; a second run finds it done.
SHELL := /bin/bash
PYTHON_BIN := .venv/bin/python
FACEGEN := .venv/bin/facegen
DEMO := demo
FACES ?=
REAL ?=
PARSER_FACES := build/parser/faces
PYTEST_ARGS ?=
FUZZ_ARGS ?=
SUPPLY := build/supply

.DEFAULT_GOAL := help
.PHONY: help setup demo test proofs fuzz sbom audit-deps lint docs parser clean distclean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Virtual environment, wheels and system libraries
	@tools/bootstrap.sh

demo: setup ## Render 52 small matched faces, audit them, write a report and a contact sheet into demo/
	@$(FACEGEN) render --match-dist celebamaskhq --num 52 --size 128 --quality fast --seed 0 --out $(DEMO)/faces
	@$(FACEGEN) audit $(DEMO)/faces --against celebamaskhq --out $(DEMO)/audit > $(DEMO)/audit.txt || test $$? -eq 1
	@$(FACEGEN) preview $(DEMO)/faces --num 52 --columns 4 --out $(DEMO)/contact-sheet.png
	@$(PYTHON_BIN) tools/demo_summary.py $(DEMO)
	@echo "'source .venv/bin/activate' makes facegen and python those of this project."

test: setup ## Run the tests, a process a core
	@$(PYTHON_BIN) -m pytest -m "not slow" -n 2 --dist loadfile --durations=25 $(PYTEST_ARGS)

proofs: setup ## Run the proofs that take minutes
	@$(PYTHON_BIN) -m pytest -m slow $(PYTEST_ARGS)

fuzz: setup ## Fuzz every reader of foreign files for ten minutes each; FUZZ_ARGS="--seconds 60 tar zip" for less
	@$(PYTHON_BIN) -m pip install --quiet --disable-pip-version-check 'atheris>=3.0'
	@$(PYTHON_BIN) tools/fuzz.py $(FUZZ_ARGS)

$(SUPPLY)/.done: tools/supply_chain.txt | setup
	@$(PYTHON_BIN) -m venv $(SUPPLY)
	@$(SUPPLY)/bin/python -m pip install --quiet --disable-pip-version-check -r tools/supply_chain.txt && touch $@

sbom: $(SUPPLY)/.done ## Software bill of materials of .venv (CycloneDX) into build/facegen.cdx.json
	@$(SUPPLY)/bin/cyclonedx-py environment --output-reproducible --pyproject pyproject.toml -o build/facegen.cdx.json $(PYTHON_BIN)

audit-deps: $(SUPPLY)/.done ## Known vulnerabilities of what .venv holds; asks a service on the internet
	@$(PYTHON_BIN) -m pip freeze --exclude-editable > build/frozen.txt
	@$(SUPPLY)/bin/pip-audit --strict --progress-spinner off --disable-pip --no-deps -r build/frozen.txt

lint: setup ## Style, types and the direction of imports
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m ruff format --check .
	@.venv/bin/lint-imports
	@$(PYTHON_BIN) -m mypy

docs: setup ## Build the documentation into build/site; a broken link is an error
	@NO_MKDOCS_2_WARNING=1 $(PYTHON_BIN) -m mkdocs build --strict --quiet

parser: setup ## Train the parser that facegen brings, with its card: FACES=set renders none, REAL=set scores it
	@$(if $(FACES),,$(FACEGEN) render --match-dist celebamaskhq --num 1000 --size 256 --quality fast --seed 1 --out $(PARSER_FACES))
	@$(PYTHON_BIN) tools/ship_parser.py $(or $(FACES),$(PARSER_FACES)) $(if $(REAL),--real $(REAL))

clean: ## Remove what the targets wrote, keep the virtual environment
	@rm -rf $(DEMO) build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Remove the virtual environment too
	@rm -rf .venv
