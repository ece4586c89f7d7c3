"""Trains, exports and publishes the models. Called by the dbt Python models; computes no feature.

Each model reads one table, publishes to the registry, and returns a table of what the card says.
"""

RANDOM_STATE = 7  # seed of everything random in training
