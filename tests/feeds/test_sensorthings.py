"""SensorThings: entities expanded and not, the dataArray form, intervals, units, pages."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from watchfloor.core.clock import FixedClock
from watchfloor.core.units import SOURCE
from watchfloor.feeds import FEEDS, Context, Parsed
from watchfloor.feeds.collect import Collector, FeedPlan, ingest
from watchfloor.store import Store

AT = "2026-06-01T10:00:00Z"
STREAM = {"@iot.id": 7, "name": "Stage", "unitOfMeasurement": {"name": "foot", "symbol": "ft"},
          "ObservedProperty": {"name": "Gage height"}}  # fmt: skip


def read(said: Any, context: Context) -> Parsed:
    return FEEDS["sensorthings"]().parse(json.dumps(said).encode(), context)


def seen(*results: Any, time: str = AT) -> list[dict[str, Any]]:
    return [{"phenomenonTime": time, "result": result} for result in results]


def test_the_entities_of_a_real_server(realdata: Callable[[str], Path], context: Context) -> None:
    path = realdata(
        "conformance/FraunhoferIOSB__FROST-Server/FROST-Server.Tests/src/test/resources/entitiesDefault.json"
    )
    parsed = FEEDS["sensorthings"]().parse(path.read_bytes(), context)
    assert not parsed.rejected
    assert [(item.name, item.units) for item in parsed.series] == [
        ("test/thing name 1/datastream name 1", "lm"),
        ("test/thing name 1/datastream name 2", "degC"),  # "Centigrade", though its symbol C is a coulomb
    ]
    assert {(item.lon, item.lat) for item in parsed.series} == {(-117.05, 51.05)}
    assert [item.value for item in parsed.observations] == [3.0, 4.0, 5.0, 6.0]
    assert [item.time.day for item in parsed.observations] == [3, 4, 5, 6]


def test_the_source_s_unit_is_kept_beside_ours(context: Context) -> None:
    parsed = read({**STREAM, "Observations": seen(10.0)}, context)
    assert parsed.observations[0].value == pytest.approx(3.048)
    [about] = parsed.series
    assert (about.field, about.units) == ("water_level", "m")
    assert about.attrs[SOURCE]["units"] == "ft"
    assert about.attrs["unit_as_given"] == {"name": "foot", "symbol": "ft"}


def test_the_data_array(context: Context) -> None:
    rows = [[AT, 1.0], ["2026-06-01T10:10:00Z", None], ["bad", 3.0], [AT]]
    group = {"Datastream": STREAM, "components": ["phenomenonTime", "result"], "dataArray": rows}
    parsed = read({"value": [group]}, context)
    assert [item.flag for item in parsed.observations] == [1, 9]
    assert len(parsed.rejected) == 2


def test_an_interval_counts_at_its_end(context: Context) -> None:
    parsed = read(
        {**STREAM, "Observations": seen(1, time="2026-06-01T09:00:00Z/2026-06-01T10:00:00Z")}, context
    )
    assert parsed.observations[0].time.hour == 10
    backwards = read(
        {**STREAM, "Observations": seen(1, time="2026-06-01T10:00:00Z/2026-06-01T09:00:00Z")}, context
    )
    assert "no interval" in backwards.rejected[0].reason


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({**STREAM, "unitOfMeasurement": {"name": "", "symbol": "C"}, "Observations": seen(1)}, "more than one"),
        ({**STREAM, "unitOfMeasurement": {"name": "smoots", "symbol": "smt"}, "Observations": seen(1)}, "not known"),
        ({**STREAM, "unitOfMeasurement": {"name": "metre", "symbol": "ft"}, "Observations": seen(1)}, "differ"),
        ({**STREAM, "unitOfMeasurement": None, "Observations": seen(1)}, "No unit"),
        ({**STREAM, "observationType": "x/OM_CategoryObservation", "Observations": seen("wet")}, "only numbers"),
        ({**STREAM, "Observations": seen("wet")}, "expected a number"),
        ({"@iot.id": 1, "phenomenonTime": AT, "result": 1}, "does not say to which"),
        ({"phenomenonTime": AT, "result": 1, "Datastream": {"@iot.id": 99}}, "not described yet"),
        ({"name": "x", "Datastreams@iot.navigationLink": "y"}, "without its Datastreams"),
        ({"value": [7]}, "expected an object"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_put_aside(said: Any, why: str, context: Context) -> None:
    parsed = read(said, context)
    assert not parsed.observations
    assert why in parsed.rejected[0].reason


def test_a_category_costs_no_number(context: Context) -> None:
    streams = [
        {**STREAM, "Observations": seen(1)},
        {**STREAM, "@iot.id": 8, "observationType": "OM_CategoryObservation"},
    ]
    parsed = read({"name": "Gauge", "Datastreams": streams}, context)
    assert len(parsed.observations) == 1
    assert len(parsed.rejected) == 1


def test_observations_alone_are_in_the_described_unit(store: Store) -> None:
    ingest(store, "sensorthings", json.dumps(STREAM).encode(), "sta")
    alone = {"value": [{"phenomenonTime": AT, "result": 10, "Datastream": {"@iot.id": 7}}]}
    ingest(store, "sensorthings", json.dumps(alone).encode(), "sta")
    assert store.latest()["value"].to_dict() == pytest.approx({"sta/7": 3.048})


def test_pages_are_followed_on_the_same_host(store: Store, clock: FixedClock) -> None:
    """Three pages, the last of which points to another host, which is not asked."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = int(self.path.rpartition("=")[2] or 0) if "=" in self.path else 0
            more = f"{self.path.partition('?')[0]}?$skip={page + 1}" if page < 2 else "http://192.0.2.1/steal"
            group = {
                "Datastream": STREAM,
                "components": ["phenomenonTime", "result"],
                "dataArray": [[f"2026-06-01T0{page}:00:00Z", 1]],
            }
            body = json.dumps({"value": [group], "@iot.nextLink": more}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        host = f"127.0.0.1:{server.server_port}"
        plan = FeedPlan("sta", "sensorthings", url=f"http://{host}/v1.1/Observations")
        collector = Collector(store, [plan], clock, hosts=[host])
        with pytest.raises(Exception, match="not among the allowed hosts"):
            collector.poll(plan)
        server.shutdown()
    assert len(store.observations()) == 3  # what came before is kept
