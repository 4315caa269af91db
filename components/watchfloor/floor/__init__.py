"""Which world am I in? The floor: catalog, store, clock and status."""

from watchfloor.floor.floor import Floor, open  # noqa: A004  `watchfloor.open` is the name that users write
from watchfloor.floor.place import data_folder, floors, store_path, store_place

__all__ = ["Floor", "data_folder", "floors", "open", "store_path", "store_place"]
