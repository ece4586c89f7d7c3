"""Everything that a user can name is documented, and every example of the documentation runs."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT, Shop, foreign_shop
from dbt_retention.cli import app
from dbt_retention.generate.schemas import INPUTS
from typer.main import get_command

PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
PROJECT = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())
MACROS = sorted(path for path in (ROOT / "dbt_project" / "macros").rglob("*.sql"))


def blocks(page: Path) -> list[str]:
    """The indented code blocks of a page, without their indent."""
    found = re.findall(r"(?:^    .*\n(?:^(?:    .*)?\n)*)+", page.read_text() + "\n", flags=re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE).strip() for block in found]


def block_with(page: str, words: str) -> str:
    [found] = [block for block in blocks(ROOT / "docs" / page) if words in block]
    return found


def test_vars_are_written_where_the_table_of_vars_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "vars_pages.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


MARTS = {path.stem for path in (ROOT / "dbt_project/models").rglob("mart_*.sql")}


def test_every_mart_is_on_the_page_of_marts() -> None:
    named = re.findall(r"^\| `(mart_\w+)` \|", (ROOT / "docs/marts.md").read_text(), re.MULTILINE)
    assert sorted(named) == sorted(MARTS)


def test_each_group_of_marts_links_to_the_pages_that_explain_them() -> None:
    groups = re.findall(
        r"^\*\*[^*]+\*\*: (.+)\n\n((?:\|.*\n)+)", (ROOT / "docs/marts.md").read_text(), re.MULTILINE
    )
    explained = {
        mart: any(
            f"`{mart}`" in (ROOT / "docs" / page).read_text() for page in re.findall(r"\((.*?)\)", pages)
        )
        for pages, rows in groups
        for mart in re.findall(r"^\| `(mart_\w+)` \|", rows, re.MULTILINE)
    }
    assert set(explained) == MARTS
    assert [mart for mart, is_explained in explained.items() if not is_explained] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == pages


def test_the_overview_of_dbt_docs_names_folders_and_models_that_exist() -> None:
    page = (ROOT / "dbt_project/overview/overview.md").read_text()
    assert page.startswith("{% docs __overview__ %}")
    [table] = re.findall(r"^\| folder \| content \|\n\|---\|---\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    folders = {name for row in table.splitlines() for name in row.split("|")[1].strip().split(", ")}
    assert folders == {path.name for path in (ROOT / "dbt_project/models").iterdir() if path.is_dir()}
    models = {path.stem for path in (ROOT / "dbt_project/models").rglob("*.sql")}
    assert set(re.findall(r"`((?:mart|int|stg)_\w+)`", page)) <= models
    assert "RETENTION_OVERVIEW=overview" in (ROOT / "Makefile").read_text()


def test_the_readme_is_short() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) < 150
    assert "](docs/images/report.png)" in "\n".join(readme.splitlines()[:12]), (
        "a picture before the first section"
    )
    assert len(re.findall(r"^\| `mart_", readme, re.MULTILINE)) == 5
    own_shop = readme.split("## Use it in your shop")[1]
    assert 1 <= len(re.findall(r"^\d\. ", own_shop, re.MULTILINE)) <= 6


def test_every_family_is_documented() -> None:
    families = {path.stem[5:] for path in (ROOT / "dbt_project/models/features").glob("feat_*.sql")}
    named = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/features.md").read_text(), re.MULTILINE))
    assert named == families == set(PROJECT["vars"]["retention"]["retention_features"])


def test_every_command_is_documented() -> None:
    commands = set()
    for name, command in get_command(app).commands.items():
        commands |= {f"{name} {below}" for below in getattr(command, "commands", {})} or {name}
    named = set(
        re.findall(r"^\| `retention ([\w ]+)` \|", (ROOT / "docs/commands.md").read_text(), re.MULTILINE)
    )
    assert named == commands


def columns_of_the_contract(name: str, *, which: str) -> list[str]:
    """Names that the checked model of an input sets as `which`: required or optional."""
    model = ROOT / f"dbt_project/models/staging/checked/stg_retention__checked_{name}.sql"
    [names] = re.findall(rf"set {which} = (\[.*?\])", model.read_text(), re.DOTALL)
    return list(ast.literal_eval(names))


@pytest.mark.parametrize("name", INPUTS)
def test_the_page_of_inputs_has_the_columns_of_the_contract(name: str) -> None:
    [row] = re.findall(rf"^\| {name} \| .* \| (.*) \|$", (ROOT / "docs/inputs.md").read_text(), re.MULTILINE)
    bold, _, rest = row[2:].partition("**")
    assert re.findall(r"\w+", bold) == columns_of_the_contract(name, which="required")
    assert re.findall(r"\w+", rest) == columns_of_the_contract(name, which="optional")


@pytest.mark.parametrize("name", INPUTS)
def test_the_simulated_shop_has_columns_of_the_contract_alone(name: str) -> None:
    required, optional = (columns_of_the_contract(name, which=which) for which in ("required", "optional"))
    simulated = set(INPUTS[name].names)
    assert set(required) <= simulated <= {*required, *optional}


def questions(page: Path) -> list[tuple[str, str]]:
    """The questions of a page, in bold, and the query that answers each."""
    asked = r"^\*\*([^*\n]+\?)\*\*\n\n((?:    .*\n|\n)+)"
    return re.findall(asked, page.read_text() + "\n", re.MULTILINE)


def questions_of_models() -> Iterator[tuple[str, str]]:
    """The question and query that a mart's YAML gives under config.meta."""
    for path in sorted((ROOT / "dbt_project/models").rglob("mart_*.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            meta = model["config"].get("meta", {})
            if "question" in meta:
                yield meta["question"], meta["query"]


QUESTIONS = [question for page in PAGES for question in questions(page)] + list(questions_of_models())


@pytest.mark.parametrize(("question", "query"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_questions_of_the_pages_are_answered(built_shop: Shop, question: str, query: str) -> None:
    rows = built_shop.query(query)
    if "from mart_early_warning_alerts" in query:
        assert rows == [], "no alerts on the first scoring date; test_history.py has a second one"
        return
    assert rows, question
    assert any(value is not None for row in rows for value in row), question


def test_every_exposed_mart_answers_a_question() -> None:
    exposures = [
        exposure
        for path in (ROOT / "dbt_project/models").rglob("exposures*.yml")
        for exposure in yaml.safe_load(path.read_text())["exposures"]
    ]
    exposed = {
        mart for exposure in exposures for mart in re.findall(r"mart_\w+", str(exposure["depends_on"]))
    }
    asked = {mart for _, query in QUESTIONS for mart in re.findall(r"mart_\w+", query)}
    assert exposed
    assert exposed <= asked


def exposed_marts(name: str) -> set[str]:
    """The marts that an exposure depends on."""
    exposures = yaml.safe_load((ROOT / "dbt_project/models/exposures.yml").read_text())["exposures"]
    [found] = [exposure for exposure in exposures if exposure["name"] == name]
    return set(re.findall(r"mart_\w+", str(found["depends_on"])))


def test_the_exposure_of_the_superset_dashboard_has_the_marts_of_its_charts() -> None:
    dashboard = (ROOT / "bi/superset/dashboard.py").read_text()
    assert exposed_marts("superset_dashboard") == set(re.findall(r'"(mart_\w+)"', dashboard)) != set()


def test_the_report_and_the_cockpit_read_every_mart_of_their_exposures() -> None:
    read = {
        mart
        for query in (ROOT / "python/dbt_retention/bi/queries").glob("*.sql")
        for mart in re.findall(r"\bmart_\w+", query.read_text())
    }
    for name in ("report", "cockpit"):
        assert set() != exposed_marts(name) <= read


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_point_to_existing_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_targets_that_pages_name_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`|^    make ([a-z-]+)$", page.read_text(), re.MULTILINE)) <= {
        pair for target in targets for pair in ((target, ""), ("", target))
    }


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.stem)
def test_a_macro_file_holds_one_macro_of_its_name(path: Path) -> None:
    # An engine's version of a macro is recognised by its name, of a materialization by its adapter.
    names = re.findall(r"{%-? (?:macro|materialization) (\w+)(?:\(|, default)", path.read_text())
    public = [name for name in names if "__" not in name]
    assert public == [path.stem]
    assert path.stem.startswith("_") == (path.parent.name == "internal")
    assert path.read_text().startswith("{#"), "a macro file starts with its purpose"


def test_pages_name_existing_files_only() -> None:
    for page in PAGES:
        for name in re.findall(r"docs/[\w-]+\.md", page.read_text()):
            assert (ROOT / name).exists(), (page.name, name)
    for source in (*MACROS, *(ROOT / "python/dbt_retention").rglob("*.py")):
        for name in re.findall(r"docs/[\w-]+\.md", source.read_text()):
            assert (ROOT / name).exists(), (source.name, name)


def texts_of_the_package() -> Iterator[tuple[str, str]]:
    """Name and content of every file that may name a model or a var: pages, SQL, YAML, Python."""
    sources = [*PAGES, ROOT / "DECISIONS.md"]
    for folder in ("dbt_project/models", "dbt_project/macros", "python/dbt_retention", "examples"):
        sources += [
            path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".sql", ".yml", ".py")
        ]
    for path in sources:
        name = path.relative_to(ROOT).as_posix()
        if not re.search(r"/(?:dbt_packages|target|logs)/|dbt_retention/macros/", name):
            yield name, path.read_text()


def test_models_that_texts_name_exist() -> None:
    known = {path.stem for path in (ROOT / "dbt_project/models").rglob("*.*")}
    # The placeholders of docs/adding-a-feature.md and of `retention features new`.
    known |= {"feat_weekend", "feat_NAME"}
    named = re.compile(r"(?<![\w*])(?:mart|feat|int_retention_|stg_retention_)_\w*[a-zA-Z0-9](?![\w*<{])")
    missing = {
        (name, model)
        for name, text in texts_of_the_package()
        for model in named.findall(text)
        # A data test is named after its model.
        if model not in known
        and re.sub(r"^((?:mart|feat)_.*?)__.*", r"\1", model).removesuffix("__claims") not in known
    }
    assert missing == set()


def test_vars_that_texts_name_exist() -> None:
    known = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/vars.md").read_text(), re.MULTILINE))
    named = re.compile(r"\bvars? [`']?([a-z]+(?:_[a-z0-9]+)+)\b")
    missing = {
        (name, var)
        for name, text in texts_of_the_package()
        for var in named.findall(text)
        if var not in known
    }
    assert missing == set()


def test_the_readme_s_query_returns_rows(built_shop: Shop) -> None:
    [query] = [block for block in blocks(ROOT / "README.md") if block.startswith("select")]
    assert len(built_shop.query(query.rstrip(";"))) == 20


def test_the_notebook_page_runs(
    built_shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(built_shop.folder)
    names: dict[str, object] = {}
    for block in blocks(ROOT / "docs/notebooks.md"):
        exec(block, names)
    assert "for those who left" in capsys.readouterr().out


def test_queries_of_the_pages_return_rows(built_shop: Shop) -> None:
    assert built_shop.query(block_with("inputs.md", "from stg_retention__rejected_rows"))


def test_the_itemsets_of_a_segment_are_those_of_its_baskets(tmp_path: Path) -> None:
    """docs/baskets.md's model of one segment, in a project that installs the package."""
    shop = foreign_shop(
        tmp_path / "shop",
        models={
            "my_orders": f"""
                select order_id, customer_id, ordered_at
                from read_csv('{ROOT}/seeds/example_orders.csv', nullstr = ['', 'unknown'])
                where ordered_at is not null
            """,
            "my_order_lines": f"select * from '{ROOT}/seeds/example_order_lines.csv'",
            "vip": "select customer_id from {{ ref('my_orders') }} group by customer_id having count(*) > 20",
            "vip_pairs": block_with("baskets.md", "mine_basket_itemsets("),
        },
        variables={"input_orders": "my_orders", "input_order_lines": "my_order_lines"},
    )
    shop.build("--select", "+vip_pairs")
    counted = """
        with vip_baskets as (from int_retention__baskets semi join vip using (customer_id))
        select least(one.item, two.item) as item, greatest(one.item, two.item) as other, count(*) as baskets
        from vip_baskets as one
        inner join vip_baskets as two on one.order_id = two.order_id and one.item_code < two.item_code
        group by all having baskets >= 0.01 * (select count(distinct order_id) from vip_baskets)
    """
    named = "select least(item, other_item), greatest(item, other_item), baskets from vip_pairs"
    pairs = shop.query(f"{named} order by all")
    assert pairs == shop.query(f"{counted} order by all")
    assert len(pairs) > 5


@pytest.mark.whole_shop
def test_the_steps_to_a_new_feature_work(tmp_path: Path) -> None:
    """docs/adding-a-feature.md, step by step, in a project that installs the package."""
    page = "adding-a-feature.md"
    orders = f"""
        select * from read_csv('{ROOT}/seeds/example_orders.csv', all_varchar = true)
        where ordered_at <> 'unknown'
    """
    shop = foreign_shop(
        tmp_path / "shop", models={"my_orders": orders}, variables={"input_orders": "my_orders"}
    )
    sql, yml = (shop.folder / "models" / f"feat_weekend.{ending}" for ending in ("sql", "yml"))
    project = shop.folder / "dbt_project.yml"
    project.write_text("# Ours.\n" + project.read_text())
    in_step = shop.run("retention", "features", "sync", "--project", ".", "--check")
    assert in_step.returncode == 0, in_step.stderr

    started = shop.run(*block_with(page, "features new").split())
    assert started.returncode == 0, started.stderr
    forgotten = shop.dbt("build", "--select", "+ml_features")
    assert forgotten.returncode != 0
    assert "the model feat_weekend is not in the var retention_features" in forgotten.stdout
    assert "Run: retention features sync" in forgotten.stdout
    sync = block_with(page, "features sync")
    out_of_step = shop.run(*sync.split(), "--check")
    assert (out_of_step.returncode, "added weekend" in out_of_step.stderr) == (1, True)
    synced = shop.run(*sync.split())
    assert (synced.returncode, synced.stdout.strip()) == (0, "retention_features: added weekend"), (
        synced.stderr
    )
    assert project.read_text().startswith("# Ours.\n")
    untouched = shop.dbt("test", "--select", "feat_weekend", "--resource-type", "unit_test")
    assert untouched.returncode == 0, untouched.stdout

    for path, old, new in (
        (sql, "cast(count(*)", "isodow"),
        (yml, "Orders in the last", "Orders at weekends in"),
    ):
        text, line = path.read_text(), block_with(page, old)
        assert line in text
        path.write_text(text.replace(line, block_with(page, new)))
    yml.write_text(yml.read_text() + "\n  " + block_with(page, "leaves_weekdays_out") + "\n")

    built = shop.dbt("build", "--select", "+ml_churn_reasons", "--exclude-resource-type", "test")
    assert built.returncode == 0, built.stdout
    assert len(re.findall("PASS feat_weekend::", built.stdout)) == 3
    others = ("customer_id", "as_of_date", "split", "input_fingerprint")
    features = [name for name, *_ in shop.query("describe ml_features") if name not in others]
    [(version,)] = shop.query("select model_version from ml_churn_model where is_champion")
    card = json.loads((shop.models / "churn" / version / "card.json").read_text())
    assert "weekend_orders_count_84d" in card["features"]
    assert sorted(card["features"] + card["left_out_features"]) == sorted(features)
    [(words,)] = shop.query("select any_value(reason_words) from ml_churn_reasons where reason = 'weekend'")
    found = re.fullmatch(r"Orders at weekends in the last 84 days: (\d+) \(average: ([\d.]+)\)", words)
    assert found, words
    assert int(found[1]) < float(found[2])

    for path in (sql, yml):
        path.unlink()
    gone = shop.run(*sync.split())
    assert gone.stdout.strip() == "retention_features: removed weekend", gone.stderr


def test_the_benchmarks_page_matches_the_results() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "readme.py", "--check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def results_of(name: str) -> dict[str, Any]:
    """The last full run of a benchmark."""
    found: dict[str, Any] = json.loads((ROOT / "benchmarks" / "results" / f"{name}.json").read_text())
    return found


def claims() -> dict[str, list[str]]:
    """The figures that README quotes of each benchmark, as it writes them."""
    decisions, effects, scoring, itemsets, growth = (
        results_of(name) for name in ("decisions", "effects", "scoring", "itemsets", "growth")
    )
    pays, covers, faster, shorter = (run["ratios"] for run in (decisions, effects, scoring, itemsets))
    return {
        "decisions": [
            f"{pays['over_risk_ranking']:.2f}",
            f"{pays['over_risk_ranking_lower']:.2f}",
            f"{decisions['shops']}",
        ],
        "effects": [
            f"{100 * covers['covered_min']:.1f}",
            f"{100 * covers['covered_max']:.1f}",
            f"{effects['campaigns']:,}",
        ],
        "scoring": [f"{scoring['seconds']['logistic sql']:.1f}", f"{faster['logistic_pandas']:.2f}"],
        "itemsets": [f"{shorter['pyfim_001']:.2f}", f"{shorter['mlxtend_001']:.2f}"],
        "growth": [
            f"{growth['lines'] / 1e6:.1f} million",
            f"{growth['customers']:,}",
            f"{growth['peak_gb']:.1f} GB",
            f"{growth['ratios']['exponent']:.2f}",
        ],
    }


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_s_claims_are_those_of_the_benchmarks(readme: str) -> None:
    rows = re.findall(
        r"^\| [^|]+ \| ([^|]+) \| `python benchmarks/(\w+)\.py` \|", (ROOT / readme).read_text(), re.MULTILINE
    )
    assert {name for _, name in rows} == set(claims())
    for result, name in rows:
        for figure in claims()[name]:
            assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d,])", result), (name, figure)


def numbers_of(part: Any) -> Iterator[float]:
    """Every number in a result, those in its texts too."""
    if isinstance(part, dict | list):
        for below in part.values() if isinstance(part, dict) else part:
            yield from numbers_of(below)
    elif isinstance(part, str):
        yield from (float(number) for number in re.findall(r"\d+\.\d+", part))
    elif isinstance(part, int | float):
        yield float(part)


def test_the_page_on_quality_quotes_results_of_the_benchmarks() -> None:
    page = (ROOT / "docs/how-good.md").read_text()
    rows = re.findall(r"^\|(.*)python benchmarks/(\w+)\.py(.*)\|$", page, re.MULTILINE)
    assert len(rows) > 8
    for before, name, after in rows:
        known = {
            f"{number * factor:.{places}f}"
            for number in numbers_of(results_of(name))
            for factor in (1, 100, 1e-6)
            for places in range(5)
        }
        quoted = re.findall(r"(?<![\w.-])\d+\.\d+(?![\w.-])", before + after)
        assert quoted, before
        assert [figure for figure in quoted if figure not in known] == [], name


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_counts_the_broken_copies(readme: str) -> None:
    mutants = (ROOT / "tests/leakage/test_mutations.py").read_text().count("\n    Mutant(\n")
    assert mutants > 15
    assert re.search(
        rf"^\| [^|]+ \| {mutants} .* `pytest tests/leakage", (ROOT / readme).read_text(), re.MULTILINE
    )


def test_the_readme_quotes_the_results_of_the_quality_benchmark() -> None:
    figures = results_of("quality")["ratios"]
    sets = {
        "Complete Journey, 2017-12-01": "complete_journey_2017-12-01",
        "Complete Journey, 2017-10-01": "complete_journey_2017-10-01",
        "CDNOW, 1998-01-01": "cdnow_1998-01-01",
    }
    readme = (ROOT / "README.md").read_text()
    for words, name in sets.items():
        cells = [f"{figures[f'{name} {metric}']:.4f}" for metric in ("AUC", "AP", "Brier", "ECE")]
        assert f"| {words} | {' | '.join(cells)} |" in readme
