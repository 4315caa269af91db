"""Where floors are: a floor is a folder below a catalog root that holds ``catalog.yml``."""

from pathlib import Path

from watchfloor.core.errors import InvalidInputError, UnknownNameError
from watchfloor.core.settings import Settings
from watchfloor.core.share import folder

__all__ = ["data_folder", "find", "floors", "store_path"]

CATALOG = "catalog.yml"


def floors(settings: Settings) -> dict[str, Path]:
    """Return every floor by name: the operator's first, then the product's."""
    found: dict[str, Path] = {}
    for root in (*settings.catalogs, folder("catalogs")):
        if not root.is_dir():
            continue
        for path in sorted(root.iterdir()):
            if (path / CATALOG).is_file() and not path.name.startswith((".", "_")):
                found.setdefault(path.name, path)
    return found


def find(name: str | Path, settings: Settings) -> Path:
    """Return the folder of a floor, by its name or by a path to it or to its ``catalog.yml``.

    Raises
    ------
    UnknownNameError
        If there is no floor of this name; it lists those that there are.
    InvalidInputError
        If there is no catalog at this path.
    """
    if isinstance(name, str) and "/" not in name and not name.endswith(".yml"):
        known = floors(settings)
        if name not in known:
            raise UnknownNameError("floor", name, known)
        return known[name]
    path = Path(name)
    path = (path.parent if path.name == CATALOG else path).resolve()
    if not (path / CATALOG).is_file():
        raise InvalidInputError(f"There is no floor at {name}; expected a folder that holds {CATALOG}.")
    return path


def data_folder(settings: Settings, name: str | Path | None = None) -> Path:
    """Return the folder that holds what one floor knows; floors never share one."""
    return settings.data / find(name or settings.floor, settings).name


def store_path(settings: Settings, name: str | Path | None = None) -> Path:
    """Return the file of a floor's store, in its data folder.

    Raises
    ------
    InvalidInputError
        If the settings name a database by URL, which is no file of Watchfloor's.
    """
    if settings.store.startswith("sqlite:///"):
        return Path(settings.store.removeprefix("sqlite:///"))
    if settings.store:
        raise InvalidInputError(
            "The settings name a database server as the store; back it up with its own tools."
        )
    return data_folder(settings, name) / "store.sqlite"
