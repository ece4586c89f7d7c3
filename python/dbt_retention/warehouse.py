"""Opens the DuckDB file of a project's profile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dbt_retention.dbt_runner import Project, profile_of, working_in
from dbt_retention.errors import RetentionError, who_holds_it
from dbt_retention.quoting import quoted_name, quoted_text
from dbt_retention.registry.store import DEFAULT_MODELS_PATH

PLUGIN = "dbt_retention.duckdb_plugin"
EVALUATION = "_evaluate_"  # part of the names of the schemas of `retention evaluate`


@dataclass(frozen=True)
class Target:
    """Where a target of a profile builds."""

    profile_name: str
    target_name: str
    path: Path
    schema: str
    models_path: Path


def target_of(project: Project, *, target_name: str | None = None) -> Target:
    """The output `target_name` of the project's profile; None = its default.

    Raises RetentionError unless it is a DuckDB file.
    """
    with working_in(project.working_folder):
        profile = profile_of(project, target=target_name)
        credentials = profile.credentials
        if credentials.type != "duckdb":
            raise RetentionError(
                f"target '{profile.target_name}' is of type {credentials.type}; this command works on DuckDB "
                "only. Query the marts there, or choose a DuckDB target of profiles.yml: --target"
            )
        if credentials.path.startswith(":memory:"):
            raise RetentionError(
                f"target '{profile.target_name}' is in memory (path: ':memory:'), and its tables are gone "
                "when a build ends. Expected a file, such as warehouse/my_shop.duckdb. Change path in "
                "profiles.yml, then run: retention build"
            )
        return Target(
            profile_name=profile.profile_name,
            target_name=profile.target_name,
            path=Path(credentials.path).expanduser().resolve(),
            schema=credentials.schema,
            models_path=models_path_of(credentials),
        )


def models_path_of(credentials: Any) -> Path:
    """The registry's folder: models_path of the plugin in the profile, or its default."""
    for plugin in credentials.plugins or []:
        if plugin.module == PLUGIN and "models_path" in (plugin.config or {}):
            return Path(str(plugin.config["models_path"])).expanduser().resolve()
    return Path(DEFAULT_MODELS_PATH).resolve()


def open_to_read(target: Target) -> duckdb.DuckDBPyConnection:
    """A read-only connection to the target, without the package's SQL functions.

    Table names without a schema are searched in the target's schema, then in the schemas that a `+schema` in
    dbt_project.yml derives from it (main_marts). Raises RetentionError where several of these have the same
    table of the package, because it is then unknown which schema belongs to the target.
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
            f"{table} is in several schemas that may belong to target '{target.target_name}' (schema "
            f"{target.schema}): {places}. Drop the schemas that are not in use, or query the marts with SQL"
        )
    if schemas:
        path = ",".join(quoted_name(schema) for (schema,) in schemas)
        connection.execute(f"set search_path = {quoted_text(path)}")
    return connection


def open_to_write(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-write connection; no other process can open the file meanwhile."""
    return _open(path, read_only=False)


def _open(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if not path.is_file():
        raise RetentionError(f"{path} does not exist yet. Build it first: retention build --project <folder>")
    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        if who_holds_it(reason) != reason:
            raise RetentionError(who_holds_it(reason)) from error
        raise RetentionError(
            f"{path} cannot be opened: {reason}. "
            f"Close the program that {'writes' if read_only else 'uses'} the file, and try again"
        ) from error
