"""Randomised contacts, from which uplift is learned: who was treated, who was a control, who stayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dbt_retention.arrays import Bools, Floats, Ints, Matrix
from dbt_retention.registry.scoring import as_matrix

KEYS = ("customer_id", "as_of_date", "campaign_id", "action", "is_treated", "is_retained", "treated_share")


@dataclass(frozen=True)
class Contacts:
    """One entry per customer and campaign, shape (rows,) each; matrix has the shape (rows, features).

    retained: 1 = stayed, 0 = churned. treated_share: the share of its campaign that was treated, 0 to 1.
    """

    customers: npt.NDArray[np.object_]
    campaigns: npt.NDArray[np.object_]
    actions: npt.NDArray[np.object_]
    matrix: Matrix
    treated: Bools
    retained: Floats
    treated_share: Floats

    @property
    def transformed(self) -> Floats:
        """The transformed outcome, shape (rows,): y (t / e - (1 - t) / (1 - e)), whose mean is the uplift.

        y: retained; t: treated; e: treated share. Source: Athey & Imbens (2016), Recursive Partitioning for
        Heterogeneous Causal Effects.
        """
        weight = np.where(self.treated, 1 / self.treated_share, -1 / (1 - self.treated_share))
        return np.asarray(self.retained * weight)

    def where(self, keep: Bools | Ints) -> Contacts:
        """The rows for which `keep` is true, or the rows with these numbers in this order."""
        return Contacts(
            self.customers[keep],
            self.campaigns[keep],
            self.actions[keep],
            self.matrix[keep],
            self.treated[keep],
            self.retained[keep],
            self.treated_share[keep],
        )


def read_contacts(rows: pa.Table, *, features: Sequence[str]) -> Contacts:
    """The rows of `int_retention__uplift_set` as arrays."""
    return Contacts(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        campaigns=np.asarray(rows["campaign_id"].to_pylist(), dtype=object),
        actions=np.asarray(rows["action"].to_pylist(), dtype=object),
        matrix=as_matrix(rows, features),
        treated=np.asarray(rows["is_treated"].to_pylist(), dtype=bool),
        retained=np.asarray(rows["is_retained"].to_pylist(), dtype=np.float64),
        treated_share=rows["treated_share"].cast(pa.float64()).to_numpy(),
    )
