"""Move the responders: where each unit is and what it does, told when it changes and every half hour while it works."""

import math
from typing import Any

import shapely
from alerts import when
from areas import Areas
from incidents import collection, feature, load, point

__all__ = ["build"]

SPEED = {"helicopter": 55.0, "boat team": 10.0}
"""Speed in m/s by type; others drive at 11 m/s along the roads."""
TICK = 1_800
STEP = 600


def build(areas: Areas) -> list[dict[str, Any]]:
    """Return messages ``{"at", "feed", "source", "body"}``, in no order."""
    jobs: dict[str, list[tuple[float, float, dict[str, Any]]]] = {}
    for incident in load()["incidents"]:
        for unit, begin, end in incident.get("units", []):
            jobs.setdefault(unit, []).append((begin * 3600, end * 3600, incident))
    told: dict[int, list[dict[str, Any]]] = {}
    table = areas.table("responders")
    for row in table.itertuples():
        for at, said, x, y in _life(row, sorted(jobs.get(row.id, []), key=lambda job: job[0]), areas):
            told.setdefault(at, []).append(feature(point(x, y), said))
    return [
        {"at": float(at), "feed": "geojson", "source": "demo:units", "body": collection(features)}
        for at, features in told.items()
    ]


def _life(
    row: Any, jobs: list[tuple[float, float, dict[str, Any]]], areas: Areas
) -> list[tuple[int, dict[str, Any], float, float]]:
    """Return what a unit tells: time, properties and place."""
    base = row.geometry
    out: list[tuple[int, dict[str, Any], float, float]] = []

    def tell(
        at: float, availability: str, x: float, y: float, incident: dict[str, Any] | None = None
    ) -> None:
        second = math.ceil(at / 60) * 60
        if not 0 <= second < 259_200:
            return
        if out and out[-1][0] >= second:
            second = out[-1][0] + 60
        said = {
            "kind": "resource", "id": row.id, "title": row.name, "title_zh": row.name_zh, "type": row.type, "staff": int(row.staff),
            "hazard": incident["hazard"] if incident else "other", "availability": availability, "base": row.base,
            "time": when(second / 3600), "updated": when(second / 3600),
        }  # fmt: skip
        if incident:
            said["incident"] = f"I{{{{CYCLE}}}}-{incident['id']}"
            said["assignment"] = incident["en"]
        out.append((second, said, x, y))

    free = 0.0
    beat = 0.0
    for due, end, incident in jobs:
        while beat < due:  # a sign of life every six hours while it waits
            tell(beat, "available", base.x, base.y)
            beat += 21_600
        spot = areas[incident["spot"]]
        begin = max(due, free + 120)
        path = areas.path(base, spot) if row.type not in SPEED else _straight(base, spot)
        speed = SPEED.get(row.type, 11.0)
        travel = path.length / speed
        tell(begin, "assigned", base.x, base.y, incident)
        at = begin + 120
        while at < begin + 120 + travel:
            place = path.interpolate((at - begin - 120) * speed)
            tell(at, "en route", place.x, place.y, incident)
            at += STEP
        number = int(row.id[-2:])
        x, y = spot.x + 35 * (number % 4) - 60, spot.y + 30 * (number % 3) - 40
        at = begin + 120 + travel
        tell(at, "on scene", x, y, incident)
        at = (at // TICK + 1) * TICK
        while at < end:
            tell(at, "on scene", x, y, incident)
            at += TICK
        tell(end, "returning", x, y, incident)
        back = end + travel + 120
        for part in range(1, int(travel // STEP) + 1):
            place = path.interpolate(path.length - part * STEP * speed)
            tell(end + part * STEP, "returning", place.x, place.y, incident)
        tell(back, "available", base.x, base.y)
        free, beat = back, back + 21_600
    while beat < 259_200:
        tell(beat, "available", base.x, base.y)
        beat += 21_600
    return out


def _straight(start: Any, end: Any) -> Any:

    return shapely.LineString([(start.x, start.y), (end.x, end.y)])
