# Everything happens in .venv; nothing is installed outside it except a browser for the tests (see .ci/browser.sh).
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

BIN := .venv/bin
SYNC := .ci/sync.sh
JOBS ?= 2

.PHONY: help install demo test check faults fuzz bench bench-long soak audit sbom lock clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Create .venv with the locked dependencies, the commands and the compiled languages
	@$(SYNC)

demo: install ## Watch six simulated rooms live (Ctrl-C ends it)
	@exec $(BIN)/infusion-monitor demo

check: ## Format, lint, types, import rules
	@$(SYNC) --dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file's tests stay on one worker: they share a running product.
# On two cores a browser beside another test may be starved past its deadline: what failed is run once more, alone.
# A test that fails twice is broken and fails the target.
test: check ## All checks and all tests, in a real browser too
	@browser="$$(.ci/browser.sh)" && export INFUSION_MONITOR_CHROMIUM="$$browser" && \
		{ $(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m "not benchmark and not long" || \
		{ code=$$?; [ $$code -eq 1 ] || exit $$code; \
		echo "once more, alone, what failed:" >&2; \
		$(BIN)/pytest --last-failed --last-failed-no-failures none -m "not benchmark and not long"; }; }

faults: ## Kill, fill, cut and flood the product, ROUNDS (100) times where it is by chance; about twenty minutes
	@$(SYNC) --dev
	@browser="$$(.ci/browser.sh)" || browser=; INFUSION_MONITOR_CHROMIUM="$$browser" ROUNDS="$${ROUNDS:-100}" \
		$(BIN)/python -m tests.faults

fuzz: ## Say a million wrong things to a gateway (FRAMES=1000000, SEED=...); what breaks it is kept in tests/fuzz/corpus
	@$(SYNC) --dev
	@FUZZ_KEEP=1 FRAMES="$${FRAMES:-1000000}" EXAMPLES="$${EXAMPLES:-2000}" $(BIN)/pytest tests/fuzz --ignore tests/fuzz/test_report.py -q -s \
		-p no:cacheprovider && $(BIN)/python -m tests.fuzz.report

bench: ## Measure against peers and limits, under half an hour on a quiet machine (ONLY=W1,W8: only these)
	@$(SYNC) --dev
	@browser="$$(.ci/browser.sh)" && INFUSION_MONITOR_CHROMIUM="$$browser" \
		$(BIN)/python -m tests.benchmarks $${ONLY:+--only "$$ONLY"}

bench-long: ## The same for hours, then the single benchmarks
	@$(SYNC) --dev
	@browser="$$(.ci/browser.sh)" && export INFUSION_MONITOR_CHROMIUM="$$browser" && \
		{ $(BIN)/python -m tests.benchmarks --long $${ONLY:+--only "$$ONLY"}; code=$$?; \
		$(BIN)/pytest -m benchmark tests/benchmarks -q -s -p no:cacheprovider; exit $$code; }

soak: ## Run for hours and look whether anything grows (HOURS=2 ROOMS=12 SPEED=1, or WEEK=1: a simulated week)
	@$(SYNC) --dev
	@browser="$$(.ci/browser.sh)" && INFUSION_MONITOR_CHROMIUM="$$browser" $(BIN)/python -m tests.soak

audit: ## Look the locked dependencies up among known vulnerabilities (skipped, and said, without a network)
	@$(SYNC) --dev
	@.ci/audit.sh

sbom: ## List everything that the product is made of (CycloneDX, in dist/)
	@$(SYNC) --dev
	@.ci/sbom.sh

lock: ## Bring uv.lock up to the newest versions that pyproject.toml allows
	@$(SYNC) --lock

clean: ## Remove .venv and the caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
