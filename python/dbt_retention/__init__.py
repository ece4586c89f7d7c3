"""Early warning of customer churn, inside the warehouse: the Python side of dbt-retention."""

__version__ = "0.1.0"
