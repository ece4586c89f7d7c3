{# The input contract as data: per input its columns (name, type, required?), the columns that identify a row,
   numbers that cannot be negative (negative_words: what to do with them instead), and times that cannot be yet to come.
   Types: text, timestamp, number, integer, boolean. #}
{% macro _input_contract() %}
    {{ return({
        'orders': {
            'key': ['order_id'],
            'required': {'order_id': 'text', 'customer_id': 'text', 'ordered_at': 'timestamp'},
            'optional': {
                'order_status': 'text', 'channel': 'text', 'order_amount': 'number',
                'discount_amount': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': ['order_amount'],
            'negative_words': 'a credit note belongs in input_returns, see docs/inputs.md',
            'happened': ['ordered_at'],
        },
        'order_lines': {
            'key': ['order_id', 'line_number'],
            'required': {'order_id': 'text', 'product_id': 'text'},
            'optional': {
                'line_number': 'integer', 'quantity': 'number', 'net_amount': 'number',
                'discount_amount': 'number', 'coupon_id': 'text', 'returned_quantity': 'number',
                'returned_at': 'timestamp',
            },
            'not_negative': ['quantity', 'net_amount', 'returned_quantity'],
            'negative_words': 'a credit note belongs in input_returns, see docs/inputs.md',
            'happened': [],
        },
        'customers': {
            'key': ['customer_id'],
            'required': {'customer_id': 'text'},
            'optional': {
                'signed_up_at': 'timestamp', 'birth_year': 'integer', 'gender': 'text', 'city': 'text',
                'acquisition_channel': 'text', 'membership_tier': 'text', 'email': 'text', 'phone': 'text',
                'email_consent': 'boolean', 'ads_consent': 'boolean',
            },
            'not_negative': [],
            'happened': [],
        },
        'products': {
            'key': ['product_id'],
            'required': {'product_id': 'text'},
            'optional': {
                'product_name': 'text', 'category': 'text', 'subcategory': 'text', 'brand': 'text',
                'unit_cost': 'number', 'stock_on_hand': 'number',
            },
            'not_negative': ['unit_cost'],
            'happened': [],
        },
        'sessions': {
            'key': ['session_id'],
            'required': {'session_id': 'text', 'customer_id': 'text', 'started_at': 'timestamp'},
            'optional': {
                'duration_seconds': 'number', 'page_views': 'integer', 'product_views': 'integer',
                'cart_adds': 'integer', 'searches': 'integer', 'traffic_source': 'text',
                'loaded_at': 'timestamp',
            },
            'not_negative': ['duration_seconds', 'page_views', 'product_views', 'cart_adds', 'searches'],
            'happened': ['started_at'],
        },
        'reviews': {
            'key': ['review_id'],
            'required': {'review_id': 'text', 'customer_id': 'text', 'reviewed_at': 'timestamp'},
            'optional': {
                'product_id': 'text', 'rating': 'number', 'review_text': 'text', 'loaded_at': 'timestamp',
            },
            'not_negative': ['rating'],
            'happened': ['reviewed_at'],
        },
        'service_tickets': {
            'key': ['ticket_id'],
            'required': {'ticket_id': 'text', 'customer_id': 'text', 'opened_at': 'timestamp'},
            'optional': {
                'order_id': 'text', 'ticket_type': 'text', 'closed_at': 'timestamp',
                'satisfaction': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': [],
            'happened': ['opened_at'],
        },
        'campaigns': {
            'key': ['campaign_id'],
            'required': {'campaign_id': 'text', 'action': 'text', 'started_at': 'timestamp'},
            'optional': {
                'ended_at': 'timestamp', 'channel': 'text', 'contact_cost': 'number', 'offer_value': 'number',
            },
            'not_negative': ['contact_cost', 'offer_value'],
            'happened': [],
        },
        'campaign_contacts': {
            'key': ['campaign_id', 'customer_id'],
            'required': {'campaign_id': 'text', 'customer_id': 'text', 'assigned_at': 'timestamp'},
            'optional': {
                'arm': 'text', 'contacted_at': 'timestamp', 'opened_at': 'timestamp', 'clicked_at': 'timestamp',
            },
            'not_negative': [],
            'happened': [],
        },
        'coupon_redemptions': {
            'key': ['coupon_id', 'customer_id', 'redeemed_at'],
            'required': {'coupon_id': 'text', 'customer_id': 'text', 'redeemed_at': 'timestamp'},
            'optional': {'campaign_id': 'text', 'order_id': 'text'},
            'not_negative': [],
            'happened': ['redeemed_at'],
        },
        'returns': {
            'key': ['return_id'],
            'required': {'return_id': 'text', 'customer_id': 'text', 'returned_at': 'timestamp'},
            'optional': {
                'product_id': 'text', 'order_id': 'text', 'returned_quantity': 'number',
                'returned_amount': 'number', 'loaded_at': 'timestamp',
            },
            'not_negative': ['returned_quantity', 'returned_amount'],
            'happened': ['returned_at'],
        },
    }) }}
{% endmacro %}
