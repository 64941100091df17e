# The menu. `make run` and `make test` are all a newcomer needs; each sets up what it uses.
#
#   ARGS="..."       passed on to the program (run) or to pytest (test)
#   HOME_DIR=DIR     run with everything in DIR instead of the usual folders
#   PYTHON=...       the Python that .venv is built with
#   NAMES="..."      the benchmarks to run; UPGRADE=1 lets `lock` take the newest versions

VENV := .venv/bin

# Setting up and running see the packages of .venv and no others, one step after the other.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONINSPECT PYTHONWARNINGS PYTHONEXECUTABLE
.NOTPARALLEL:

.PHONY: help install install-run run test test-pythons check format fuzz audit torture bench \
        screenshots lock locale clean package package-size package-test package-twice package-start \
        fresh docs system-run system-test system-assistive system-bench system-package \
        system-release

help: ## Print this menu
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: ## Build .venv from the lock with all that developers need
	@python=$$(packaging/find-python) && "$$python" packaging/install.py

# What the program alone needs: two thirds of the download.
install-run:
	@python=$$(packaging/find-python) && "$$python" packaging/install.py run

run: system-run install-run ## Open the window (where there is no display: paint one picture)
	@$(if $(HOME_DIR),GRIDBRUSH_HOME="$$HOME_DIR") packaging/run $(ARGS)

# Four processes on two processors: tests wait for timers, programs and the disk now and then. Byte
# code is written, for each of them would compile all tests, which takes eight seconds.
test: system-test install ## Run all tests, also those on a virtual desktop
	@env -u PYTHONDONTWRITEBYTECODE $(VENV)/python -m pytest -n 4 --dist loadfile $(ARGS)

test-pythons: install ## Run the core part on the oldest and newest other Python found here
	@$(VENV)/python packaging/other_pythons.py $(ARGS)

check: install ## Format, lint, import contracts, types: everything but the tests
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/lint-imports --no-logo
	for system in linux win32 darwin; do \
		$(VENV)/mypy --platform $$system --cache-dir .mypy_cache/$$system || exit 1; done

format: install ## Format the code and mend what ruff can mend
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

fuzz: install ## Look for answers the reader of answers breaks on (SECONDS=60)
	@packaging/fuzz $(or $(SECONDS),60)

audit: ## Look the locked packages up among the known weaknesses
	@packaging/audit

torture: system-test install ## Kill it, fill the disk, lie to it: what is promised (half an hour)
	@$(VENV)/python -m tests.torture $(PARTS)

bench: system-bench install ## Measure, against peers; results in build/bench.json
	@$(VENV)/python -m tests.benchmarks $(NAMES)

screenshots: system-test install ## Take the pictures of docs/screenshots
	@$(VENV)/python -m tests.screenshots

package: system-package ## Build the program as users get it: dist/*.deb and dist/*.tar.zst
	@python=$$(packaging/find-python) && "$$python" packaging/bundle.py && \
		"$$python" packaging/packages.py

package-size: ## The ten largest parts of the built program
	@python=$$(packaging/find-python) && "$$python" packaging/sizes.py

package-start: install ## How long the built program takes to start, beside the checkout
	@$(VENV)/python packaging/startup.py

package-twice: ## Build the packages twice and compare them
	@python=$$(packaging/find-python) && "$$python" packaging/twice.py

package-test: ## Install the .deb on a fresh Debian without Python, use it, remove it (ALL=1: both)
	@python=$$(packaging/find-python) && "$$python" packaging/fresh_debian.py $(if $(ALL),--all)

fresh: ## Try run, test and package on bare Debians (root, debootstrap; exit 77 without)
	@python=$$(packaging/find-python) && "$$python" packaging/fresh.py $(ARGS)

docs: install ## Build the guide as a site: build/docs/html
	@$(VENV)/python packaging/keys_page.py build/docs/keys.md
	@python=$$(packaging/find-python) && "$$python" packaging/guide.py

lock: ## Renew requirements/*.txt: versions, markers and hashes
	@python=$$(packaging/find-python) && "$$python" packaging/lock.py

locale: install ## Collect the words for translators
	@mkdir -p resources/locale
	@$(VENV)/pybabel --quiet extract --keywords=pgettext:1c,2 --add-comments="Translators:" --sort-by-file --no-wrap \
		--project=Gridbrush --copyright-holder="The Gridbrush authors" \
		--output-file=resources/locale/gridbrush.pot studio
	@echo resources/locale/gridbrush.pot

clean: ## Remove .venv, builds and caches; pictures and settings stay
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What comes from the system: what Qt needs for the window, and a virtual desktop for the tests.
system-run system-test system-assistive system-bench system-package system-release: system-%:
	@python=$$(packaging/find-python) && "$$python" packaging/system/ensure.py $*
