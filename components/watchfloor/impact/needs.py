"""What people need for some days, against what is in store."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from watchfloor.core.errors import InvalidInputError

if TYPE_CHECKING:
    from watchfloor.impact.assessment import Run

__all__ = ["RATIONS", "Ration", "needs"]

_SPHERE = "Sphere Association 2018, The Sphere Handbook, 4th edition"


@dataclass(frozen=True)
class Ration:
    """What one person needs.

    Parameters
    ----------
    amount
        Per person, and per day where `daily`.
    unit
        Of the amount.
    for_
        Figures of the impact that are counted, each with a share.
    items
        Words by which stocks are recognised, and how much of the need one unit of the stock covers.
    daily
        Whether it is needed anew each day.
    source
        Where the amount is from.
    en, zh
        Title.
    """

    amount: float
    unit: str
    for_: Mapping[str, float]
    items: Mapping[str, float]
    daily: bool
    source: str
    en: str
    zh: str


RATIONS: dict[str, Ration] = {
    "water": Ration(15.0, "l", {"displaced": 1.0}, {"bottled water": 1.0, "water tank": 1.0}, daily=True,
                    source=f"{_SPHERE}, water supply standard 2.1: 15 litres a person and day", en="Water", zh="生活用水"),
    "drinking water": Ration(3.0, "l", {"displaced": 1.0}, {"bottled water": 1.0}, daily=True,
                             source=f"{_SPHERE}, water supply standard 2.1: survival, 2.5 to 3 litres a person and day", en="Drinking water", zh="饮用水"),
    "food": Ration(2100.0, "kcal", {"displaced": 1.0}, {"ration pack": 2100.0}, daily=True,
                   source=f"{_SPHERE}, food assistance standard 6.1: 2,100 kcal a person and day; a ration pack counts as one day", en="Food", zh="食品"),
    "shelter": Ration(3.5, "m^2", {"displaced": 1.0}, {}, daily=False,
                      source=f"{_SPHERE}, shelter standard 3: 3.5 square metres of living space a person", en="Shelter", zh="安置面积"),
    "beds in shelters": Ration(1.0, "1", {"displaced": 1.0}, {"camp bed": 1.0}, daily=False,
                               source=f"{_SPHERE}, shelter standard 4: bedding for each person", en="Camp beds", zh="折叠床"),
    "blankets": Ration(1.0, "1", {"displaced": 1.0}, {"blanket": 1.0}, daily=False,
                       source=f"{_SPHERE}, shelter standard 4: at least one blanket a person", en="Blankets", zh="毛毯"),
    "toilets": Ration(0.05, "1", {"displaced": 1.0}, {"toilet": 1.0, "latrine": 1.0}, daily=False,
                      source=f"{_SPHERE}, excreta management standard 3.2: one for 20 people", en="Toilets", zh="厕所"),
    "medical": Ration(1.0, "beds", {"injured": 0.2, "beds_needed": 1.0}, {}, daily=False,
                      source="One in five of those who need care needs a bed: an assumption, to be set by the user", en="Hospital beds", zh="医院床位"),
}  # fmt: skip
"""Needs by name."""


def needs(
    totals: pd.DataFrame,
    stocks: pd.DataFrame | None,
    *,
    days: float = 3.0,
    rations: Mapping[str, Any] = RATIONS,
    run: "Run | None" = None,
) -> pd.DataFrame:
    """Return what is needed, what is there and what is missing.

    Parameters
    ----------
    totals
        Figures of each member.
    stocks
        Columns ``item``, ``amount``, ``unit``; None for none.
    days
        For how long.
    rations
        `Ration` by name.
    run
        Of which shelters and hospitals are counted as stocks, less those that are out of service on average.

    Returns
    -------
    pandas.DataFrame
        Columns ``need``, ``title``, ``title_zh``, ``people`` (mean), ``amount`` (mean of the members), ``amount_q95``,
        ``stock``, ``gap`` (``amount`` less ``stock``, at least 0), ``gap_q95``, ``probability`` (that the stock is not
        enough), ``unit``, ``lasts`` (days that the stock lasts on average; infinite where nobody needs it), ``when`` (a
        sentence) and ``source``.

    Raises
    ------
    InvalidInputError
        If days are not positive, or stocks are negative or in a unit that cannot be counted.

    Examples
    --------
    >>> said = needs(pd.DataFrame({"displaced": [1000.0]}), pd.DataFrame({"item": ["bottled water"], "amount": [15000.0], "unit": ["l"]}))
    >>> row = said.set_index("need").loc["water"]
    >>> float(row["amount"]), float(row["gap"]), float(row["lasts"])
    (45000.0, 30000.0, 1.0)
    """
    if not 0 < days < 3660:
        raise InvalidInputError(f"Needs of {days} days cannot be told; expected more than 0.")
    if stocks is not None:
        for column in ("item", "amount"):
            if column not in stocks:
                raise InvalidInputError(
                    f"The stocks have no column {column}; expected item, amount and unit."
                )
        if (pd.to_numeric(stocks["amount"], errors="coerce") < 0).any():
            raise InvalidInputError("Stocks are negative; expected amounts of 0 or more.")
    rows = []
    for name, ration in rations.items():
        if not any(key in totals for key in ration.for_):
            continue
        people = sum(
            (totals[key].to_numpy(float) * share for key, share in ration.for_.items() if key in totals),
            np.zeros(len(totals)),
        )
        each = ration.amount * (days if ration.daily else 1.0)
        amount = people * each
        stock = _stock(stocks, ration) + (_places(run, totals, name, ration) if run is not None else 0.0)
        mean, high = float(amount.mean()), float(np.quantile(amount, 0.95))
        rate = float(people.mean()) * ration.amount
        lasts = (stock / rate if ration.daily else np.inf if stock >= rate else 0.0) if rate > 0 else np.inf
        rows.append(
            {
                "need": name,
                "title": ration.en,
                "title_zh": ration.zh,
                "people": float(people.mean()),
                "amount": mean,
                "amount_q95": high,
                "stock": stock,
                "gap": max(0.0, mean - stock),
                "gap_q95": max(0.0, high - stock),
                "probability": float(np.mean(amount > stock)),
                "unit": ration.unit,
                "lasts": lasts,
                "when": _when(ration, mean, stock, lasts, days),
                "source": ration.source,
            }
        )
    columns = ["need", "title", "title_zh", "people", "amount", "amount_q95", "stock", "gap", "gap_q95", "probability", "unit", "lasts", "when", "source"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _stock(stocks: pd.DataFrame | None, ration: Ration) -> float:
    """Add up what is in store of what a need is met by."""
    if stocks is None:
        return 0.0
    found = 0.0
    for item, amount in zip(
        stocks["item"].astype(str), pd.to_numeric(stocks["amount"], errors="coerce"), strict=True
    ):
        for word, covers in ration.items.items():
            if word in item.casefold() and np.isfinite(amount):
                found += float(amount) * covers
                break
    return found


def _places(run: "Run", totals: pd.DataFrame, name: str, ration: Ration) -> float:
    """Return what shelters and hospitals offer, in the need's unit."""
    layer = run.exposures.layers.get("facilities")
    if layer is None or "group" not in layer.data:
        return 0.0
    table = layer.data
    if name == "shelter":
        return float(table.loc[table["group"] == "shelter", "people"].sum()) * ration.amount
    if name == "medical":
        free = float(table["free_beds"].sum()) if "free_beds" in table else 0.0
        lost = float(totals["beds_out"].mean()) if "beds_out" in totals else 0.0
        return max(0.0, free - lost)
    return 0.0


def _when(ration: Ration, amount: float, stock: float, lasts: float, days: float) -> str:
    if amount <= 0:
        return "Nobody needs it."
    if stock <= 0:
        return "Nothing is in store: missing at once."
    if not ration.daily:
        return "Enough." if stock >= amount else "Missing at once."
    return "Enough." if lasts >= days else f"Used up after {lasts:.1f} days."
