{# The inputs by name, and what models of several inputs must know of each:

   - late_after: the time after which its rows are loaded, where it has loaded_at;
   - parents: per column that names a row of another input, which input. customers stands for all that orders
     or customers name.

   The columns of an input and the rules that reject its rows:
   models/staging/checked/stg_retention__checked_<input>.sql. #}
{% macro _input_contract() %}
    {{ return({
        'orders': {'late_after': 'ordered_at', 'parents': {'customer_id': 'customers'}},
        'order_lines': {'parents': {'order_id': 'orders', 'product_id': 'products'}},
        'customers': {'parents': {}},
        'products': {'parents': {}},
        'sessions': {'late_after': 'started_at', 'parents': {'customer_id': 'customers'}},
        'reviews': {
            'late_after': 'reviewed_at',
            'parents': {'customer_id': 'customers', 'product_id': 'products'},
        },
        'service_tickets': {
            'late_after': 'opened_at',
            'parents': {'customer_id': 'customers', 'order_id': 'orders'},
        },
        'campaigns': {'parents': {}},
        'campaign_contacts': {'parents': {'campaign_id': 'campaigns', 'customer_id': 'customers'}},
        'coupon_redemptions': {
            'parents': {'customer_id': 'customers', 'campaign_id': 'campaigns', 'order_id': 'orders'},
        },
        'returns': {
            'late_after': 'returned_at',
            'parents': {'customer_id': 'customers', 'product_id': 'products', 'order_id': 'orders'},
        },
    }) }}
{% endmacro %}
