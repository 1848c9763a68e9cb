# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
V := .venv/bin/python
SERVE ?= 1
SIZE ?= small
GROUP ?= speed

.DEFAULT_GOAL := help
.PHONY: help install demo up test check format soak bench

help:  ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | \
		awk -F '\t' '{ printf "  make %-9s %s\n", $$1, $$2 }'

install:  ## create .venv with the pinned requirements
	@$(or $(PYTHON),python3) tools/install.py base

demo: install  ## the demo company in your browser (SERVE=0: summary only; DATA=DIR: your files)
	@.venv/bin/xinheng demo $(if $(filter 0,$(SERVE)),--no-serve) $(if $(DATA),--data "$(DATA)")

up: install  ## run database, web and worker until Ctrl-C
	@.venv/bin/xinheng up

test:  ## install what tests need, check the code, run every test
	@$(or $(PYTHON),python3) tools/install.py test
	@$(MAKE) --no-print-directory check; checked=$$?; \
	$(V) -m pytest -q -rfEs -n 2 --dist worksteal --durations 10 $(ARGS); tested=$$?; \
	exit $$((checked || tested))

check:  ## format, lint, types, floors, tidiness
	@$(V) -m ruff format --check -q .
	@$(V) -m ruff check -q .
	@$(V) -m mypy
	@.venv/bin/lint-imports
	@$(V) -m pytest -q tests/test_tidy.py tests/test_floors.py

format:  ## write the code the way `check` wants it
	@$(V) -m ruff format -q .
	@$(V) -m ruff check -q --fix .

soak:  ## tests that take too long for every run
	@$(V) -m pytest -q --soak -m soak

bench:  ## measure against the budgets (SIZE=small|full, GROUP=speed|accuracy|all)
	@$(or $(PYTHON),python3) tools/install.py test
	@$(V) -m bench --size $(SIZE) --group $(GROUP)
