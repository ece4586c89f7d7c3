{# The vars: every var of the package, once. Validation, docs/vars.md, the vars of dbt_project.yml and the
   settings of training come from this table. After a change here run: make vars

   A group has title, page (of docs/) and vars. A var has default (what holds where the shop sets nothing),
   means (one line for docs), page (where it is not the group's), and what a value may be:
   type      whole, count (whole, never written 3.0), number, share (written with a decimal point), flag,
             choice, text, day, time_zone, relation (a model, seed or 'source.table'), list, mapping, any
   low, high, above, below   bounds of a number; low and high are allowed, above and below are not
   not_below, more_than   of a number: the var that it may not be below, or must be above
   choices   of a choice
   pattern   of a text: a regular expression; words says the same in words
   each      of a list or mapping: what every item or value may be
   holds     of a mapping: what each key may hold
   needs     of a mapping: the keys that it must have; least, length: of a list or mapping, its size
   rising    of a list or mapping: true = no value is below the one before, 'strictly' = each is above it
   lower     of a list of texts: true = it is read in lower case
   nullable  true = it may be null; or: another kind of value that is allowed
   advanced  true = a knob of an algorithm, which few shops ever turn: it is set under the var advanced #}
{% macro _vars_contract() %}
    {{ return({

'inputs': {'title': 'Inputs', 'page': 'inputs.md', 'vars': {
    'input_orders': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "What fills the input orders: a model or seed (my_orders), or a source (raw.orders). "
            ~ "Required.",
    },
    'input_order_lines': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input order_lines.",
    },
    'input_customers': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input customers.",
    },
    'input_products': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input products.",
    },
    'input_sessions': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input sessions.",
    },
    'input_reviews': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input reviews.",
    },
    'input_service_tickets': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "What fills the input service_tickets.",
    },
    'input_campaigns': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input campaigns.",
    },
    'input_campaign_contacts': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "What fills the input campaign_contacts.",
    },
    'input_coupon_redemptions': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "What fills the input coupon_redemptions.",
    },
    'input_returns': {
        'type': 'relation', 'nullable': true, 'default': none, 'means': "What fills the input returns.",
    },
    'input_reload_days': {
        'type': 'whole', 'low': 1, 'nullable': true, 'default': none, 'page': 'daily-use.md',
        'means': "Orders, order lines and sessions that became known this many days or less before the last "
            ~ "as_of_date are read again; older ones are kept from the last build. null = all are read. "
            ~ "DuckDB only.",
    },
    'max_rejected_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.01,
        'or': {'type': 'mapping', 'needs': ['default'], 'each': {'type': 'number', 'low': 0, 'high': 1}},
        'means': "The build stops where more than this share of an input's rows is rejected. By input: "
            ~ "{default: 0.01, order_lines: 0.2}.",
    },
    'earliest_event_date': {
        'type': 'day', 'default': '1990-01-01',
        'means': "Orders, visits, reviews, tickets, redemptions and returns before this day are rejected.",
    },
    'void_order_statuses': {
        'type': 'list', 'each': {'type': 'text'}, 'lower': true, 'nullable': true,
        'default': [
            'cancelled', 'canceled', 'voided', 'refunded', 'returned', 'chargeback', 'failed', 'expired',
            'declined',
            'rejected', 'fraud', 'suspected fraud', 'paypal reversed', 'closed', 'incomplete', 'draft',
            'auto draft',
            'checkout draft', 'trash', 'wc cancelled', 'wc refunded', 'wc failed', 'wc checkout draft',
        ],
        'means': "An order with one of these statuses is no purchase. Case, spaces, hyphens and underscores "
            ~ "do not matter.",
    },
    'amount_decimals': {
        'type': 'whole', 'low': 0, 'high': 4, 'default': 2,
        'means': "Amounts of orders and lines are rounded to this many decimals.",
    },
    'min_coverage_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.05, 'advanced': true,
        'means': "An input or feature family that covers a smaller share of the current customers is called "
            ~ "thin.",
    },
    'min_linked_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.9, 'advanced': true,
        'means': "A column that names a row of another input is called thin where a smaller share of its "
            ~ "rows find it.",
    },
}},

'time': {'title': 'Time and churn', 'page': 'time.md', 'vars': {
    'shop_time_zone': {
        'type': 'time_zone', 'default': 'UTC',
        'means': "Times with a zone or an offset are converted to this zone. Times without one stay as they "
            ~ "are.",
    },
    'as_of_date': {
        'type': 'day', 'nullable': true, 'default': none,
        'means': "The decision date; only earlier data is used. null = the day after the last order.",
    },
    'churn_horizon_days': {
        'type': 'whole', 'low': 1, 'high': 36500,
        'or': {'type': 'choice', 'choices': ['auto']}, 'default': 60,
        'means': "Length of a label window in days. auto = from the gaps between purchases.",
    },
    'auto_horizon_min_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 14,
        'means': "The shortest horizon that auto chooses.",
    },
    'auto_horizon_max_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'not_below': 'auto_horizon_min_days', 'default': 180,
        'means': "The longest horizon that auto chooses, and the days before as_of_date whose gaps it reads.",
    },
    'auto_horizon_gap_quantile': {
        'type': 'number', 'low': 0.5, 'high': 1, 'default': 0.95, 'advanced': true,
        'means': "The horizon that auto chooses is this quantile of the gaps between purchases, in whole "
            ~ "weeks.",
    },
    'lookback_days': {
        'type': 'whole', 'low': 1, 'high': 36500, 'default': 180,
        'means': "Only customers with a purchase in this many days before as_of_date are scored.",
    },
    'churn_definition': {
        'type': 'choice', 'choices': ['fixed_horizon', 'personal_cadence', 'spend_decline'],
        'default': 'fixed_horizon',
        'means': "fixed_horizon: no purchase within the horizon. personal_cadence: no purchase for a "
            ~ "multiple of the "
            ~ "customer's own median gap. spend_decline: spend below a share of the customer's usual spend.",
    },
    'personal_cadence_multiple': {
        'type': 'number', 'low': 0.1, 'high': 1000, 'default': 3,
        'means': "personal_cadence: a customer churns after this many times the customer's own median gap.",
    },
    'personal_cadence_min_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 14,
        'means': "personal_cadence: no customer churns earlier than this many days after as_of_date.",
    },
    'spend_decline_share': {
        'type': 'number', 'low': 0.01, 'high': 1, 'default': 0.5,
        'means': "spend_decline: a customer churns who spends less than this share of the usual amount.",
    },
    'snapshot_count': {
        'type': 'whole', 'low': 1, 'high': 10000, 'default': 12,
        'means': "The most training dates.",
    },
    'snapshot_interval_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 30,
        'means': "Days between two training dates.",
    },
    'snapshot_anchor_date': {
        'type': 'day', 'default': '2000-01-03', 'advanced': true,
        'means': "Training and test dates are on a calendar grid through this day, so that they stay as days "
            ~ "pass.",
    },
    'test_date': {
        'type': 'day', 'nullable': true, 'default': none,
        'means': "The test date. null = the newest date of the grid whose label window is closed.",
    },
    'earliest_training_date': {
        'type': 'day', 'nullable': true, 'default': none,
        'means': "No training date is earlier. null = the first purchase plus lookback_days.",
    },
}},

'features': {'title': 'Features', 'page': 'features.md', 'vars': {
    'retention_features': {
        'type': 'list', 'each': {'type': 'text'},
        'default': [
            'recency_frequency_monetary', 'frequency_decline', 'amount_decline', 'purchase_rhythm',
            'buy_till_you_die',
            'basket_mix', 'co_purchase', 'promotion', 'browsing', 'service', 'feedback', 'lifecycle',
            'season',
            'embeddings',
        ],
        'means': "The feature families that the model reads, each a model feat_ and its name.",
    },
    'product_embeddings': {
        'type': 'relation', 'nullable': true, 'default': none, 'page': 'embeddings.md',
        'means': "Vectors of products: a model or source with product_id and one number per dimension.",
    },
    'customer_embeddings': {
        'type': 'relation', 'nullable': true, 'default': none, 'page': 'embeddings.md',
        'means': "Vectors of customers: a model or source with customer_id, embedded_at and one number per "
            ~ "dimension.",
    },
    'low_rating': {
        'type': 'number', 'low': -1000000, 'high': 1000000, 'default': 2,
        'means': "A rating of this or less is low, on the shop's own scale. Must be below high_rating.",
    },
    'high_rating': {
        'type': 'number', 'low': -1000000, 'high': 1000000, 'more_than': 'low_rating', 'default': 4,
        'means': "A rating of this or more is high.",
    },
    'membership_tiers': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true, 'default': ['bronze', 'silver', 'gold'],
        'means': "Values of membership_tier, in lower case, that get a feature of their own.",
    },
    'acquisition_channels': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true,
        'default': ['social', 'search', 'store', 'marketplace', 'referral'],
        'means': "Values of acquisition_channel, in lower case, that get a feature of their own.",
    },
    'missing_values': {
        'type': 'mapping', 'nullable': true,
        'holds': {
            'default': {
                'type': 'choice', 'choices': ['none', 'drop', 'zero', 'mean', 'median', 'mode', 'linear'],
            },
            'per_column': {
                'type': 'mapping', 'nullable': true,
                'each': {
                    'type': 'choice', 'choices': ['none', 'drop', 'zero', 'mean', 'median', 'mode', 'linear'],
                },
            },
        },
        'default': {'default': 'none', 'per_column': {}},
        'means': "What fills the nulls of features, of all and of single columns. none = the models read "
            ~ "nulls.",
    },
    'winsorise_quantiles': {
        'type': 'list', 'each': {'type': 'number', 'low': 0, 'high': 1}, 'length': 2, 'rising': 'strictly',
        'nullable': true, 'default': none,
        'means': "Features are limited to these quantiles of their training dates, such as [0.01, 0.99]. "
            ~ "null = no limit.",
    },
    'leakage_alarm_auc': {
        'type': 'number', 'low': 0.5, 'high': 1, 'nullable': true, 'default': 0.9,
        'means': "A single feature that reaches this AUC stops the build: it must have seen the label. null "
            ~ "= never.",
    },
    'purchase_process_customers': {
        'type': 'whole', 'low': 1, 'high': 1000000000, 'default': 10000, 'advanced': true,
        'means': "Buy-till-you-die parameters are fitted on at most about this many customers, sampled by "
            ~ "hash.",
    },
    'sentiment_min_reviews': {
        'type': 'whole', 'low': 10, 'high': 1000000000, 'default': 200, 'advanced': true,
        'means': "With fewer reviews that have a text and a high or low rating, sentiment is not learned, "
            ~ "and is null.",
    },
}},

'training': {'title': 'Training', 'page': 'training.md', 'vars': {
    'training_policy': {
        'type': 'choice', 'choices': ['if_missing', 'auto', 'always', 'never'], 'default': 'if_missing',
        'means': "if_missing: train where no champion fits the features and vars. auto: also on drift or "
            ~ "decay.",
    },
    'scoring': {
        'type': 'choice', 'choices': ['in_warehouse', 'external'], 'default': 'in_warehouse',
        'page': 'daily-use.md',
        'means': "in_warehouse: SQL calls functions of the package, and dbt runs Python models. external: "
            ~ "retention build trains and scores between two runs of dbt.",
    },
    'churn_candidates': {
        'type': 'list', 'least': 1,
        'each': {
            'type': 'choice',
            'choices': [
                'logistic_regression', 'decision_tree', 'random_forest', 'extra_trees', 'gradient_boosting',
                'lightgbm',
                'xgboost', 'support_vector_linear', 'support_vector_rbf', 'neural_network',
            ],
        },
        'default': ['logistic_regression', 'gradient_boosting', 'extra_trees'],
        'means': "The estimators that compete. With more than one, their blend competes too. "
            ~ "lightgbm and xgboost need the extra boosting.",
    },
    'churn_tuning': {
        'type': 'flag', 'default': false,
        'means': "true = try a small grid of settings of each candidate. Takes about three times as long.",
    },
    'churn_calibration': {
        'type': 'choice', 'choices': ['sigmoid', 'isotonic'], 'default': 'sigmoid',
        'means': "How probabilities are calibrated. isotonic falls back to sigmoid where it fails the parity "
            ~ "gate.",
    },
    'churn_prior_shift': {
        'type': 'choice', 'choices': ['auto', 'none', 'season'], 'default': 'auto',
        'means': "season: probabilities follow the purchase rate of the same weeks of last year. auto: where "
            ~ "that lowers the log loss on past dates.",
    },
    'profit_customer_value': {
        'type': 'number', 'above': 0, 'high': 1000000000000, 'default': 200,
        'means': "Profit threshold: what a customer who stays is worth, in the shop's currency.",
    },
    'profit_offer_value': {
        'type': 'number', 'low': 0, 'high': 1000000000000, 'default': 10,
        'means': "Profit threshold: what an accepted offer costs.",
    },
    'profit_contact_cost': {
        'type': 'number', 'low': 0, 'high': 1000000000000, 'default': 1,
        'means': "Profit threshold: what a contact costs.",
    },
    'profit_save_rate_alpha': {
        'type': 'number', 'above': 0, 'high': 1000000000000, 'default': 6,
        'means': "Profit threshold: the share of churners who stay when contacted has the distribution "
            ~ "Beta(alpha, beta).",
    },
    'profit_save_rate_beta': {
        'type': 'number', 'above': 0, 'high': 1000000000000, 'default': 14,
        'means': "The beta of that distribution. Its mean is alpha / (alpha + beta).",
    },
    'min_buyers': {
        'type': 'whole', 'low': 1, 'high': 1000000000, 'default': 500,
        'means': "No model is trained with fewer customers who ever bought.",
    },
    'min_history_days': {
        'type': 'whole', 'low': 1, 'high': 100000, 'default': 180,
        'means': "No model is trained with fewer days between the first purchase and as_of_date.",
    },
    'min_training_churners': {
        'type': 'whole', 'low': 1, 'high': 1000000000, 'default': 200,
        'means': "No model is trained with fewer training rows that churned, or fewer that stayed.",
    },
    'segment_count': {
        'type': 'whole', 'low': 2, 'high': 12,
        'or': {'type': 'choice', 'choices': ['auto']}, 'default': 'auto',
        'means': "How many customer segments to form. auto = 3 to 6, by stability, then silhouette.",
    },
    'segment_algorithm': {
        'type': 'choice', 'choices': ['kmeans', 'ward'], 'default': 'kmeans',
        'means': "How the centres of segments are found. ward = means of Ward's hierarchical clusters of a "
            ~ "sample.",
    },
    'training_max_rows': {
        'type': 'whole', 'low': 1000, 'high': 1000000000, 'default': 2000000, 'advanced': true,
        'means': "Training reads at most about this many rows into memory; of more, a sample by hash.",
    },
    'max_model_megabytes': {
        'type': 'number', 'above': 0, 'high': 2000, 'default': 100, 'advanced': true,
        'means': "A larger ONNX file is neither published nor loaded.",
    },
    'retrain_drifted_share': {
        'type': 'number', 'above': 0, 'high': 1, 'default': 0.25, 'advanced': true,
        'means': "training_policy auto trains again where this share of the features has drifted.",
    },
    'retrain_auc_drop': {
        'type': 'number', 'above': 0, 'high': 0.5, 'default': 0.03, 'advanced': true,
        'means': "training_policy auto trains again where the AUC is this far below the champion's own test.",
    },
    'retrain_calibration_error': {
        'type': 'number', 'above': 0, 'high': 1, 'default': 0.05, 'advanced': true,
        'means': "training_policy auto trains again where the calibration error is above this.",
    },
    'churn_class_weights': {
        'type': 'choice', 'choices': ['none', 'balanced'], 'default': 'none', 'advanced': true,
        'means': "balanced: churners and stayers have the same total weight. Probabilities stay calibrated.",
    },
    'churn_feature_selection': {
        'type': 'choice', 'choices': ['none', 'importance', 'rfe', 'lasso'], 'default': 'none',
        'advanced': true,
        'means': "How the features of a model are chosen, again in every fold.",
    },
    'churn_pca_variance': {
        'type': 'number', 'above': 0, 'below': 1, 'nullable': true, 'default': none, 'advanced': true,
        'means': "Share of the variance that principal components keep, in candidates that scale. null = no "
            ~ "components.",
    },
    'churn_imputations': {
        'type': 'whole', 'low': 1, 'high': 20, 'default': 1, 'advanced': true,
        'means': "The mean of models on this many randomly imputed copies of the training rows. 1 = no "
            ~ "imputation.",
    },
}},

'warnings': {'title': 'Warnings and monitoring', 'page': 'early-warning.md', 'vars': {
    'risk_tier_thresholds': {
        'type': 'mapping', 'each': {'type': 'number', 'above': 0, 'below': 1}, 'least': 1,
        'default': {'critical': 0.6, 'high': 0.35, 'medium': 0.15},
        'means': "The lowest churn probability of each risk tier. Below the last one a customer is 'low'.",
    },
    'risk_tier_capacity': {
        'type': 'mapping', 'nullable': true,
        'each': {
            'type': 'count', 'low': 0, 'nullable': true, 'or': {'type': 'share', 'low': 0, 'below': 1},
        },
        'default': {'critical': none, 'high': none, 'medium': none},
        'means': "The most customers of each tier: a count, a share of the current customers, or null for no "
            ~ "limit. "
            ~ "Further customers go to the next tier.",
    },
    'alert_tiers': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true, 'default': none,
        'means': "Alert newly_at_risk: in one of these tiers, and not before. null = all tiers but the "
            ~ "lowest.",
    },
    'alert_probability_rise': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.1,
        'means': "Alert rising: the churn probability rose by this much since the previous scoring date.",
    },
    'alert_value_at_risk': {
        'type': 'number', 'low': 0, 'high': 1000000000000, 'nullable': true, 'default': 200,
        'means': "Alert value_reached: the value at risk reached this, in the shop's currency. null = never.",
    },
    'min_group_size': {
        'type': 'whole', 'low': 0, 'high': 1000000, 'default': 5, 'page': 'customers.md',
        'means': "In marts for reports, figures about fewer customers are null.",
    },
    'semantic_layer': {
        'type': 'flag', 'default': false, 'page': 'metrics.md',
        'means': "Build the dimensions dim_customer, dim_product and dim_date, and define the metrics.",
    },
    'drift_thresholds': {
        'type': 'mapping', 'needs': ['moved', 'drifted'], 'rising': true,
        'holds': {
            'moved': {'type': 'number', 'low': 0, 'high': 100},
            'drifted': {'type': 'number', 'low': 0, 'high': 100},
        },
        'default': {'moved': 0.1, 'drifted': 0.25}, 'page': 'monitoring.md',
        'means': "The population stability index from which a feature has moved, and from which it has "
            ~ "drifted.",
    },
    'monitoring_sample_customers': {
        'type': 'whole', 'low': 1, 'high': 1000000000, 'default': 10000, 'page': 'monitoring.md',
        'advanced': true,
        'means': "Drift is measured on at most about this many current customers and as many rows of the "
            ~ "training dates, sampled by hash.",
    },
    'reasons_exact_customers': {
        'type': 'whole', 'low': 0, 'high': 1000000000, 'default': 2000, 'page': 'training.md',
        'advanced': true,
        'means': "Reasons are exact Shapley values for at most this many warned customers.",
    },
    'reasons_orderings': {
        'type': 'whole', 'low': 1, 'high': 100, 'default': 2, 'page': 'training.md', 'advanced': true,
        'means': "For more customers, the mean over this many orderings of the reasons, and their reverses.",
    },
    'min_value_history_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 90, 'page': 'monitoring.md', 'advanced': true,
        'means': "The naive value that expected value is compared with takes a history as at least this many "
            ~ "days.",
    },
}},

'uses': {'title': 'Members, advertising, service, stock', 'page': 'members.md', 'vars': {
    'member_tier_thresholds': {
        'type': 'mapping', 'least': 1,
        'each': {
            'type': 'mapping', 'least': 1,
            'holds': {
                'spend': {'type': 'number', 'nullable': true}, 'orders': {'type': 'number', 'nullable': true},
            },
        },
        'default': {
            'bronze': {'spend': 0, 'orders': 1}, 'silver': {'spend': 300, 'orders': 10},
            'gold': {'spend': 900, 'orders': 30},
        },
        'means': "Spend or orders of 12 months that reach a tier, lowest tier first. Either is enough; null "
            ~ "= not by this.",
    },
    'member_offer_usual_items': {
        'type': 'whole', 'low': 1, 'high': 1000, 'default': 5, 'advanced': true,
        'means': "Offers to members are related to this many of the items that they buy most.",
    },
    'member_offer_companions': {
        'type': 'whole', 'low': 1, 'high': 1000, 'default': 20, 'advanced': true,
        'means': "Offers to members are among this many items that are bought most often with one of those.",
    },
    'default_region': {
        'type': 'text', 'pattern': '[A-Za-z]{2}',
        'words': "the two letters of a country by ISO 3166, such as GB",
        'nullable': true, 'default': none,
        'page': 'advertising.md',
        'means': "Country of telephone numbers without a country code. null = such numbers are not matched.",
    },
    'ad_suppress_days': {
        'type': 'whole', 'low': 0, 'high': 3650, 'default': 14,
        'page': 'advertising.md',
        'means': "Customers at low risk who bought within this many days are suppressed in advertising.",
    },
    'ad_win_back_probability': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.35,
        'page': 'advertising.md',
        'means': "Customers with at least this churn probability are in the win-back audience.",
    },
    'ad_seed_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.1,
        'page': 'advertising.md',
        'means': "This share of the current customers, the most valuable, is the lookalike seed.",
    },
    'service_waiting_days': {
        'type': 'mapping', 'needs': ['target', 'longest'],
        'holds': {
            'target': {'type': 'number', 'low': 1, 'high': 3650},
            'longest': {'type': 'number', 'low': 1, 'high': 3650},
        },
        'default': {'target': 7, 'longest': 28},
        'page': 'service.md',
        'means': "Waiting for target days doubles a ticket's priority. More than longest days count as "
            ~ "longest.",
    },
    'service_sentiment_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 84,
        'page': 'service.md',
        'means': "A customer's sentiment is that of the reviews of this many days.",
    },
    'ticket_type_sentiments': {
        'type': 'mapping', 'each': {'type': 'number', 'low': 0, 'high': 1}, 'nullable': true,
        'default': {'complaint': 0.2, 'return': 0.4, 'question': 0.6},
        'page': 'service.md',
        'means': "Sentiment of a customer without such reviews, by type of ticket (0 = unhappy, 1 = happy).",
    },
    'return_policy_shares': {
        'type': 'mapping', 'needs': ['generous', 'strict'], 'rising': true,
        'holds': {
            'generous': {'type': 'number', 'low': 0, 'high': 1},
            'strict': {'type': 'number', 'low': 0, 'high': 1},
        },
        'default': {'generous': 0.1, 'strict': 0.4},
        'page': 'service.md',
        'means': "Up to the share generous of pieces returned a refund may come first; from strict on goods "
            ~ "are checked first.",
    },
    'stock_surplus_multiple': {
        'type': 'number', 'low': 1, 'high': 1000, 'default': 2,
        'page': 'inventory.md',
        'means': "More stock than this many times the forecast is too much.",
    },
}},

'decisions': {'title': 'Decisions', 'page': 'decisions.md', 'vars': {
    'retention_actions': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "The shop's own table of actions (cost, reach, capacity, rules). null = the package's seed.",
    },
    'retention_action_priors': {
        'type': 'relation', 'nullable': true, 'default': none,
        'means': "The shop's own table of save rates that are assumed until measured. null = the package's "
            ~ "seed.",
    },
    'gross_margin_share': {
        'type': 'number', 'low': 0, 'high': 1,
        'or': {'type': 'choice', 'choices': ['auto']}, 'default': 'auto',
        'means': "The share of spend that is left after the cost of goods. auto = measured, from unit_cost "
            ~ "of products.",
    },
    'assumed_gross_margin_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.3,
        'means': "That share where auto finds no unit_cost.",
    },
    'retention_budget': {
        'type': 'number', 'low': 0, 'high': 1000000000000000, 'nullable': true, 'default': none,
        'means': "The most that all contacts of a build and their offers may cost. null = no limit.",
    },
    'max_contacts': {
        'type': 'whole', 'low': 0, 'high': 1000, 'default': 4,
        'means': "A customer gets at most this many contacts in max_contacts_days ...",
    },
    'max_channel_contacts': {
        'type': 'whole', 'low': 0, 'high': 1000, 'default': 2,
        'means': "... and at most this many over one channel.",
    },
    'max_contacts_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'default': 28,
        'means': "The days in which contacts are counted.",
    },
    'holdout_salt': {
        'type': 'text', 'pattern': '[A-Za-z0-9_.-]+', 'words': "a word of letters, digits, dots and dashes",
        'default': 'hold',
        'means': "The word that is hashed to choose the holdout. It may never change.",
    },
    'holdout_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.05,
        'means': "Share of all customers who get no contact at all, to measure the effect of all contacts.",
    },
    'control_share': {
        'type': 'number', 'low': 0, 'high': 0.9, 'default': 0.2,
        'means': "Share of an action's audience that is not contacted, to measure the effect of the action.",
    },
    'experiment_alpha': {
        'type': 'number', 'above': 0, 'below': 1, 'default': 0.05,
        'means': "Experiment plans: the probability of finding an effect where there is none.",
    },
    'experiment_power': {
        'type': 'number', 'above': 0, 'below': 1, 'default': 0.8,
        'means': "Experiment plans: the probability of finding an effect where there is one.",
    },
    'choice_sample_customers': {
        'type': 'whole', 'low': 100, 'high': 1000000000, 'default': 20000, 'advanced': true,
        'means': "Prices of budget and capacity are found on at most about this many customers, sampled by "
            ~ "hash.",
    },
    'sample_ratio_alarm': {
        'type': 'number', 'low': 0.000000001, 'high': 0.5, 'default': 0.0001, 'advanced': true,
        'means': "Arms are called no random split where chance alone is less likely than this to give their "
            ~ "sizes.",
    },
}},

'baskets': {'title': 'Baskets', 'page': 'baskets.md', 'vars': {
    'basket_item': {
        'type': 'choice', 'choices': ['product_id', 'product_name', 'category', 'subcategory'],
        'default': 'product_id',
        'means': "What an item is.",
    },
    'basket_window_days': {
        'type': 'whole', 'low': 1, 'nullable': true, 'default': none,
        'means': "Only orders of this many days before as_of_date are read. null = all orders.",
    },
    'apriori_min_support': {
        'type': 'share', 'above': 0, 'high': 1, 'or': {'type': 'count', 'low': 1}, 'default': 0.01,
        'means': "An itemset is frequent in this share of the baskets (0.01), or in this whole number of "
            ~ "them (50).",
    },
    'apriori_max_length': {
        'type': 'whole', 'low': 1, 'high': 16, 'default': 4,
        'means': "The most items of an itemset.",
    },
    'rule_min_confidence': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.1,
        'means': "Rules with a lower confidence are left out.",
    },
    'rule_min_lift': {
        'type': 'number', 'low': 0, 'default': 0,
        'means': "Rules with a lower lift are left out.",
    },
    'rule_single_consequent': {
        'type': 'flag', 'default': false,
        'means': "true = only rules with one item as consequent.",
    },
    'affinity_min_customers': {
        'type': 'whole', 'low': 1, 'default': 5,
        'means': "A pair of items is compared where at least this many customers bought both.",
    },
    'recommendation_list_length': {
        'type': 'whole', 'low': 1, 'default': 10,
        'means': "How many items each list of recommendations has.",
    },
    'recommendation_active_days': {
        'type': 'whole', 'low': 1, 'default': 84,
        'means': "Customers with an order in this many days get recommendations. Popularity is of the same "
            ~ "days.",
    },
    'recommendation_refresh_days': {
        'type': 'whole', 'low': 1, 'default': 7,
        'means': "Lists are made again after this many days, and at once for customers with new orders. "
            ~ "1 = all lists in every build. Spark always makes all.",
    },
    'recommendation_left_out': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true, 'default': [],
        'means': "Categories, subcategories or items that are never recommended.",
    },
    'recommendation_min_margin_share': {
        'type': 'number', 'default': 0,
        'means': "Items with a known margin below this share of their price are not recommended.",
    },
    'durable_items': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true, 'default': [],
        'means': "Categories, subcategories or items that last: not recommended again within durable_days of "
            ~ "a purchase.",
    },
    'durable_days': {
        'type': 'whole', 'low': 0, 'default': 365,
        'means': "The days for which a durable item is not recommended again.",
    },
    'basket_max_items': {
        'type': 'whole', 'low': 1, 'default': 500, 'advanced': true,
        'means': "Of an order with more different items only this many, the most frequent, count.",
    },
    'apriori_max_level_gb': {
        'type': 'number', 'above': 0, 'default': 8, 'advanced': true,
        'means': "Itemsets of one length that would take more than this many GB stop the build before it "
            ~ "starts on them.",
    },
    'co_purchase_items': {
        'type': 'whole', 'low': 2, 'default': 120, 'advanced': true,
        'means': "Features of co-purchase read at most this many items, the most frequent on each "
            ~ "as_of_date.",
    },
    'recommendation_half_life_days': {
        'type': 'whole', 'low': 1, 'or': {'type': 'choice', 'choices': ['auto']}, 'default': 'auto',
        'advanced': true,
        'means': "An order this many days ago has half the weight of one on as_of_date. auto = 60, 120 or "
            ~ "365, by a backtest.",
    },
    'recommendation_prior_weight': {
        'type': 'number', 'low': 0, 'or': {'type': 'choice', 'choices': ['auto']}, 'default': 'auto',
        'advanced': true,
        'means': "The weight of the average customer's interest in an item beside the customer's own. auto "
            ~ "= 0.5, 2 or 10, by a backtest.",
    },
    'recommendation_near_customers': {
        'type': 'whole', 'low': 1, 'default': 100, 'advanced': true,
        'means': "New items come from this many customers with the most similar purchases ...",
    },
    'recommendation_reference_customers': {
        'type': 'whole', 'low': 1, 'default': 5000, 'advanced': true,
        'means': "... of at most this many customers, sampled at random ...",
    },
    'recommendation_common_item_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.2, 'advanced': true,
        'means': "... compared by items that at most this share of the customers bought.",
    },
    'recommendation_everyday_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.4, 'advanced': true,
        'means': "An item that at least this share of the active customers bought lately comes last in the "
            ~ "list mixed.",
    },
    'recommendation_max_pairs': {
        'type': 'whole', 'low': 1, 'default': 50000000, 'advanced': true,
        'means': "The most pairs of customers with a common item per as_of_date; of more, the rarest items "
            ~ "of each count.",
    },
    'recommendation_cutoff_date': {
        'type': 'day', 'nullable': true, 'default': none, 'advanced': true,
        'means': "The as_of_date of the backtest of recommendations. null = at least "
            ~ "recommendation_test_days before the latest, moved every recommendation_refresh_days days.",
    },
    'recommendation_test_days': {
        'type': 'whole', 'low': 1, 'default': 28, 'advanced': true,
        'means': "How many days of the backtest count.",
    },
    'recommendation_test_customers': {
        'type': 'whole', 'low': 1, 'default': 10000, 'advanced': true,
        'means': "The backtest reads at most about this many customers, sampled by hash.",
    },
    'recommendation_customers_at_once': {
        'type': 'whole', 'low': 1, 'high': 1000000000, 'default': 250000, 'advanced': true,
        'means': "Lists are made for about this many customers at a time: fewer take less memory. DuckDB "
            ~ "only.",
    },
}},

'effects': {'title': 'Campaign effects and uplift', 'page': 'effects.md', 'vars': {
    'effect_window_days': {
        'type': 'whole', 'low': 1, 'high': 3650, 'nullable': true, 'default': none,
        'means': "Days after the assignment in which an effect is measured. null = the churn horizon.",
    },
    'effect_confidence': {
        'type': 'number', 'low': 0.5, 'high': 0.9999, 'default': 0.95,
        'means': "The confidence level of intervals.",
    },
    'effect_interval': {
        'type': 'choice', 'choices': ['fixed', 'sequential'], 'default': 'fixed',
        'means': "fixed: valid for one look, after the window has closed. sequential: valid for any number "
            ~ "of looks, wider.",
    },
    'effect_decision_confidence': {
        'type': 'number', 'low': 0.5, 'high': 0.9999, 'default': 0.5,
        'means': "Decisions use the lower limit of a one-sided interval of this confidence. 0.5 = the mean.",
    },
    'campaign_control_shares': {
        'type': 'mapping', 'each': {'type': 'number', 'above': 0, 'below': 1}, 'default': {},
        'means': "The planned share of controls, by campaign_id, or under default for all: {default: 0.3}. "
            ~ "Of campaigns that the package planned it is control_share.",
    },
    'uplift_actions': {
        'type': 'list', 'each': {'type': 'text'}, 'nullable': true,
        'default': ['recommendation', 'offer', 'care_call', 'membership', 'social'],
        'means': "Actions whose uplift may be learned, in lower case. Each is a feature of the model.",
    },
    'effect_sequential_scale': {
        'type': 'number', 'low': 0.000001, 'high': 1000000, 'default': 0.05, 'advanced': true,
        'means': "sequential is narrowest for effects of about this many standard deviations of the outcome.",
    },
    'effect_min_arm_customers': {
        'type': 'whole', 'low': 2, 'high': 1000000000, 'default': 30, 'advanced': true,
        'means': "With fewer customers in either arm there is a difference, but no interval and no verdict.",
    },
    'effect_tier_min_customers': {
        'type': 'number', 'low': 1, 'high': 1000000000, 'default': 100, 'advanced': true,
        'means': "Effects are split by risk tier where the earlier windows of at least this many customers "
            ~ "are known ...",
    },
    'effect_tier_prior_customers': {
        'type': 'number', 'low': 0, 'high': 1000000000, 'default': 10, 'advanced': true,
        'means': "... and each pair of bands is shrunk to their mean with the weight of this many customers.",
    },
    'prior_effect_error': {
        'type': 'number', 'low': 0.01, 'high': 100, 'default': 1, 'advanced': true,
        'means': "The largest error of a prior save rate, as a share of it. Measured effects weigh more with "
            ~ "a larger one.",
    },
    'campaign_max_fault_share': {
        'type': 'number', 'low': 0, 'high': 1, 'default': 0.01, 'advanced': true,
        'means': "An effect is not causal where a larger share of customers has an unknown arm, an early "
            ~ "contact or "
            ~ "is a treated control.",
    },
    'campaign_balance_limit': {
        'type': 'number', 'low': 0, 'high': 10, 'default': 0.1, 'advanced': true,
        'means': "Arms are balanced where their means before differ by at most this many standard "
            ~ "deviations.",
    },
    'uplift_min_arm_customers': {
        'type': 'whole', 'low': 10, 'high': 1000000000, 'default': 1000, 'advanced': true,
        'means': "Uplift of an action is learned once either arm of its campaigns has this many customers.",
    },
}},

'advanced': {'title': 'Advanced', 'page': 'vars.md', 'vars': {
    'advanced': {
        'type': 'mapping', 'nullable': true, 'each': {'type': 'any'}, 'default': {},
        'means': "Knobs of algorithms by name, such as {reasons_orderings: 10}. The table below lists them.",
    },
}},

    }) }}
{% endmacro %}
