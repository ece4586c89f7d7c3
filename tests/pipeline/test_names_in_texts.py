"""Texts that people read name products. Ids are in columns for joins only."""

from __future__ import annotations

from conftest import Shop

# Columns that join with other tables or with the shop's own.
FOR_JOINS = {"product_id", "item", "other_item", "offer_1", "offer_2", "offer_3"}


def texts(shop: Shop) -> list[tuple[str, str]]:
    """Table and column of every text in a mart or dimension, without ids and keys."""
    columns = shop.query(
        """
        select table_name, column_name
        from information_schema.columns
        where regexp_matches(table_name, '^(mart|dim)_') and data_type = 'VARCHAR'
        order by all
        """
    )
    return [
        (table, column)
        for table, column in columns
        if column not in FOR_JOINS and not column.endswith(("_id", "_key"))
    ]


def test_no_text_of_a_mart_has_the_id_of_a_named_product(built_shop: Shop) -> None:
    found = texts(built_shop)
    assert len(found) > 60
    with_ids = set()
    for table, column in found:
        rows = built_shop.query(
            f"""
            with words as (select regexp_extract({column}, '\\bP[0-9]{{5}}\\b') as product_id from {table})
            select product_id from words
            semi join stg_retention__products as products
                on words.product_id = products.product_id and products.product_name is not null
            limit 1
            """
        )
        with_ids |= {(table, column, product) for (product,) in rows}
    assert with_ids == set()


def test_reasons_and_offers_name_products_of_the_input(built_shop: Shop) -> None:
    for names in (
        "select regexp_extract(reason, 'bought with (.*) in [0-9]+ baskets?$', 1) "
        "from mart_product_recommendations where reason like 'bought with %'",
        "select regexp_extract(offer_1_reason, 'customers who buy (.*) buy it', 1) "
        "from mart_member_offers where offer_1 is not null",
        "select offer_1_name from mart_member_offers where offer_1 is not null",
        "select other_item_name from mart_product_affinity",
        "select unnest(string_split(itemset, ' + ')) from mart_itemsets",
        "select unnest(string_split(antecedent, ' + ')) from mart_association_rules",
        "select recommended_item_1 from mart_campaign_audience where recommended_item_1 is not null",
    ):
        [(count, unknown)] = built_shop.query(
            f"""
            with names(product_name) as ({names})
            select count(*), count(*) filter (product_name not in (
                select coalesce(product_name, product_id) from stg_retention__products
            ))
            from names
            """
        )
        assert count > 0, names
        assert unknown == 0, names
