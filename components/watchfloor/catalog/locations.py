"""Where a catalog may read: files inside its roots, and addresses of allowed hosts."""

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from watchfloor.catalog.policy import Policy
from watchfloor.core.errors import InvalidInputError, LimitError, NotReadyError, UnsafeError

__all__ = ["inside", "is_remote", "local", "remote"]

MOST_FILES = 10_000
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):/*")
_GLOB = re.compile(r"[*?\[\]]")


def is_remote(url: str) -> bool:
    """Tell whether an address names a host, in whatever case its scheme is written."""
    return url.strip().lower().startswith(("http:", "https:"))


def remote(url: str, policy: Policy) -> str:
    """Check an address; the host must be allowed and be plainly written.

    Raises
    ------
    UnsafeError
        If it is not, or holds a user name, a space or a control character.
    """
    parts = urlsplit(url)
    if not re.fullmatch(r"https?://[!-~]+", url) or "\\" in url or not parts.hostname:
        raise UnsafeError(f"{url[:120]!r} is not a plain http(s) address.")
    if "@" in parts.netloc:
        raise UnsafeError(f"{url[:120]!r} holds a user name or a password; addresses in catalogs hold none.")
    if not policy.allows(parts.netloc):
        raise UnsafeError(
            f"{parts.netloc!r} is not a host that may be asked; add it to `hosts` in the settings to allow it."
        )
    return url


def local(
    url: str, folder: Path, roots: Sequence[Path], *, many: bool = False, must_exist: bool = True
) -> list[Path]:
    """Find the files that an address names, all of them inside the roots after links are followed.

    Parameters
    ----------
    url
        A path, relative to `folder` or absolute, or a ``file://`` address.
    folder
        Folder of the catalog file.
    roots
        Folders that may be read, links followed.
    many
        Whether ``*``, ``?`` and ``[…]`` may name several files.
    must_exist
        Whether a missing file is an error.

    Raises
    ------
    UnsafeError
        If any file is outside, or the address is chained, of another scheme, or holds a control character.
    NotReadyError
        If there is no such file.
    """
    text = url[len("file://") :] if url.lower().startswith("file://") else url
    if not text or any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise UnsafeError(f"{url[:120]!r} is not a path.")
    if (
        "::" in text
        or "://" in text
        or _SCHEME.match(text)
        or text.startswith(("~", "\\", "/vsi"))
        or "!" in text
    ):
        raise UnsafeError(f"{url[:120]!r} is not a plain path; chains and other schemes are refused.")
    path = folder / text
    if not _GLOB.search(text):
        return [inside(path, roots, must_exist=must_exist)]
    if not many:
        raise InvalidInputError(f"{url[:120]!r} names several files, but its reader takes one.")
    fixed = path
    while _GLOB.search(fixed.name) or _GLOB.search(str(fixed)):
        fixed = fixed.parent
    inside(fixed, roots, must_exist=must_exist)
    found = []
    for index, name in enumerate(glob.iglob(str(path))):  # noqa: PTH207  pathlib refuses absolute patterns
        if index >= MOST_FILES:
            raise LimitError(f"{url[:120]!r} names more than {MOST_FILES:,} files.")
        found.append(inside(Path(name), roots))
    if not found and must_exist:
        raise NotReadyError(f"No file fits {url[:120]!r} in {fixed}.")
    return sorted(found)


def inside(path: Path, roots: Sequence[Path], *, must_exist: bool = True) -> Path:
    """Return a path with its links followed, if it lies inside one of the roots."""
    try:
        real = path.resolve()
    except (OSError, RuntimeError) as error:
        raise UnsafeError(f"{path} cannot be followed: {error}.") from error
    if not any(real.is_relative_to(root) for root in roots):
        raise UnsafeError(
            f"{path} is outside the catalog's folders ({', '.join(str(root) for root in roots)}); "
            "move the file there, or add its folder to `catalogs` in the settings."
        )
    if must_exist and not real.exists():
        raise NotReadyError(f"There is no file {real}.")
    return real
