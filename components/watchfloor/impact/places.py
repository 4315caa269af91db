"""Single places: which facilities and roads are hit, how probably, when, and which of them need help first."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.core.fields import field
from watchfloor.impact.assessment import ARRIVAL, Part, Run
from watchfloor.impact.ground import Elements

__all__ = ["WEIGHT", "facilities", "roads"]

WEIGHT: Mapping[str, float] = {
    "hospital": 10.0,
    "fire station": 3.0,
    "police station": 2.0,
    "command post": 3.0,
    "waterworks": 5.0,
    "substation": 5.0,
    "school": 2.0,
    "kindergarten": 3.0,
    "shelter": 2.0,
    "tank": 3.0,
    "tailings dam": 3.0,
}
"""How much more one person, or the place itself, counts here than elsewhere: people who cannot help themselves, and what
others depend on. A choice of this product, to be set by the user; it orders the list and enters no figure."""
_ITSELF = 50.0
"""People that a place counts for whose number is not known."""


def facilities(run: Run, part: Part | None, weight: Mapping[str, float] = WEIGHT) -> pd.DataFrame:
    """Return facilities, or lifelines, those in greatest need first.

    Parameters
    ----------
    run
        What was put in.
    part
        The vulnerability of facilities or of lifelines; None where none can be used.
    weight
        By kind of place.

    Returns
    -------
    pandas.DataFrame
        Columns ``rank``, ``id``, ``name``, ``name_zh``, ``kind``, ``district``, ``longitude``, ``latitude``, ``people``,
        ``beds``, ``probability`` (of being out of service), ``intensity`` (median of the members) and ``worst`` (their 90 %
        quantile), ``arrival`` (median, s; NaN where never or not known), ``need`` (probability x people x weight) and
        ``reason``; only those that are hit in some member.
    """
    columns = [
        "rank", "id", "name", "name_zh", "kind", "district", "longitude", "latitude", "people", "beds", "probability",
        "intensity", "worst", "arrival", "need", "reason",
    ]  # fmt: skip
    if part is None or not part.elements.size:
        return pd.DataFrame(columns=columns)
    layer = run.exposures.layers[part.vulnerability.exposure]
    rows, out, level, arrival = _at(run, part)
    table = layer.data.iloc[rows]
    names = _districts(run, part.elements, rows)
    inner = table.geometry.representative_point()
    made = pd.DataFrame(
        {
            "id": table["id"].to_numpy() if "id" in table else rows,
            "name": table["name"].to_numpy(),
            "name_zh": table["name_zh"].to_numpy(),
            "kind": (
                table["kind"] if "kind" in table else pd.Series("facility", index=table.index)
            ).to_numpy(),
            "district": names,
            "longitude": inner.x.to_numpy(),
            "latitude": inner.y.to_numpy(),
            "people": table["people"].to_numpy() if "people" in table else np.nan,
            "beds": table["beds"].to_numpy() if "beds" in table else 0.0,
            "probability": out.mean(axis=0),
            "intensity": np.median(level, axis=0),
            "worst": np.quantile(level, 0.9, axis=0),
            "arrival": arrival,
        }
    )
    important = made["kind"].map(weight).fillna(1.0)
    counted = made["people"].where(made["people"] > 0, _ITSELF).fillna(_ITSELF)
    made["need"] = made["probability"] * counted * important
    made = made[made["worst"] > 0].sort_values(
        ["need", "worst", "name"], ascending=[False, False, True], ignore_index=True
    )
    made["rank"] = np.arange(1, len(made) + 1)
    spec = part.reads[0][0].spec if part.reads[0][1] is None else field(part.reads[0][1])
    made["reason"] = [
        _reason(row, spec.en, "" if spec.units == "1" else spec.units) for row in made.to_dict("records")
    ]
    made = made[columns]
    made.attrs["units"] = {
        "people": "1",
        "beds": "1",
        "probability": "1",
        "intensity": spec.units,
        "worst": spec.units,
        "arrival": "s",
    }
    return made


def roads(run: Run, part: Part | None) -> pd.DataFrame:
    """Return roads that are closed in some member, the most probable first.

    Returns
    -------
    pandas.DataFrame
        Columns ``edge``, ``name``, ``grade``, ``bridge``, ``length`` (km), ``probability`` (of being closed anywhere),
        ``intensity``, ``worst``, ``arrival`` (median of first being reached, s), and ``geometry`` of the layer by ``row``.
    """
    columns = [
        "row",
        "edge",
        "name",
        "grade",
        "bridge",
        "length",
        "probability",
        "intensity",
        "worst",
        "arrival",
    ]
    if part is None or not part.elements.size:
        return pd.DataFrame(columns=columns)
    layer = run.exposures.layers["roads"]
    rows, out, level, arrival = _at(run, part)
    table = layer.data.iloc[rows]
    made = pd.DataFrame(
        {
            "row": rows,
            "edge": table["edge"].to_numpy() if "edge" in table else rows,
            "name": table["name"].to_numpy() if "name" in table else "",
            "grade": table["grade"].to_numpy() if "grade" in table else "",
            "bridge": table["bridge"].to_numpy() if "bridge" in table else False,
            "length": table["length"].to_numpy(),
            "probability": out.mean(axis=0),
            "intensity": np.median(level, axis=0),
            "worst": np.quantile(level, 0.9, axis=0),
            "arrival": arrival,
        }
    )
    made = made[made["probability"] > 0].sort_values(
        ["probability", "worst", "edge"], ascending=[False, False, True], ignore_index=True
    )
    made.attrs["units"] = {"length": "km", "probability": "1", "arrival": "s"}
    return made


def _at(run: Run, part: Part) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return rows of a table that lie on the cells, whether each is out in each member, the worst intensity, and when."""
    elements = part.elements
    order = np.argsort(elements.owner, kind="stable")
    rows, starts = np.unique(elements.owner[order], return_index=True)
    cell, group = elements.cell[order], elements.group[order]
    members = run.outcome.members.size
    level = np.zeros((members, rows.size), np.float32)
    out = np.zeros((members, rows.size))
    when = np.full((members, rows.size), np.nan, np.float32)
    timed = ARRIVAL in run.outcome.fields
    fields = part.fields() + ([ARRIVAL] if timed else [])
    never = float(run.outcome.attrs.get("never", np.inf))
    shown = part.fields()[0]
    for where, values in run.outcome.blocks(fields, cell, 2 + 2 * len(part.measures)):
        intensity = part.intensity(values)
        level[where] = np.maximum.reduceat(values[shown], starts, axis=1)
        for row in range(intensity.shape[0]):
            curves = part.curves.y[where.start + row]
            hit = np.zeros(cell.size)
            for number in range(len(elements.groups)):
                mine = group == number
                hit[mine] = np.interp(intensity[row, mine], part.curves.x, curves[number, 0])
            out[where.start + row] = np.maximum.reduceat(hit, starts)
        if timed:
            first = np.minimum.reduceat(values[ARRIVAL], starts, axis=1)
            when[where] = np.where(first < never, first, np.nan)
    return rows, out, level, _median(when)


def _median(when: np.ndarray) -> np.ndarray:
    """Return the median over members, of columns in which at least half arrive; NaN elsewhere."""
    some = np.isfinite(when).mean(axis=0) >= 0.5
    made = np.full(when.shape[1], np.nan)
    if some.any():
        made[some] = np.nanmedian(when[:, some], axis=0)
    return made


def _districts(run: Run, elements: Elements, rows: np.ndarray) -> list[str]:
    if run.ground.districts is None:
        return [""] * rows.size
    names = [*map(str, run.ground.districts["name"]), ""]
    first = dict(zip(elements.owner[::-1].tolist(), elements.district[::-1].tolist(), strict=True))
    return [names[first[int(row)]] for row in rows]


def _reason(row: Mapping[Any, Any], what: str, unit: str) -> str:
    """Say why a place stands where it does, in one sentence."""
    said = (
        f"{what} {row['intensity']:.3g} {unit}".rstrip()
        + f" (one in ten: {row['worst']:.3g} {unit}".rstrip()
        + ")"
    )
    parts = [f"Out of service in {row['probability']:.0%} of the members", said]
    if row["people"] > 0:
        parts.append(f"{row['people']:,.0f} people")
    if np.isfinite(row["arrival"]):
        parts.append(f"reached after {row['arrival'] / 3600:.1f} h")
    return "; ".join(parts) + "."
