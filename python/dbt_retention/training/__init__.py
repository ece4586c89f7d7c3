"""Trains and publishes the models: reads one table, writes one folder, returns what the card says.

Called by the dbt Python models of the training room. Nothing here computes a feature.
"""
