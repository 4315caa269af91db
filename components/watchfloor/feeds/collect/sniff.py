"""Tell which feed reads a document by its first bytes."""

from watchfloor.core.errors import InvalidInputError
from watchfloor.feeds import FEEDS, Feed

__all__ = ["sniff"]


def sniff(data: bytes, name: str = "") -> str:
    r"""Return the name of the feed that reads a document.

    A feed that knows the source is preferred to one that reads a form which many sources share.

    Parameters
    ----------
    data
        The document, or its first 64 KiB.
    name
        Name of its file, if it has one.

    Raises
    ------
    InvalidInputError
        If no feed, or more than one, would read it.

    Examples
    --------
    >>> sniff(b"series,time,value\n", "gauges.csv")
    'table'
    """
    known = FEEDS.usable()
    found = [feed for feed, reader in known.items() if _claims(reader, data, name)]
    special = [feed for feed in found if not known[feed].generic]
    chosen = special or found
    if len(chosen) == 1:
        return chosen[0]
    what = f"the file {name[:120]!r}" if name else "this document"
    if not chosen:
        raise InvalidInputError(
            f"No feed recognises {what}, which begins with {data[:24]!r}. Name its feed: {', '.join(known)}."
        )
    raise InvalidInputError(f"{', '.join(chosen)} would each read {what}; name one of them as its feed.")


def _claims(reader: type[Feed], data: bytes, name: str) -> bool:
    """Ask one feed; one that fails at the question does not read the document."""
    try:
        return bool(reader.sniff(data, name))
    except Exception:  # noqa: BLE001  a third party's fault must not keep the others from reading
        return False
