"""The alerts of the last build, and the log of sent ones: the table retention_alerts.sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read, open_to_write

SENT = "retention_alerts.sent"
WORDS = {
    "newly_at_risk": "newly at risk",
    "rising": "churn probability rising",
    "value_reached": "value at risk reached the threshold",
}


@dataclass(frozen=True)
class Alert:
    """One row of mart_early_warning_alerts."""

    customer_id: str
    as_of_date: date
    alert_type: str
    risk_tier: str
    previous_risk_tier: str | None
    churn_probability: float
    probability_change: float | None
    value_at_risk: float | None
    reason_1: str | None

    @property
    def key(self) -> tuple[str, date, str]:
        return self.customer_id, self.as_of_date, self.alert_type


def alerts_to_send(target: Target, channel: str) -> list[Alert]:
    """Alerts of the latest as_of_date that were not sent over `channel`: most value at risk first.

    Raises RetentionError where the warehouse does not exist, or has no mart_early_warning_alerts.
    """
    with open_to_read(target) as connection:
        try:
            rows = connection.execute(
                f"select {', '.join(Alert.__dataclass_fields__)} from mart_early_warning_alerts "
                "order by value_at_risk desc nulls last, churn_probability desc, customer_id, alert_type"
            ).fetchall()
        except duckdb.CatalogException as error:
            raise RetentionError(
                f"{target.path} has no mart_early_warning_alerts. Build it: retention build --only warnings"
            ) from error
        sent = _sent_over(connection, channel)
    return [alert for alert in (Alert(*row) for row in rows) if alert.key not in sent]


def _sent_over(connection: duckdb.DuckDBPyConnection, channel: str) -> set[tuple[str, date, str]]:
    try:
        rows = connection.execute(
            f"select customer_id, as_of_date, alert_type from {SENT} where channel = $1", [channel]
        ).fetchall()
    except duckdb.CatalogException:
        return set()
    return {(customer_id, as_of_date, alert_type) for customer_id, as_of_date, alert_type in rows}


def note_as_sent(target: Target, channel: str, alerts: Sequence[Alert]) -> list[Alert]:
    """Write alerts to the log before they are sent; return those that no other process has written."""
    connection = open_to_write(target.path)
    try:
        connection.execute("create schema if not exists retention_alerts")
        connection.execute(
            f"create table if not exists {SENT} (channel varchar, customer_id varchar, as_of_date date, "
            "alert_type varchar, sent_at timestamp)"
        )
        known = _sent_over(connection, channel)
        new = [alert for alert in alerts if alert.key not in known]
        connection.execute(
            f"insert into {SENT} select $1, unnest($2), unnest($3::date[]), unnest($4), "
            "cast(now() at time zone 'UTC' as timestamp)",
            [channel, *_keys(new)],
        )
    finally:
        connection.close()
    return new


def note_as_not_sent(target: Target, channel: str, alerts: Sequence[Alert]) -> None:
    """Take alerts that certainly did not arrive out of the log, so that the next run sends them."""
    connection = open_to_write(target.path)
    try:
        connection.execute(
            f"delete from {SENT} where channel = $1 and (customer_id, as_of_date, alert_type) in "
            "(select unnest($2), unnest($3::date[]), unnest($4))",
            [channel, *_keys(alerts)],
        )
    finally:
        connection.close()


def _keys(alerts: Sequence[Alert]) -> list[list[object]]:
    return [[alert.key[at] for alert in alerts] for at in range(3)]
