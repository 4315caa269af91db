"""Find the folders that come with the product, in a checkout or in a wheel."""

from pathlib import Path

from watchfloor.core.errors import UnknownNameError

__all__ = ["FOLDERS", "folder"]

FOLDERS = ("apps", "catalogs", "data_samples", "notebooks")
_PACKAGE = Path(__file__).resolve().parents[1]


def folder(name: str) -> Path:
    """Return one of the product's folders.

    Parameters
    ----------
    name
        One of `FOLDERS`.

    Examples
    --------
    >>> folder("catalogs").is_dir()
    True
    """
    if name not in FOLDERS:
        raise UnknownNameError("folder", name, FOLDERS)
    installed = _PACKAGE / "share" / name
    return installed if installed.is_dir() else _PACKAGE.parents[1] / name
