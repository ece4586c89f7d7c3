{# The input contract as data: per input its columns (name, type, required?), the columns that identify a row,
   numbers that cannot be negative (negative_words: what to do with them instead), columns of which one must be filled (needs_one_of),
   times that cannot be yet to come, and parents: per column that names a row of another input, which one; customers stands for
   all that orders or customers name.
   Types: id, text, timestamp, number, integer, boolean. #}
{% macro _input_contract() %}
    {{ return({
        'orders': {
            'key': ['order_id'],
            'required': {'order_id': 'id', 'customer_id': 'id', 'ordered_at': 'timestamp'},
            'optional': {
                'order_status': 'text', 'channel': 'text', 'order_amount': 'number',
                'discount_amount': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': ['order_amount'],
            'negative_words': 'a credit note belongs in input_returns, see docs/inputs.md',
            'happened': ['ordered_at'],
            'parents': {'customer_id': 'customers'},
        },
        'order_lines': {
            'key': ['order_id', 'line_number'],
            'required': {'order_id': 'id', 'product_id': 'id'},
            'optional': {
                'line_number': 'integer', 'quantity': 'number', 'net_amount': 'number',
                'discount_amount': 'number', 'coupon_id': 'id', 'returned_quantity': 'number',
                'returned_at': 'timestamp',
            },
            'not_negative': ['quantity', 'net_amount', 'returned_quantity'],
            'negative_words': 'a credit note belongs in input_returns, see docs/inputs.md',
            'happened': [],
            'parents': {'order_id': 'orders', 'product_id': 'products'},
        },
        'customers': {
            'key': ['customer_id'],
            'required': {'customer_id': 'id'},
            'optional': {
                'signed_up_at': 'timestamp', 'birth_year': 'integer', 'gender': 'text', 'city': 'text',
                'acquisition_channel': 'text', 'membership_tier': 'text', 'email': 'text', 'phone': 'text',
                'email_consent': 'boolean', 'ads_consent': 'boolean',
            },
            'not_negative': [],
            'happened': [],
            'parents': {},
        },
        'products': {
            'key': ['product_id'],
            'required': {'product_id': 'id'},
            'optional': {
                'product_name': 'text', 'category': 'text', 'subcategory': 'text', 'brand': 'text',
                'unit_cost': 'number', 'stock_on_hand': 'number',
            },
            'not_negative': ['unit_cost'],
            'happened': [],
            'parents': {},
        },
        'sessions': {
            'key': ['session_id'],
            'required': {'session_id': 'id', 'customer_id': 'id', 'started_at': 'timestamp'},
            'optional': {
                'duration_seconds': 'number', 'page_views': 'integer', 'product_views': 'integer',
                'cart_adds': 'integer', 'searches': 'integer', 'traffic_source': 'text',
                'loaded_at': 'timestamp',
            },
            'not_negative': ['duration_seconds', 'page_views', 'product_views', 'cart_adds', 'searches'],
            'happened': ['started_at'],
            'parents': {'customer_id': 'customers'},
        },
        'reviews': {
            'key': ['review_id'],
            'required': {'review_id': 'id', 'customer_id': 'id', 'reviewed_at': 'timestamp'},
            'optional': {
                'product_id': 'id', 'rating': 'number', 'review_text': 'text', 'loaded_at': 'timestamp',
            },
            'not_negative': ['rating'],
            'happened': ['reviewed_at'],
            'parents': {'customer_id': 'customers', 'product_id': 'products'},
        },
        'service_tickets': {
            'key': ['ticket_id'],
            'required': {'ticket_id': 'id', 'customer_id': 'id', 'opened_at': 'timestamp'},
            'optional': {
                'order_id': 'id', 'ticket_type': 'text', 'closed_at': 'timestamp',
                'satisfaction': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': [],
            'happened': ['opened_at'],
            'parents': {'customer_id': 'customers', 'order_id': 'orders'},
        },
        'campaigns': {
            'key': ['campaign_id'],
            'required': {'campaign_id': 'id', 'action': 'text', 'started_at': 'timestamp'},
            'optional': {
                'ended_at': 'timestamp', 'channel': 'text', 'contact_cost': 'number', 'offer_value': 'number',
            },
            'not_negative': ['contact_cost', 'offer_value'],
            'happened': [],
            'parents': {},
        },
        'campaign_contacts': {
            'key': ['campaign_id', 'customer_id'],
            'required': {'campaign_id': 'id', 'customer_id': 'id', 'assigned_at': 'timestamp'},
            'optional': {
                'arm': 'text', 'contacted_at': 'timestamp', 'opened_at': 'timestamp', 'clicked_at': 'timestamp',
            },
            'not_negative': [],
            'happened': [],
            'parents': {'campaign_id': 'campaigns', 'customer_id': 'customers'},
        },
        'coupon_redemptions': {
            'key': ['coupon_id', 'customer_id', 'redeemed_at'],
            'required': {'coupon_id': 'id', 'customer_id': 'id', 'redeemed_at': 'timestamp'},
            'optional': {'campaign_id': 'id', 'order_id': 'id'},
            'not_negative': [],
            'happened': ['redeemed_at'],
            'parents': {'customer_id': 'customers', 'campaign_id': 'campaigns', 'order_id': 'orders'},
        },
        'returns': {
            'key': ['return_id'],
            'required': {'return_id': 'id', 'customer_id': 'id', 'returned_at': 'timestamp'},
            'optional': {
                'product_id': 'id', 'order_id': 'id', 'returned_quantity': 'number',
                'returned_amount': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': ['returned_quantity', 'returned_amount'],
            'needs_one_of': ['product_id', 'order_id', 'returned_amount'],
            'happened': ['returned_at'],
            'parents': {'customer_id': 'customers', 'product_id': 'products', 'order_id': 'orders'},
        },
    }) }}
{% endmacro %}
