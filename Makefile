.PHONY: audit demo test lint schemathesis bench faults bench-link

PYTHON ?= python3.11
PIP = .venv/bin/pip install --quiet --disable-pip-version-check -c constraints.txt

demo: .venv/runtime
	@.venv/bin/minqing demo

test: .venv/dev
	.venv/bin/pytest

lint: .venv/dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

schemathesis: .venv/dev
	SCHEMATHESIS_EXAMPLES=240 .venv/bin/pytest -s tests/test_schemathesis.py

faults: .venv/dev
	eval "$$(tests/services.sh start)" && MINQING_FAULTS=20 MINQING_REQUIRE_SERVICES=1 .venv/bin/pytest tests/faults tests/test_streams.py

audit: .venv/runtime
	$(PIP) -e '.[audit]'
	.venv/bin/bandit --quiet --configfile pyproject.toml --recursive corpora nlp models api
	.venv/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip

SIZES ?= 10000 100000 1000000

bench-link: .venv/runtime
	.venv/bin/python -m benchmarks.link_scale --sizes $(SIZES)

bench: .venv/runtime
	.venv/bin/minqing bench

.venv/runtime: pyproject.toml constraints.txt
	test -d .venv || $(PYTHON) -m venv .venv
	$(PIP) -e .
	touch $@

.venv/dev: .venv/runtime
	$(PIP) -e '.[dev]'
	touch $@
