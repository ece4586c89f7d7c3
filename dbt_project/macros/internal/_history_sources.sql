{# The tables behind the histories: from which day on a row is known, and which of its columns (later)
   become known on a later day. Columns that are not listed are known with the row: if one of them
   changes, every date that could see the row is computed again. #}
{% macro _history_sources() %}
    {{ return({
        'int_retention__purchases': {
            'known': 'known_from_date',
            'later': {'undone_from_date': ['undone_from_date']},
        },
        'int_retention__purchase_lines': {
            'known': 'known_from_date',
            'later': {'undone_from_date': ['undone_from_date']},
        },
        'int_retention__order_items': {
            'known': 'known_from_date',
            'later': {'undone_from_date': ['undone_from_date']},
        },
        'int_retention__returns': {'known': 'known_from_date', 'later': {}},
        'int_retention__order_returns': {
            'known': 'known_from_date',
            'later': {'next_from_date': ['next_from_date']},
        },
        'stg_retention__orders': {'known': retention._seen_from('ordered_at', 'loaded_at'), 'later': {}},
        'stg_retention__sessions': {'known': retention._seen_from('started_at', 'loaded_at'), 'later': {}},
        'int_retention__review_sentiment': {
            'known': retention._seen_from('reviewed_at', 'loaded_at'),
            'later': {},
        },
        'stg_retention__service_tickets': {
            'known': retention._seen_from('opened_at', 'loaded_at'),
            'later': {retention.first_date_after('closed_at'): ['closed_at', 'satisfaction']},
        },
        'stg_retention__campaign_contacts': {
            'known': retention.first_date_after('assigned_at'),
            'later': {
                retention.first_date_after('contacted_at'): ['contacted_at'],
                retention.first_date_after('opened_at'): ['opened_at'],
                retention.first_date_after('clicked_at'): ['clicked_at'],
            },
        },
        'stg_retention__coupon_redemptions': {
            'known': retention.first_date_after('redeemed_at'),
            'later': {},
        },
        'stg_retention__customers': {'known': retention.first_date_after('signed_up_at'), 'later': {}},
    }) }}
{% endmacro %}
