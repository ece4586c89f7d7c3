"""What the marts about value say agrees with the tables that they rest on."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pytest
from conftest import Shop

MARTS = (
    "mart_programme_value",
    "mart_revenue_outlook",
    "mart_cohort_value",
    "mart_second_purchase",
    "mart_discount_dependence",
    "mart_lapsed_categories",
    "mart_contact_times",
)
HOLDOUT_SHARE = 0.2
# The draw of is_held_out, written without the package.
IS_HELD_OUT = (
    "cast('0x' || substr(md5('hold:' || customer_id), 1, 8) as bigint) % 1000000 "
    f"< {round(HOLDOUT_SHARE * 1000000)}"
)
PROGRAMME = "int_retention__programme_outcomes+"


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_about_value_has_rows(built_shop: Shop, mart: str) -> None:
    [(rows,)] = built_shop.query(f"select count(*) from {mart}")
    assert rows > 0


def test_the_programme_is_the_sum_of_its_campaigns(built_shop: Shop) -> None:
    campaigns = built_shop.query(
        "select date_trunc('month', assigned_from_date)::date, sum(incremental_profit_amount) "
        "from mart_campaign_effects where segment = 'all' and incremental_profit_amount is not null "
        "group by all order by all"
    )
    months = built_shop.query(
        "select month_date, value_amount from mart_programme_value "
        "where strategy = 'all' and comparison = 'controls' order by month_date"
    )
    assert len(months) > 3
    assert [month for month, _ in months] == [month for month, _ in campaigns]
    assert [value for _, value in months] == pytest.approx([value for _, value in campaigns], abs=0.05)
    [(last, total)] = built_shop.query(
        "select max_by(cumulative_value_amount, month_date), sum(value_amount) "
        "from mart_programme_value where strategy = 'all'"
    )
    assert last == pytest.approx(total, abs=0.05)


def test_a_holdout_that_was_contacted_is_no_comparison(built_shop: Shop) -> None:
    assert built_shop.query(
        "select distinct why_no_holdout from mart_programme_value where strategy = 'all'"
    ) == [("customers of the holdout were contacted, or it is empty",)]


def test_a_holdout_that_was_respected_is_the_comparison(copied_shop: Shop) -> None:
    """Contacts of held-out customers are deleted; the value is near the plain difference of means."""
    with duckdb.connect(str(copied_shop.warehouse)) as connection:
        connection.execute(f"delete from stg_retention__campaign_contacts where {IS_HELD_OUT}")
    copied_shop.build("--select", PROGRAMME, holdout_share=HOLDOUT_SHARE)
    months = copied_shop.query(
        "select month_date, treated_count, value_amount, lower_amount, upper_amount, unmeasured_count "
        "from mart_programme_value where comparison = 'holdout' order by month_date"
    )
    assert len(months) > 3
    plain = dict(
        copied_shop.query(
            "select cast(substr(campaign_id, 11) as date), "
            "avg(y) filter (where is_treated) - avg(y) filter (where not is_treated) "
            "from int_retention__programme_outcomes group by all"
        )
    )
    for month, treated, value, lower, upper, unmeasured in months:
        assert unmeasured == 0
        assert lower < value < upper
        assert lower <= treated * plain[month] <= upper, month
    margins = {month: (upper - lower) / 2 for month, _, _, lower, upper, _ in months}
    [(lower, upper)] = copied_shop.query(
        "select max_by(cumulative_lower_amount, month_date), max_by(cumulative_upper_amount, month_date) "
        "from mart_programme_value where strategy = 'all'"
    )
    assert (upper - lower) / 2 == pytest.approx(margin_of_all(copied_shop, margins), rel=1e-3)


def margin_of_all(shop: Shop, margins: dict[date, float]) -> float:
    """The margin of the sum of the months, by the correlation of their differences of means."""
    outcomes = [
        {
            (customer, treated): y
            for customer, treated, y in shop.query(
                "select customer_id, is_treated, y from int_retention__programme_outcomes "
                f"where campaign_id = 'programme {month}'"
            )
        }
        for month in margins
    ]
    customers = sorted(set().union(*outcomes))
    parts = np.zeros((len(customers), len(outcomes)))
    for column, of_month in enumerate(outcomes):
        for arm in (False, True):
            amounts = {key: y for key, y in of_month.items() if key[1] == arm}
            mean = np.mean(list(amounts.values()))
            for row, key in enumerate(customers):
                if key in amounts:
                    parts[row, column] = (amounts[key] - mean) / len(amounts) * (1 if arm else -1)
    covariances = parts.T @ parts
    errors = np.sqrt(np.diag(covariances))
    amounts_of_months = np.asarray(list(margins.values()))
    return float(np.sqrt(amounts_of_months @ (covariances / np.outer(errors, errors)) @ amounts_of_months))


def test_groups_of_the_outlook_add_up(built_shop: Shop) -> None:
    sums = built_shop.query(
        "select group_type, sum(customers_count), sum(revenue_without_actions_amount), "
        "sum(revenue_with_actions_amount) from mart_revenue_outlook group by group_type"
    )
    assert len(sums) == 3
    for _, customers, without, with_actions in sums:
        assert customers == sums[0][1]
        assert without == pytest.approx(sums[0][2], abs=0.05)
        assert with_actions == pytest.approx(sums[0][3], abs=0.05)


def test_the_first_month_of_a_cohort_is_its_spend(built_shop: Shop) -> None:
    cohorts = built_shop.query(
        "select cohort_month_date, customers_count * spend_per_customer_amount from mart_cohort_value "
        "where acquisition_channel = 'all' and months_since_first = 0 order by all"
    )
    spend = built_shop.query(
        "select cohort_month_date, spend_amount from mart_retention_monthly "
        "where months_since_first = 0 and cohort_customers_count is not null and is_whole_month order by all"
    )
    assert len(cohorts) > 10
    assert [month for month, _ in cohorts] == [month for month, _ in spend]
    assert [amount for _, amount in cohorts] == pytest.approx([amount for _, amount in spend], abs=2)
