"""Write incidents, reports and the detections of a satellite as the feeds of the floor would bring them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from alerts import when
from areas import Areas
from figures import Figures
from place import degrees, generator
from signals import QUAKES

__all__ = ["build", "collection", "feature", "load"]


def load() -> dict[str, Any]:
    """Return the text of the incidents and reports."""
    told: dict[str, Any] = yaml.safe_load(
        (Path(__file__).resolve().parent / "incidents.yml").read_text(encoding="utf-8")
    )
    return told


def feature(geometry: dict[str, Any] | None, said: dict[str, Any]) -> dict[str, Any]:
    """Return a GeoJSON feature of the exercise."""
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {**said, "status": "Exercise", "invented": True},
    }


def collection(features: list[dict[str, Any]]) -> str:
    """Return a FeatureCollection as text."""
    return json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )


def point(x: float, y: float) -> dict[str, Any]:
    """Return a GeoJSON point of local metres."""
    lon, lat = degrees(x, y)
    return {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}


def build(areas: Areas, figures: Figures) -> list[dict[str, Any]]:
    """Return messages ``{"at", "feed", "source", "body"}``, in no order."""
    told = load()
    return [
        *_incidents(told, areas, figures),
        *_reports(told, areas),
        *_quakes(areas),
        *_detections(areas),
        *_streets(areas),
    ]


def _incidents(told: dict[str, Any], areas: Areas, figures: Figures) -> list[dict[str, Any]]:
    out = []
    for incident in told["incidents"]:
        start = incident["steps"][0]["at"]
        spot = areas[incident["spot"]]
        for number, step in enumerate(incident["steps"], 1):
            shape = step.get("shape", incident.get("shape", ""))
            done = step["progress"] == "closed"
            said = {
                "kind": "incident", "id": f"I{{{{CYCLE}}}}-{incident['id']}", "revision": number,
                "title": incident["en"], "title_zh": incident["zh"], "hazard": incident["hazard"],
                "severity": step["severity"], "urgency": "Past" if done else "Immediate", "certainty": "Observed",
                "state": "ended" if done else "active", "progress": step["progress"],
                "time": when(start), "updated": when(step["at"]), "district": areas.district(spot.x, spot.y)[0],
                "description": figures(step["en"]), "description_zh": figures(step["zh"]),
                "units": [unit for unit, begin, end in incident.get("units", []) if begin <= step["at"] < end],
            }  # fmt: skip
            if done:
                said["ends"] = when(step["at"])
            geometry = areas.geojson(shape) if shape else areas.geojson(incident["spot"])
            body = collection([feature(geometry, said)])
            out.append(
                {
                    "at": round(step["at"] * 3600) + 15.0,
                    "feed": "geojson",
                    "source": "demo:dispatch",
                    "body": body,
                }
            )
    return out


def _reports(told: dict[str, Any], areas: Areas) -> list[dict[str, Any]]:
    rng = generator("reports")
    out = []
    for number, report in enumerate(told["reports"], 1):
        spot = areas[report["spot"]]
        dx, dy = report.get("dx", 0) + rng.uniform(-60, 60), report.get("dy", 0) + rng.uniform(-60, 60)
        out.append(_report(number, report["at"], spot.x + dx, spot.y + dy, report, areas))
    return out


def _report(number: int, at: float, x: float, y: float, said: dict[str, Any], areas: Areas) -> dict[str, Any]:
    district, district_zh = areas.district(x, y)
    properties = {
        "kind": "report", "id": f"R{{{{CYCLE}}}}-{number:03d}", "title": said["en"], "title_zh": said["zh"],
        "hazard": said["hazard"], "severity": said["severity"], "certainty": "Observed" if said["by"] == "field" else "Possible",
        "time": when(at), "sent": when(at), "ends": when(at + 6), "by": said["by"], "area": district, "area_zh": district_zh,
    }  # fmt: skip
    body = collection([feature(point(x, y), properties)])
    arrives = at + said.get("late", 0.02 if said["by"] == "public" else 0.05)
    return {
        "at": float(round(arrives * 3600)),
        "feed": "geojson",
        "source": f"demo:{said['by']}",
        "body": body,
    }


def _streets(areas: Areas) -> list[dict[str, Any]]:
    """Write reports of water in the streets while the river stands high, on low ground near it."""
    rng = generator("streets")
    stages = (
        ("flood#1.6/9/180", 43.0, 47.0, 6, (0.1, 0.3)),
        ("flood#2.8/11/220", 47.0, 50.0, 10, (0.2, 0.7)),
        ("flood#4.0/12/260", 50.0, 56.0, 16, (0.3, 1.4)),
        ("flood#2.0/9/180", 58.0, 64.0, 5, (0.1, 0.4)),
    )
    out = []
    for name, begin, end, count, deep in stages:
        body = areas[name]
        left, low, right, high = body.bounds
        found = 0
        while found < count:
            x, y = rng.uniform(left, right), rng.uniform(low, high)

            if not body.contains(shapely.Point(x, y)):
                continue
            found += 1
            depth = round(float(rng.uniform(*deep)), 1)
            said = {
                "en": f"Water {depth} m deep in the street", "zh": f"街道积水 {depth} 米", "hazard": "flood",
                "severity": "Severe" if depth >= 0.8 else "Moderate" if depth >= 0.4 else "Minor",
                "by": "field" if rng.random() < 0.4 else "public",
            }  # fmt: skip
            out.append(_report(100 + len(out), round(float(rng.uniform(begin, end)), 2), x, y, said, areas))
    return out


def _quakes(areas: Areas) -> list[dict[str, Any]]:
    """Write the shocks as events: automatic at first, then reviewed."""
    out = []
    for number, (second, magnitude, depth, x, y) in enumerate(QUAKES, 1):
        for revision, (delay, shift, origin) in enumerate(
            ((95.0, 0.2, "automatic"), (1500.0, 0.0, "reviewed")), 1
        ):
            size = round(magnitude + shift, 1)
            hour = second / 3600.0
            said = {
                "kind": "event", "id": f"Q{{{{CYCLE}}}}-{number}", "revision": revision, "hazard": "earthquake",
                "title": f"M {size} - western Averin", "title_zh": f"阿维林岛西部 {size} 级地震",
                "severity": "Moderate" if magnitude > 4 else "Minor", "certainty": "Observed", "urgency": "Past",
                "magnitude": size, "depth_km": depth, "review": origin, "area": areas.district(x, y)[0],
                "time": when(hour), "updated": when((second + delay) / 3600.0), "ends": when(hour + 48),
            }  # fmt: skip
            body = collection([feature(point(x + 600 * shift, y - 900 * shift), said)])
            out.append(
                {"at": second + delay + 10.0, "feed": "geojson", "source": "demo:seismic-net", "body": body}
            )
    return out


def _detections(areas: Areas) -> list[dict[str, Any]]:
    """Write two passes of a satellite over the fire as VIIRS hot spots (columns of NASA FIRMS)."""
    rng = generator("detections")
    out = []
    head = "latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight"
    for hour, name, count in ((5.6, "fire#75", 4), (7.3, "fire#170", 9), (17.2, "fire#310", 3)):
        rows = [head]
        edge = areas[name].exterior
        second = round(hour * 3600)
        for k in range(count):
            spot = edge.interpolate((k + rng.uniform(0.1, 0.9)) / count, normalized=True)
            lon, lat = degrees(spot.x, spot.y)
            power = float(np.round(rng.lognormal(2.6 if hour < 10 else 0.9, 0.6), 2))
            heat = round(min(367.0, 318 + 9 * float(np.log1p(power)) + float(rng.normal(0, 3))), 2)
            rows.append(
                f"{lat:.5f},{lon:.5f},{heat},0.42,0.38,{{{{T+{second} +00:00 %Y-%m-%d}}}},{{{{T+{second} +00:00 %H%M}}}},N,VIIRS,"
                f"{'nominal' if power > 4 else 'low'},2.0NRT,{round(heat - 38, 2)},{power},D"
            )
        out.append(
            {
                "at": second + 3 * 3600 / 4,
                "feed": "firms",
                "source": "demo:viirs",
                "body": "\n".join(rows) + "\n",
            }
        )
    return out
