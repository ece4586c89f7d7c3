"""Opens the DuckDB file that a project's profile names, to read what a build has made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dbt_retention.dbt_runner import Project, profile_of, working_in
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text
from dbt_retention.registry.store import DEFAULT_MODELS_PATH

PLUGIN = "dbt_retention.duckdb_plugin"
EVALUATION = "_evaluate_"  # in the names of schemas that `retention evaluate` builds in, and drops


@dataclass(frozen=True)
class Target:
    """Where a target of a project builds."""

    profile_name: str
    target_name: str
    path: Path
    schema: str
    models_path: Path


def target_of(project: Project, *, target_name: str | None = None) -> Target:
    """An output of the project's profile, None = its default; it must be DuckDB."""
    with working_in(project.working_folder):
        profile = profile_of(project, target=target_name)
        credentials = profile.credentials
        if credentials.type != "duckdb":
            raise RetentionError(
                f"target '{profile.target_name}' is {credentials.type}; this command reads DuckDB. "
                "Query the marts there, or name a DuckDB target in profiles.yml"
            )
        if credentials.path.startswith(":memory:"):
            raise RetentionError(
                f"target '{profile.target_name}' is in memory (path: ':memory:'): what a build made there is "
                "gone when it ends. Expected a file, such as warehouse/my_shop.duckdb. Change path in "
                "profiles.yml, then: retention build"
            )
        return Target(
            profile_name=profile.profile_name,
            target_name=profile.target_name,
            path=Path(credentials.path).expanduser().resolve(),
            schema=credentials.schema,
            models_path=_models_path(credentials),
        )


def _models_path(credentials: Any) -> Path:
    """The registry's folder: what the plugin in the profile says, or its default."""
    for plugin in credentials.plugins or []:
        if plugin.module == PLUGIN and "models_path" in (plugin.config or {}):
            return Path(str(plugin.config["models_path"])).expanduser().resolve()
    return Path(DEFAULT_MODELS_PATH).resolve()


def open_to_read(target: Target) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the target, without any of our functions.

    Names without a schema are looked for in the target's, then in those that a `+schema` in dbt_project.yml
    makes of it (main_marts). Raises RetentionError where these hold a table of ours twice: which of them the
    target's is, main_dev_marts or main_marts, their names do not tell.
    """
    connection = _open(target.path, read_only=True)
    schemas = connection.execute(
        "select distinct schema_name from duckdb_schemas() where database_name = current_database() "
        "and (schema_name = $1 or (starts_with(schema_name, $1 || '_') "
        "and not starts_with(schema_name, $1 || $2))) order by schema_name",
        [target.schema, EVALUATION],
    ).fetchall()
    twice = connection.execute(
        "select table_name, string_agg(schema_name, ', ' order by schema_name) from duckdb_tables() "
        "where list_contains($1, schema_name) and regexp_matches(table_name, '^(mart|ml|int_retention_)_') "
        "group by table_name having count(*) > 1 and not bool_or(schema_name = $2) order by table_name",
        [[schema for (schema,) in schemas], target.schema],
    ).fetchall()
    if twice:
        connection.close()
        table, places = twice[0]
        raise RetentionError(
            f"{table} stands in several schemas that may be those of target '{target.target_name}' (schema "
            f"{target.schema}): {places}. Drop those that are not in use, or query the marts yourself"
        )
    if schemas:
        path = ",".join(quoted_name(schema) for (schema,) in schemas)
        connection.execute(f"set search_path = {quoted_text(path)}")
    return connection


def open_to_write(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection that alone holds the DuckDB file."""
    return _open(path, read_only=False)


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        raise RetentionError(f"{path} does not exist yet. Build it first: retention build --project <folder>")
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        raise RetentionError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}. "
            f"Close the program that {'writes' if read_only else 'uses'} it, and try again"
        ) from error
