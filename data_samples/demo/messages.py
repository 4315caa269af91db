"""All messages of the story in their order, with what goes wrong on the way: late, doubled, out of order, broken."""

import json
from pathlib import Path
from typing import Any

import alerts
import incidents
import pandas as pd
import resources
from alerts import when
from areas import Areas
from figures import Figures
from hydrology import Flows

__all__ = ["build"]


def build(
    source: Path, flows: Flows, late: pd.DataFrame, foreseen: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return messages ``{"at", "feed", "source", "body"}`` by time.

    Parameters
    ----------
    source
        Folder of the region's files.
    flows
        What the rivers do; warnings quote it.
    late
        Measurements of the station whose values come hours late.
    foreseen
        Documents of the river forecast.
    """
    areas = Areas(source)
    figures = Figures(areas, flows)
    warnings = alerts.build(areas, figures)
    told = [*incidents.build(areas, figures), *resources.build(areas), *_batches(late)]
    out = [*_troubled(warnings), *told, *foreseen]
    return sorted(out, key=lambda line: (line["at"], line["source"], line["body"]))


def _troubled(warnings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Delay, double and break some warnings, as networks do."""
    out = [dict(line) for line in warnings]
    for line in out:
        if "averin-hydro-flash-flood-{{CYCLE}}-1<" in line["body"]:
            line["at"] += 2_400  # a relay held it for 40 minutes
        if "averin-mines-tailings-{{CYCLE}}-1<" in line["body"]:
            line["at"] += 5_400
        if "averin-hydro-flood-{{CYCLE}}-2<" in line["body"]:
            line["at"] += 7_800  # comes in after the update that follows it
    twice = [dict(line, at=line["at"] + 40.0) for line in out if "averin-fire-chlorine" in line["body"]]
    broken = next(line for line in out if "averin-met-rain-{{CYCLE}}-2<" in line["body"])
    torn = dict(broken, at=broken["at"] - 35.0, body=broken["body"][: len(broken["body"]) // 2])
    lost = json.dumps({"type": "FeatureCollection", "features": [
        incidents.feature({"type": "Point", "coordinates": [33.98, 158.51]}, {
            "kind": "report", "id": "R{{CYCLE}}-900", "title": "Longitude and latitude swapped by a form", "hazard": "flood",
            "severity": "Minor", "time": when(39.7),
        }),
    ]}, separators=(",", ":"))  # fmt: skip
    return [*out, *twice, torn, {"at": 142_950.0, "feed": "geojson", "source": "demo:public", "body": lost}]


def _batches(late: pd.DataFrame) -> list[dict[str, Any]]:
    """Send the late station's values in batches of three hours, three hours late."""
    out = []
    for batch, part in late.groupby(late.offset // 10_800):
        rows = ["series,time,value,flag"]
        rows += [f"{row.series},{{{{T+{row.offset}}}}},{row.value:g},{row.flag}" for row in part.itertuples()]
        at = (int(batch) + 2) * 10_800.0  # type: ignore[call-overload]
        if at < 259_200:
            out.append(
                {"at": at, "feed": "table", "source": "demo:late-station", "body": "\n".join(rows) + "\n"}
            )
    return out
