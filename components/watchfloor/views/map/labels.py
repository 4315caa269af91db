"""Names beside their places: as many as fit without covering each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from watchfloor.security.text import plain
from watchfloor.views.map.layer import Layer
from watchfloor.views.map.table import Table

__all__ = ["MOST", "choose"]

MOST = 60
"""Names in one view, at most."""
_SIZE = 12
_LENGTH = 28


def choose(
    seen: Sequence[tuple[Layer, Table, npt.NDArray[np.intp]]],
    box: tuple[float, float, float, float],
    width: int,
    height: int,
    language: str = "en",
    scale: float = 1.0,
) -> dict[str, list[Any]]:
    """Choose the names of a view.

    Parameters
    ----------
    seen
        Layer, table and positions of the rows that are seen; the last layer's names go first, and within a layer
        those of the earlier rows.
    box
        The view, metres.
    width, height
        Its size, pixels.
    language
        Of the names, where the rows have a column for it (``name_zh`` beside ``name``).
    scale
        How much larger than on a desk words and markers are.

    Returns
    -------
    dict
        Columns ``x``, ``y``, ``text`` and ``dy`` (pixels below the place).
    """
    taken: list[tuple[float, float, float, float]] = []
    per = max((box[2] - box[0]) / max(width, 1), 1e-9)
    for layer, table, rows in seen:
        if layer.style.group == "hazards":  # no name may cover the marker of an alert or an incident
            half = layer.style.size * scale / 2
            points = table.points[rows][:500]
            taken += [
                (x - half, y - half, x + half, y + half)
                for x, y in zip((points[:, 0] - box[0]) / per, (box[3] - points[:, 1]) / per, strict=True)
            ]
    out: dict[str, list[Any]] = {"x": [], "y": [], "text": [], "dy": []}
    for layer, table, rows in reversed(seen):
        column = layer.style.label
        if not column or column not in table.frame.columns:
            continue
        if f"{column}_{language}" in table.frame.columns:
            column = f"{column}_{language}"
        points = table.points[rows]
        inside = (
            (points[:, 0] > box[0])
            & (points[:, 0] < box[2])
            & (points[:, 1] > box[1])
            & (points[:, 1] < box[3])
        )
        drop = 0 if layer.style.kind in {"polygons", "lines"} else (layer.style.size / 2 + 10) * scale
        names = table.frame[column].to_numpy()
        other = table.frame[layer.style.label].to_numpy()  # for rows that have no name in this language
        for row, (x, y) in zip(rows[inside][:2000], points[inside][:2000], strict=True):
            if len(out["x"]) >= MOST:
                return out
            name = names[row] if isinstance(names[row], str) and names[row] else other[row]
            text = plain(name, _LENGTH) if isinstance(name, str) else ""
            if not text:
                continue
            half = sum(1.0 if ord(sign) > 0x2E80 else 0.56 for sign in text) * _SIZE * scale / 2 + 4
            px, py = (x - box[0]) / per, (box[3] - y) / per + drop
            place = (px - half, py - 9 * scale, px + half, py + 9 * scale)
            if (
                place[0] < 0
                or place[2] > width
                or place[3] > height
                or any(_meet(place, other) for other in taken)
            ):
                continue
            taken.append(place)
            for key, value in zip(out, (x, y, text, drop), strict=True):
                out[key].append(value)
    return out


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
