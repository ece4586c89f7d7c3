# The commands of this repository: `make help` lists them. Every target creates .venv and installs from the lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Spark has its own environment: pyspark needs an older pandas.
SPARK_VENV := .venv-spark
# Oldest and newest versions that the package supports beside those of the lock.
VERSION_VENVS := .venv-duckdb-1 .venv-dbt-1.12
OTHER_.venv-duckdb-1 := duckdb>=1.5,<1.6
OTHER_.venv-dbt-1.12 := dbt-core>=1.12,<1.13
# dbt-core 1.12 also names an experimental parser, which it does not need.
ALSO_.venv-dbt-1.12 := metricflow python-dotenv
# Clients that read the marts, DuckDB 1.4 among them: what BI tools have.
CLIENTS_VENV := .venv-clients
# Superset needs an older SQLAlchemy.
SUPERSET_VENV := .venv-superset
# The audit of the lock looks at files, so its own packages need not agree with the lock.
AUDIT_VENV := .venv-audit
CLIENTS := duckdb>=1.4,<1.5 duckdb-engine>=0.17 sqlalchemy<2.1 pandas pyarrow adbc-driver-manager
# All tests but those that need an environment of their own.
EVERYWHERE := not spark and not versions and not bi and not superset and not faults_long and not clients
# An expression for pytest -k; empty = all tests: the seeds and Complete Journey.
SPARK_TESTS ?=
# How every lock is written: hashes, and no address of an index.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-annotate --no-header --no-emit-index-url
DEMO := examples/complete_journey
SERVING := $(DEMO)/warehouse/serving/marts.duckdb
EXAMPLES := $(DEMO) examples/cdnow examples/ta_feng
BENCHMARKS := $(filter-out measuring readme simulated big_shop,$(basename $(notdir $(wildcard benchmarks/*.py))))
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-faults coverage mutants audit test-spark test-duckdb-1 test-dbt-1.12 test-clients test-bi test-superset cockpit superset pictures chromium java check lint format build train docs vars dist lock clean bench

help: ## show this list
	@grep -hE '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/demo.installed ## build the grocery example, print which customers are about to leave, and write the report
	$(BIN)/retention build --project $(DEMO)
	$(BIN)/retention summary --project $(DEMO)
	$(BIN)/retention report --project $(DEMO)

test: $(VENV)/dev.installed ## run the tests that need one build of the example seeds
	$(BIN)/pytest --numprocesses 2 --dist loadfile

test-all: $(VENV)/dev.installed ## run those tests, and those that build whole shops of their own
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m "$(EVERYWHERE)"

test-faults: $(VENV)/dev.installed ## try faults and hostile input, the long cases included, and print a table of them
	$(BIN)/python tests/faults/fault_table.py -m 'not spark and not versions and not bi and not superset and not clients'

coverage: $(VENV)/dev.installed ## run the tests of make test, and measure the branches of python/ that they reach; fails below 90 %
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses 2 --dist loadfile
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

mutants: $(VENV)/dev.installed ## change the code of decisions, evaluation and erasure one place at a time; fails where tests notice less than 80 %
	$(BIN)/python tests/mutants.py

audit: $(AUDIT_VENV)/installed ## look up every package of the lock in PyPI's database of vulnerabilities; needs the network
	for lock in $(filter-out requirements/constraints.txt requirements/superset.txt,$(wildcard requirements/*.txt)); do \
		$(AUDIT_VENV)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off --requirement $$lock || exit 1; \
	done

test-spark: java $(SPARK_VENV)/installed ## build the seeds and Complete Journey on Spark, and compare every table with DuckDB
	$(SPARK_VENV)/bin/pytest -m spark -k '$(SPARK_TESTS)' tests/parity/test_spark.py

test-duckdb-1: $(VENV)/dev.installed .venv-duckdb-1/installed ## build the seeds with DuckDB 1.5, and compare every table
	RETENTION_OTHER_COMMANDS=$(CURDIR)/.venv-duckdb-1/bin $(BIN)/pytest -m versions tests/parity/test_versions.py

test-dbt-1.12: $(VENV)/dev.installed .venv-dbt-1.12/installed ## build the seeds with dbt-core 1.12, and compare every table
	RETENTION_OTHER_COMMANDS=$(CURDIR)/.venv-dbt-1.12/bin $(BIN)/pytest -m versions tests/parity/test_versions.py

test-clients: $(VENV)/dev.installed $(CLIENTS_VENV)/installed ## read the marts with DuckDB 1.4, SQLAlchemy, pandas and ADBC, while builds run
	RETENTION_CLIENTS=$(CURDIR)/$(CLIENTS_VENV)/bin $(BIN)/pytest -m clients tests/parity/test_clients.py

test-bi: chromium $(VENV)/bi.installed ## open the report and the cockpit in a browser
	$(BIN)/pytest -m bi tests/browser

cockpit: $(VENV)/bi.installed ## publish the grocery example, and serve the cockpit on it at 127.0.0.1:8501; run make demo first
	$(BIN)/retention publish --project $(DEMO) --duckdb $(SERVING)
	$(BIN)/retention cockpit --file $(SERVING)

superset: $(VENV)/demo.installed $(SUPERSET_VENV)/installed ## publish the grocery example, and serve a dashboard of Apache Superset on it; run make demo first
	$(BIN)/retention publish --project $(DEMO) --duckdb $(SERVING)
	SUPERSET_BIN=$(CURDIR)/$(SUPERSET_VENV)/bin bi/superset/serve.sh $(SERVING)

test-superset: chromium $(VENV)/bi.installed $(SUPERSET_VENV)/installed ## open the dashboard of Apache Superset in a browser
	RETENTION_SUPERSET=$(CURDIR)/$(SUPERSET_VENV)/bin $(BIN)/pytest -m superset tests/browser

pictures: chromium $(VENV)/bi.installed ## write docs/images; run make demo and make build first
	$(BIN)/python tests/browser/pictures.py

# Checked before anything is installed.
chromium:
	@[ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { echo "No Chromium was found. Install it (Debian, Ubuntu: apt-get install chromium fonts-noto-cjk), or set CHROMIUM to its path."; exit 1; }

java:
	@java="$${JAVA_HOME:+$$JAVA_HOME/bin/}java"; found=$$("$$java" -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p'); \
	[ "$${found:-0}" -ge 17 ] || { echo "Spark needs Java 17 or newer; $$java is $${found:-not there}. Install it and set JAVA_HOME to it." \
		"Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17"; exit 1; }

check: lint test-all ## lint and all tests that need no environment of their own

lint: $(VENV)/dev.installed ## formats, types, SQL style, and the rules of the repository
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml python
	$(BIN)/python tests/licences.py
	$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests
	for example in $(EXAMPLES); do \
		(cd $$example && ../../$(BIN)/dbt deps --quiet && ../../$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 models) || exit 1; \
	done
	$(BIN)/dbt compile --quiet --project-dir dbt_project
	$(BIN)/python tests/portability.py
	$(BIN)/python tests/house.py
	$(BIN)/dbt-bouncer run --config-file dbt-bouncer.yml

format: $(VENV)/dev.installed ## fix what formatters can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models dbt_project/tests
	for example in $(EXAMPLES); do \
		(cd $$example && ../../$(BIN)/dbt deps --quiet && ../../$(BIN)/sqlfluff fix --disable-progress-bar models) || exit 1; \
	done

build: $(VENV)/demo.installed ## dbt build on the example seeds
	$(BIN)/dbt build --project-dir dbt_project

train: $(VENV)/demo.installed ## train new models on the example seeds
	$(BIN)/retention train

docs: $(VENV)/demo.installed ## write dbt's documentation site to dbt_project/target
	$(BIN)/dbt build --quiet --project-dir dbt_project
	RETENTION_OVERVIEW=overview $(BIN)/dbt docs generate --static --project-dir dbt_project
	@echo "Open dbt_project/target/static_index.html"

bench: $(VENV)/bench.installed ## run every benchmark at full size, and write benchmarks/README.md
	for name in $(BENCHMARKS); do $(BIN)/python benchmarks/$$name.py || exit 1; done
	$(BIN)/python benchmarks/readme.py

vars: $(VENV)/dev.installed ## write docs/vars.md, the vars of dbt_project.yml and training settings from the table of vars
	$(BIN)/python tests/vars_pages.py

dist: $(VENV)/dev.installed ## build the wheel and the source archive in dist/, the dbt package inside
	$(BIN)/uv build --no-build-isolation --python $(BIN)/python --out-dir dist .

lock: $(VENV)/dev.installed ## compile requirements/*.txt from pyproject.toml
	$(BIN)/uv pip compile --group superset $(LOCK) --output-file requirements/superset.txt
	for extras in "demo" "dev" "bench" "spark --group test" "bi --group browser"; do \
		$(BIN)/uv pip compile pyproject.toml $(LOCK) --constraints requirements/constraints.txt \
			--group build --extra demo --extra $$extras \
			--output-file requirements/$${extras%% *}.txt || exit 1; \
	done

clean: ## remove everything that builds, tests and this file created
	rm -rf $(VENV) $(SPARK_VENV) $(VERSION_VENVS) $(CLIENTS_VENV) $(SUPERSET_VENV) $(AUDIT_VENV) warehouse build dist python/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*
	rm -rf logs target dbt_project/target dbt_project/logs
	for example in $(EXAMPLES); do \
		rm -rf $$example/target $$example/logs $$example/dbt_packages $$example/warehouse $$example/models_onnx; \
	done
	find models_onnx -mindepth 1 -maxdepth 1 -type d -exec rm -rf {} +

$(VENV)/bin/python $(SPARK_VENV)/bin/python $(VERSION_VENVS:%=%/bin/python) $(CLIENTS_VENV)/bin/python $(SUPERSET_VENV)/bin/python $(AUDIT_VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version). Choose another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(patsubst %/bin/python,%,$@)

# The hashes of the lock are checked. The package itself is installed last, in editable mode.
$(VENV)/%.installed: requirements/%.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing requirements/$*.txt into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/$*.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(SPARK_VENV)/installed: requirements/spark.txt pyproject.toml | $(SPARK_VENV)/bin/python
	@echo "Installing requirements/spark.txt into $(SPARK_VENV) ..."
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/spark.txt
	@$(SPARK_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(AUDIT_VENV)/installed: | $(AUDIT_VENV)/bin/python
	@echo "Installing pip-audit into $(AUDIT_VENV) ..."
	@$(AUDIT_VENV)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@touch $@

$(SUPERSET_VENV)/installed: requirements/superset.txt | $(SUPERSET_VENV)/bin/python
	@echo "Installing requirements/superset.txt into $(SUPERSET_VENV) ..."
	@$(SUPERSET_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/superset.txt
	@touch $@

# Other people's versions, so no lock.
$(CLIENTS_VENV)/installed: pyproject.toml | $(CLIENTS_VENV)/bin/python
	@echo "Installing $(CLIENTS) into $(CLIENTS_VENV) ..."
	@$(CLIENTS_VENV)/bin/python -m pip install --quiet --disable-pip-version-check $(foreach client,$(CLIENTS),'$(client)')
	@touch $@

# As the lock, but for one package.
.venv-duckdb-1/installed .venv-dbt-1.12/installed: %/installed: requirements/demo.txt pyproject.toml | %/bin/python
	@echo "Installing requirements/demo.txt with $(OTHER_$*) into $* ..."
	@$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --requirement requirements/demo.txt
	@$*/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@$*/bin/python -m pip install --quiet --disable-pip-version-check --no-deps '$(OTHER_$*)'
	@$(if $(ALSO_$*),$*/bin/python -m pip install --quiet --disable-pip-version-check $(ALSO_$*))
	@touch $@
