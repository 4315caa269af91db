"""The base map's tiles, read from packed files that come with the product; nothing is fetched.

A tile is asked for by an address relative to the page, ``wf-tiles/{style}/{z}/{x}/{y}.png``, so that it is found
behind any prefix or proxy. Where a pack ends (the world's at zoom 6), the tile above is enlarged: a map of a city
still has ground under it. An operator's regional pack (``map_tiles``) is drawn over the world.
"""

import hashlib
import io
import mmap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image
from pmtiles.reader import Reader
from pmtiles.tile import TileType
from tornado.ioloop import IOLoop
from tornado.web import RequestHandler

from watchfloor.core import share
from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError
from watchfloor.core.settings import Settings, load

__all__ = [
    "ATTRIBUTION",
    "MAX_ZOOM",
    "ROUTES",
    "STYLES",
    "URL",
    "Pack",
    "TileHandler",
    "picture",
    "routes",
    "tile",
]

STYLES = ("dark", "light")
MAX_ZOOM = 22
URL = "wf-tiles/{style}/{{Z}}/{{X}}/{{Y}}.png"
"""Address of a style's tiles, relative to the page; Bokeh fills in the rest."""
ATTRIBUTION = "Base map: Natural Earth"
SIZE = 256
_MAX_BYTES = 4_000_000
_MAX_PIXELS = 1024 * 1024
_PATTERN = r"/wf-tiles/(dark|light)/(\d{1,2})/(\d{1,8})/(\d{1,8})\.png"
_RASTER = {TileType.PNG: "PNG", TileType.JPEG: "JPEG", TileType.WEBP: "WEBP"}
_READER: Any = Reader  # it comes without types
_POOL = ThreadPoolExecutor(2, thread_name_prefix="tiles")


class Pack:
    """One PMTiles file of pictures, read by several threads.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SettingsError
        If there is no such file, it is no PMTiles file, or it holds no pictures (vector tiles are not drawn).

    Examples
    --------
    >>> Pack(share.folder("data_samples") / "world" / "tiles-dark.pmtiles").max_zoom
    6
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"The map tiles {path} cannot be opened: {error}. Check map_tiles."
            ) from error
        try:
            self._reader: Any = _READER(self._slice)
            header = self._reader.header()
            kind = header["tile_type"]
        except Exception as error:  # the reader raises whatever the bytes lead it to
            raise SettingsError(f"{path} is not a PMTiles file: {error}. Check map_tiles.") from error
        if kind not in _RASTER:
            raise SettingsError(
                f"{path} holds {kind.name} tiles; expected PNG, JPEG or WebP pictures. Make a raster pack of it."
            )
        self.format = _RASTER[kind]
        self.min_zoom, self.max_zoom = int(header["min_zoom"]), int(header["max_zoom"])
        self.bounds = tuple(
            header[f"{name}_e7"] / 1e7 for name in ("min_lon", "min_lat", "max_lon", "max_lat")
        )

    def get(self, z: int, x: int, y: int) -> bytes | None:
        """Return a tile as it is packed, or None where the pack has none."""
        if not self.min_zoom <= z <= self.max_zoom:
            return None
        found: bytes | None = self._reader.get(z, x, y)
        return found if found and len(found) <= _MAX_BYTES else None

    def picture(self, z: int, x: int, y: int) -> Image.Image | None:
        """Return a tile as a picture of 256 x 256, enlarged from a tile above where the pack ends."""
        up = max(0, z - self.max_zoom)
        found = self.get(z - up, x >> up, y >> up)
        return None if found is None else _enlarge(_open(found), up, x, y)

    def _slice(self, offset: int, length: int) -> bytes:
        return self._bytes[offset : offset + length]


def tile(style: str, z: int, x: int, y: int, region: str = "") -> bytes:
    """Return a tile of the base map as PNG.

    Parameters
    ----------
    style
        One of `STYLES`.
    z, x, y
        Zoom 0 to 22, column from the west, row from the north (EPSG:3857).
    region
        Path of an operator's pack that is drawn over the world.

    Raises
    ------
    UnknownNameError
        If there is no such style.
    InvalidInputError
        If there is no such tile.

    Examples
    --------
    >>> tile("dark", 12, 3337, 1673)[1:4]
    b'PNG'
    """
    if style not in STYLES:
        raise UnknownNameError("style", style, STYLES)
    if not 0 <= z <= MAX_ZOOM:
        raise InvalidInputError(f"Zoom {z} is outside 0 to {MAX_ZOOM}.")
    if not (0 <= x < 2**z and 0 <= y < 2**z):
        raise InvalidInputError(f"There is no tile {z}/{x}/{y}; expected columns and rows 0 to {2**z - 1}.")
    return _tile(style, z, x, y, region)[0]


def picture(
    style: str, box: tuple[float, float, float, float], width: int = 512, height: int = 512, region: str = ""
) -> Image.Image:
    """Draw the base map of a part of the world, where no tile server stands beside the page.

    Parameters
    ----------
    style
        One of `STYLES`.
    box
        Left, bottom, right and top, metres in EPSG:3857.
    width, height
        Size in pixels, at most 4096 each.
    region
        Path of an operator's pack.

    Returns
    -------
    PIL.Image.Image
        RGB; what lies beyond the world is sea.
    """
    left, bottom, right, top = box
    width, height = min(max(width, 1), 4096), min(max(height, 1), 4096)
    world = 2 * 20037508.342789244
    z = 0
    while z < MAX_ZOOM and (right - left) / world * 2**z * SIZE < width:
        z += 1
    n = 2**z
    step = world / n
    first = (int((left + world / 2) // step), int((world / 2 - top) // step))
    last = (int((right + world / 2) // step), int((world / 2 - bottom) // step))
    columns, rows = last[0] - first[0] + 1, last[1] - first[1] + 1
    sheet = Image.new("RGB", (columns * SIZE, rows * SIZE), "#0B1118" if style == "dark" else "#D3DFE8")
    for column in range(columns):
        for row in range(rows):
            y = first[1] + row
            if 0 <= y < n:
                found = tile(style, z, (first[0] + column) % n, y, region)
                sheet.paste(Image.open(io.BytesIO(found)).convert("RGB"), (column * SIZE, row * SIZE))
    x0, y0 = first[0] * step - world / 2, world / 2 - first[1] * step
    cut = tuple(v / step * SIZE for v in (left - x0, y0 - top, right - x0, y0 - bottom))
    return sheet.resize((width, height), Image.Resampling.BILINEAR, box=cut)


class TileHandler(RequestHandler):
    """Answers requests for tiles, outside the event loop."""

    def initialize(self, region: str | None = None) -> None:
        """Take the operator's pack; None reads it from the settings."""
        self._region = _region() if region is None else region

    async def get(self, style: str, z: str, x: str, y: str) -> None:
        """Send a tile, or say that the browser's copy is still good."""
        zoom, column, row = int(z), int(x), int(y)
        if zoom > MAX_ZOOM or column >= 2**zoom or row >= 2**zoom:
            self.set_status(404)
            return
        data, etag = await IOLoop.current().run_in_executor(
            _POOL, _tile, style, zoom, column, row, self._region
        )
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", "public, max-age=86400")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Etag", f'"{etag}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        self.write(data)

    def compute_etag(self) -> None:
        """Leave the tag as it was set: hashing each answer again would cost more than sending it."""
        return


def routes(settings: Settings | None = None) -> list[tuple[Any, ...]]:
    """Return the tile server's routes for a Tornado application.

    Parameters
    ----------
    settings
        Where an operator's pack is named; it is opened here, so that a wrong one stops the start with its reason.
    """
    region = "" if settings is None else settings.map_tiles
    if region:
        _pack(region)
    return [(_PATTERN, TileHandler, {"region": region})]


ROUTES: list[tuple[Any, ...]] = [(_PATTERN, TileHandler)]
"""For ``panel serve --plugins watchfloor.views.tiles``; settings are read at the first request."""


@lru_cache(maxsize=4096)
def _tile(style: str, z: int, x: int, y: int, region: str) -> tuple[bytes, str]:
    """Return a tile's bytes and its tag."""
    world = _world(style)
    data = world.get(z, x, y)
    over = _pack(region).picture(z, x, y) if region else None
    if over is not None:
        under = world.picture(z, x, y) or Image.new("RGB", (SIZE, SIZE))
        both = Image.alpha_composite(under.convert("RGBA"), over.convert("RGBA")).convert("RGB")
        data = _png(both)
    elif data is None:
        data = _png(world.picture(z, x, y) or Image.new("RGB", (SIZE, SIZE)))
    return data, hashlib.sha256(data).hexdigest()[:16]


@lru_cache(maxsize=1)
def _region() -> str:
    return load().map_tiles


def _world(style: str) -> Pack:
    return _pack(str(share.folder("data_samples") / "world" / f"tiles-{style}.pmtiles"))


def _once(function: Callable[[str], Pack]) -> Callable[[str], Pack]:
    """Keep what was opened; two threads open a file once."""
    lock, kept = threading.Lock(), {}

    def get(path: str) -> Pack:
        with lock:
            if path not in kept:
                kept[path] = function(path)
            return kept[path]

    return get


@_once
def _pack(path: str) -> Pack:
    return Pack(Path(path))


def _open(data: bytes) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(data))
    if image.width * image.height > _MAX_PIXELS:
        raise SettingsError(
            f"A map tile has {image.width} x {image.height} pixels; at most 1024 x 1024 are read."
        )
    image = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    return image if image.size == (SIZE, SIZE) else image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _enlarge(image: Image.Image, up: int, x: int, y: int) -> Image.Image:
    """Cut the part of a tile that tile x, y `up` zooms below covers, and enlarge it."""
    if up == 0:
        return image
    part = SIZE / 2**up
    left, top = (x % 2**up) * part, (y % 2**up) * part
    box = (left, top, left + part, top + part)
    return image.resize((SIZE, SIZE), Image.Resampling.BICUBIC, box=box)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    colours = image.convert("RGB").getcolors(1)
    if colours:  # one colour: nearly all tiles of a city far from a coast
        image = Image.new("P", (SIZE, SIZE))
        image.putpalette(list(colours[0][1]))  # type: ignore[arg-type]
        image.save(out, "PNG", bits=1)
    else:
        image.convert("RGB").quantize(64, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()
