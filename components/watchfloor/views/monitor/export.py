"""Take away what the wall shows: a table, or the notebook cell that shows it again."""

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from watchfloor.core.clock import format_time, from_micros
from watchfloor.core.errors import InvalidInputError
from watchfloor.floor.export import to_csv
from watchfloor.security.text import filename
from watchfloor.views.monitor.board import FALLING, FLAGGED, RISING, SILENT, Board
from watchfloor.views.monitor.stations import LEVELS
from watchfloor.views.recipe import pinned, recipe
from watchfloor.views.selection import Selection

__all__ = ["file", "frame", "stem"]


def stem(floor: Any) -> str:
    """Return how files of this floor's wall are called, with the floor's mark, without an ending."""
    mark = str(floor.mark).split()
    return filename("-".join([*mark[:1], str(floor.name), "wall"]))


def frame(board: Board, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the wall as a table, one row a station, in the order asked for.

    Parameters
    ----------
    board
        What is shown.
    names
        The stations; None for all. A name that is not on the board is left out.

    Returns
    -------
    pandas.DataFrame
        Times in UTC, values in the station's unit, `rate` in that unit per hour, `hours_to_next` by a straight line.
    """
    place, facts, stations = board.roster.place, board.facts, board.roster.stations
    rows = np.array(
        range(len(stations)) if names is None else [place[name] for name in names if name in place], dtype=int
    )
    chosen = [stations[row] for row in rows.tolist()]
    following = facts.next[rows]
    state = facts.state[rows]
    time = pd.Series(
        np.where(facts.time[rows] > 0, facts.time[rows], np.iinfo(np.int64).min).astype("datetime64[us]")
    )
    with np.errstate(invalid="ignore"):
        low, high = _least(board.spark[rows])
    return pd.DataFrame(
        {
            "series": [item.name for item in chosen],
            "title": [item.title for item in chosen],
            "hazard": [item.hazard for item in chosen],
            "kind": [item.kind for item in chosen],
            "district": [item.district for item in chosen],
            "basin": [item.basin for item in chosen],
            "longitude": pd.array([item.lon for item in chosen], dtype="Float64"),
            "latitude": pd.array([item.lat for item in chosen], dtype="Float64"),
            "level": [LEVELS[place] for place in facts.level[rows].tolist()],
            "time": time.dt.tz_localize("UTC"),
            "value": facts.value[rows].astype(float),
            "units": [item.units for item in chosen],
            "flag": facts.flag[rows].astype(int),
            "silent": (state & SILENT) > 0,
            "flagged": (state & FLAGGED) > 0,
            "trend": np.select([(state & RISING) > 0, (state & FALLING) > 0], ["rising", "falling"], ""),
            "rate_per_hour": facts.rate[rows].astype(float),
            "next_threshold": [
                item.thresholds[at].name if at < len(item.thresholds) else ""
                for item, at in zip(chosen, following.tolist(), strict=True)
            ],
            "hours_to_next": facts.eta[rows].astype(float),
            "lowest_in_span": low,
            "highest_in_span": high,
        }
    )


def file(
    what: str, floor: Any, selection: Selection, board: Board, names: Sequence[str] | None = None
) -> tuple[str, bytes, str]:
    """Return name, bytes and media type of a file.

    Raises
    ------
    InvalidInputError
        If there is no such file.
    """
    head = stamp(floor, selection, board)
    if what == "csv":
        return f"{stem(floor)}.csv", to_csv(frame(board, names), head), "text/csv"
    if what == "parquet":
        table = frame(board, names)
        table.attrs = {"watchfloor": head}
        out = io.BytesIO()
        table.to_parquet(out)
        return f"{stem(floor)}.parquet", out.getvalue(), "application/vnd.apache.parquet"
    if what == "recipe":
        text = recipe(floor, pinned(floor, selection), "monitor.Wall", head)
        return f"{stem(floor)}.py", text.encode(), "text/x-python"
    raise InvalidInputError(f"{what[:40]!r} cannot be taken away; expected csv, parquet or recipe.")


def stamp(floor: Any, selection: Selection, board: Board) -> dict[str, str]:
    """Return the marks that every export carries."""
    at = from_micros(board.at)
    return {
        "mark": str(floor.mark),
        "floor": f"{floor.name} ({floor.status.value})",
        "title": str(floor.title),
        "valid at": format_time(at),
        "as of": format_time(selection.as_of or at),
        "live": "yes" if selection.as_of is None else "no: as known at the time above",
        "span": selection.span,
        "filters": selection.to_query(),
        "hours to next threshold": "linear extrapolation of the last values, not a forecast",
    }


def _least(spark: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return lowest and highest of each sparkline; NaN where there is nothing."""
    low = np.where(np.isnan(spark[:, :, 0]), np.inf, spark[:, :, 0]).min(axis=1, initial=np.inf)
    high = np.where(np.isnan(spark[:, :, 1]), -np.inf, spark[:, :, 1]).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(low), low, np.nan).astype(float), np.where(
        np.isfinite(high), high, np.nan
    ).astype(float)
