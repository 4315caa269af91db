"""Which rows of a layer a session sees: in force at the time looked at, and let through by the filters."""

from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from watchfloor.views.map.table import Table

__all__ = ["passing"]

_WORDS = {
    "kind": "kinds",
    "hazard": "hazards",
    "severity": "severities",
    "status": "statuses",
    "state": "states",
}
"""Column of a record -> the filter that chooses among its words."""


def passing(table: Table, filters: Any, at: datetime) -> npt.NDArray[np.bool_]:
    """Tell which rows are seen.

    A record is seen when it is active and in force at `at`; one that was cancelled or has ended is seen only where
    the filter asks for its state. Rows that are no records (districts, sensors) answer only to filters on columns
    that they have.

    Parameters
    ----------
    table
        Rows of the layer.
    filters
        `watchfloor.views.selection.Filters`, or anything with ``hazards`` and its like.
    at
        Valid time that is looked at.

    Returns
    -------
    numpy.ndarray
        (n,) of bool.
    """
    frame = table.frame
    seen = np.ones(len(frame), dtype=bool)
    record = table.span is not None
    if table.span is not None:
        moment = pd.Timestamp(at)
        start, end = table.span
        seen &= (start.isna() | (start <= moment)).to_numpy() & (end.isna() | (end > moment)).to_numpy()
        if not filters.states:
            seen &= (frame["state"].astype(str) == "active").to_numpy()
    for column, name in _WORDS.items():
        wanted = getattr(filters, name, ())
        if wanted and column in frame.columns and (record or column == "hazard"):
            values = frame[column].astype(str)
            keep = values.isin(list(wanted))
            if not record:  # a sensor of no one hazard is of use to all
                keep |= frame[column].isna() | values.isin(["", "other"])
            seen &= keep.to_numpy()
    if record and filters.text:
        names = [name for name in ("title", "area", "source") if name in frame.columns]
        text = frame[names].astype(str).agg(" ".join, axis=1).str.casefold()
        for word in filters.text.split():
            seen &= text.str.contains(word, regex=False).to_numpy()
    return seen
