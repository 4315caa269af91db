"""Where floors are: a floor is a folder below a catalog root that holds ``catalog.yml``."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from watchfloor.core.address import is_server
from watchfloor.core.errors import InvalidInputError, SettingsError, UnknownNameError
from watchfloor.core.settings import Settings
from watchfloor.core.share import folder

__all__ = ["StorePlace", "data_folder", "find", "floors", "store_path", "store_place"]

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


@dataclass(frozen=True)
class StorePlace:
    """Where the store of a floor is.

    Parameters
    ----------
    url
        A file, or the address of a server's database.
    archive
        Folder of its old observations; None for beside the file.
    password
        Of the server's user.
    """

    url: str | Path
    archive: Path | None = None
    password: str = field(default="", repr=False)


def store_place(settings: Settings, name: str | Path | None = None) -> StorePlace:
    """Return where the store of a floor is; floors never share one, on a server each has a schema of its own.

    Raises
    ------
    SettingsError
        If the file of the password cannot be read.
    """
    floor = find(name or settings.floor, settings).name
    archive = None if settings.archive is None else settings.archive / floor
    if not is_server(settings.store):
        return StorePlace(store_path(settings, name), archive)
    url = settings.store
    if "schema=" not in url:
        schema = "watchfloor_" + re.sub(r"[^a-z0-9]+", "_", floor.lower())[:39]
        url += f"{'&' if '?' in url else '?'}schema={schema}"
    password = settings.store_password.get_secret_value()
    if settings.store_password_file is not None:
        try:
            with settings.store_password_file.open(encoding="utf-8") as file:
                password = file.readline(4096).rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"The file {settings.store_password_file} of the store's password cannot be read: {error}; mend "
                "`store_password_file`."
            ) from error
    return StorePlace(url, archive or data_folder(settings, name) / "archive", password)


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
        raise InvalidInputError("The settings name a database server as the store, which is no file.")
    return data_folder(settings, name) / "store.sqlite"
