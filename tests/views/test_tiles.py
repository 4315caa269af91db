"""The base map's tiles."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application

from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError
from watchfloor.core.settings import Settings
from watchfloor.views.tiles import STYLES, Pack, picture, routes, tile

SEA = {"dark": (0x0B, 0x11, 0x18), "light": (0xD6, 0xE2, 0xEC)}
LAND = {"dark": (0x1B, 0x24, 0x30), "light": (0xF6, 0xF4, 0xEF)}


def pixels(data: bytes) -> Any:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def pack(path: Path, tiles: dict[tuple[int, int, int], bytes], kind: Any = TileType.PNG) -> Path:
    """Write a small pack."""
    with path.open("wb") as file:
        writer = Writer(file)
        for (z, x, y), data in sorted(tiles.items(), key=lambda item: zxy_to_tileid(*item[0])):
            writer.write_tile(zxy_to_tileid(z, x, y), data)
        header = {"tile_type": kind, "tile_compression": Compression.NONE, "center_zoom": 0, "center_lon_e7": 0,
                  "center_lat_e7": 0, "min_lon_e7": -10, "min_lat_e7": -10, "max_lon_e7": 10, "max_lat_e7": 10}  # fmt: skip
        writer.finalize(header, {})
    return path


def png(colour: tuple[int, ...], size: int = 256) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", (size, size), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("place", "colour"),
    [((6, 5, 40), SEA), ((6, 52, 25), LAND), ((3, 3, 7), LAND), ((12, 3337, 1673), LAND), ((2, 3, 0), None)],
)
def test_land_is_land_and_sea_is_sea(style: str, place: tuple[int, int, int], colour: Any) -> None:
    found = pixels(tile(style, *place))
    assert found.shape == (256, 256, 3)
    if colour is not None:
        assert np.abs(found - colour[style]).sum(2).mean() < 8


@pytest.mark.parametrize("lat", [66.5, 70.0])
def test_no_line_runs_across_the_world_where_a_country_crosses_the_antimeridian(lat: float) -> None:
    from watchfloor.views.map.mercator import forward

    x, y = forward([-30, -10], [lat - 0.5, lat + 0.5])  # open sea between Greenland and Norway
    found = np.asarray(picture("dark", (float(x[0]), float(y[0]), float(x[1]), float(y[1])), 200, 40)).astype(
        int
    )
    rows = (np.abs(found - SEA["dark"]).sum(2) < 6).mean(axis=1)
    assert rows.min() > 0.4


def test_above_the_packs_last_zoom_the_tile_above_is_enlarged() -> None:
    parent = pixels(tile("dark", 6, 53, 26))
    child = pixels(tile("dark", 7, 106, 52))
    half = np.asarray(
        Image.fromarray(parent[:128, :128].astype(np.uint8)).resize((256, 256), Image.Resampling.BICUBIC)
    )
    assert np.abs(child - half).mean() < 6
    assert pixels(tile("dark", 22, 3420000, 1740000)).shape == (256, 256, 3)


@pytest.mark.parametrize("place", [(-1, 0, 0), (23, 0, 0), (1, 2, 0), (1, 0, -1)])
def test_there_is_no_such_tile(place: tuple[int, int, int]) -> None:
    with pytest.raises(InvalidInputError):
        tile("dark", *place)


def test_there_is_no_such_style() -> None:
    with pytest.raises(UnknownNameError, match="dark, light"):
        tile("../dark", 0, 0, 0)


def test_an_operators_region_lies_over_the_world(tmp_path: Path) -> None:
    path = pack(tmp_path / "r.pmtiles", {(7, 106, 52): png((200, 0, 0)), (7, 107, 52): png((0, 0, 200, 128))})
    over = str(path)
    assert pixels(tile("dark", 7, 106, 52, over))[5, 5].tolist() == [200, 0, 0]
    assert pixels(tile("dark", 9, 424, 208, over))[5, 5].tolist() == [200, 0, 0]
    mixed = pixels(tile("dark", 7, 107, 52, over))
    assert 90 < mixed[..., 2].mean() < 160
    assert tile("dark", 7, 105, 52, over) == tile("dark", 7, 105, 52)
    assert tile("dark", 3, 6, 3, over) == tile("dark", 3, 6, 3)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path, "cannot be opened"),
        (lambda path: (path.write_bytes(b""), path)[1], "cannot be opened"),
        (lambda path: (path.write_bytes(b"x" * 200), path)[1], "not a PMTiles file"),
        (lambda path: pack(path, {(0, 0, 0): b"vector"}, TileType.MVT), "expected PNG, JPEG or WebP"),
    ],
)
def test_a_pack_that_cannot_be_used_stops_the_start(tmp_path: Path, make: Any, reason: str) -> None:
    path = make(tmp_path / "p.pmtiles")
    with pytest.raises(SettingsError, match=reason):
        routes(Settings(map_tiles=str(path)))


def test_a_tile_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "big.pmtiles", {(0, 0, 0): png((1, 2, 3), 2000)})
    with pytest.raises(SettingsError, match="2000 x 2000"):
        Pack(path).picture(0, 0, 0)


def test_a_picture_of_a_part_of_the_world_matches_its_tiles() -> None:
    from watchfloor.views.map.mercator import WORLD

    whole = np.asarray(picture("light", (-WORLD, -WORLD, WORLD, WORLD), 256, 256)).astype(int)
    assert np.abs(whole - pixels(tile("light", 0, 0, 0))).mean() < 2


@pytest.fixture
def server() -> Iterator[str]:
    """Serve the routes on loopback, in a thread of its own."""
    import asyncio
    import threading

    ready, stop, address = threading.Event(), [], []

    def run() -> None:
        async def main() -> None:
            end = asyncio.Event()
            socket, port = bind_unused_port()
            http = HTTPServer(Application(routes()))
            http.add_socket(socket)
            address.append(f"http://127.0.0.1:{port}")
            stop.append((asyncio.get_running_loop(), end))
            ready.set()
            await end.wait()
            http.stop()
            await http.close_all_connections()

        asyncio.run(main())

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    yield address[0]
    loop, end = stop[0]
    loop.call_soon_threadsafe(end.set)
    thread.join(10)


@pytest.mark.network
def test_tiles_over_http(server: str) -> None:
    import httpx

    with httpx.Client(base_url=server, trust_env=False) as client:
        first = client.get("/wf-tiles/dark/3/6/3.png")
        assert first.status_code == 200
        assert first.headers["content-type"] == "image/png"
        assert "max-age" in first.headers["cache-control"]
        assert first.content == tile("dark", 3, 6, 3)
        again = client.get("/wf-tiles/dark/3/6/3.png", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = client.get("/wf-tiles/dark/3/6/4.png", headers={"If-None-Match": first.headers["etag"]})
        assert other.status_code == 200
        for bad in ("dark/3/9/3", "dark/23/0/0", "grey/0/0/0", "dark/-1/0/0", "dark/99/0/0", "../dark/0/0/0"):
            assert client.get(f"/wf-tiles/{bad}.png").status_code == 404
