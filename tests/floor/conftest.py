"""A small floor with a story of its own, in a folder of its own."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from watchfloor.core.settings import Settings

CATALOG = """
version: 2
metadata:
  title: {en: Small}
  floor:
    title: {en: Small floor, zh: 小席位}
    status: STATUS
    invented: INVENTED
    zone: Asia/Shanghai
    centre: [110.5, 30.25]
    zoom: 9.5
    languages: [en, zh]
    feeds:
    - {source: tale, feed: story, story: "{CATALOG_DIR}/story"}
    - {source: quakes, feed: usgs, url: "https://quakes.example.org/all.geojson", cadence: PT1M, late_after: PT5M}
    - {source: drop, feed: cap, inbox: drop}
aliases: {}
user_parameters: {}
data: {}
entries:
  live:
    reader: watchfloor.catalog.readers:ThemeReader
    output_instance: intake.readers.entry:Catalog
    kwargs: {theme: live}
    metadata: {}
    user_parameters: {}
"""

INCIDENT = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "I-{{CYCLE}}",
            "geometry": {"type": "Point", "coordinates": [110.5, 30.25]},
            "properties": {
                "kind": "incident",
                "title": "Wall gave way",
                "sent": "{{T+3600}}",
                "valid_from": "{{T+3600}}",
            },
        }
    ],
}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Settings]:
    """Return a function that makes the floor ``small`` below a catalog root, and settings that find it."""

    def build(status: str = "Exercise", *, invented: bool = True, **settings: Any) -> Settings:
        root = tmp_path / "roots"
        story = root / "small" / "story"
        story.mkdir(parents=True, exist_ok=True)
        text = CATALOG.replace("STATUS", status).replace("INVENTED", str(invented).lower())
        (root / "small" / "catalog.yml").write_text(text, encoding="utf-8")
        line = {"at": 3600.0, "feed": "geojson", "source": "ops", "body": json.dumps(INCIDENT)}
        with gzip.open(story / "messages.jsonl.gz", "wt") as file:
            file.write(json.dumps(line) + "\n")
        hours = range(72)
        pd.DataFrame(
            {
                "series": ["g/1"] * len(hours),
                "offset": [hour * 3600.0 for hour in hours],
                "value": [float(hour) for hour in hours],
                "flag": [0] * len(hours),
            }
        ).to_parquet(story / "observations.parquet")
        return Settings(**({"floor": "small", "catalogs": [root], "data": tmp_path / "var"} | settings))

    return build
