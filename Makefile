# Every target below sets up what it needs first; repeating that takes a moment and changes nothing.
#   PYTHON=/path/to/python3   use this Python (3.11 or newer) instead of the newest one found
#   ARGS="…"                  more words for the command of a target, for example: make test ARGS="-k agreement"

PYTHON ?=
export PYTHON
setup := bash scripts/setup.sh
python := .venv/bin/python
.DEFAULT_GOAL := help
.PHONY: help course test test-all lint lab hub e2e site bench findings words syllabus rehearsal clean distclean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

course: ## Build the assignments, and mark a simulated class
	@$(setup) instructor
	@.venv/bin/fairmark class run $(ARGS)

test: ## Run the tests, leaving out the slow ones
	@$(setup) dev
	@$(python) -m pytest -m "not slow" $(ARGS)

test-all: ## Run every test
	@$(setup) dev
	@$(python) -m pytest $(ARGS)

lint: ## Check style, format and types
	@$(setup) dev
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy

lab: ## Open the lessons in JupyterLab
	@$(setup) instructor
	@$(python) -m jupyterlab --ServerApp.root_dir=notebooks/lessons $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

hub: ## Run JupyterHub here, with an instructor and two students
	@$(setup) hub
	@$(python) grading/hub/start.py $(ARGS)

e2e: ## Drive that JupyterHub in a browser; pictures go to build/e2e
	@$(setup) dev
	@$(python) -m pytest -n 0 tests/e2e $(ARGS)

site: ## Build the course book, a web site, into build/site
	@$(setup) site
	@$(python) course/site/build.py $(ARGS)

bench: ## Measure speed and exactness; writes course/instructor/bench.md
	@$(setup) dev
	@$(python) scripts/bench.py $(ARGS)

findings: ## Compute what the measures say; writes course/instructor/measures.md
	@$(setup) dev
	@$(python) scripts/findings.py $(ARGS)

words: ## Bring each lesson's list of new words up to date
	@$(setup) dev
	@$(python) scripts/words.py

syllabus: ## Bring the tables of the syllabus up to date
	@$(setup) dev
	@$(python) scripts/syllabus.py

rehearsal: ## Run every lesson, then mark a simulated class of 60
	@$(setup) dev
	@$(python) -m pytest -q -n0 tests/notebooks/test_lessons.py -k fresh_run
	@.venv/bin/fairmark --workdir build/rehearsal class run --size 60 $(ARGS)

clean: ## Remove what the course built
	rm -rf build

distclean: clean ## Remove the virtual environment too
	rm -rf .venv
