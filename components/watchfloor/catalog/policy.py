"""What a catalog may do: where it may read, whom it may ask, and how long it may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from watchfloor.catalog.document import Limits
from watchfloor.core.settings import Settings

__all__ = ["Policy"]


@dataclass(frozen=True)
class Policy:
    """What a catalog may do. The default lets it read its own folder and the product's, and nothing else.

    Parameters
    ----------
    roots
        More folders that it may read from, beside its own and the product's ``catalogs`` and ``data_samples``.
    hosts
        Hosts (``name`` or ``name:port``) that it may fetch from.
    environment
        Names of environment variables that it may use, never in an address that is fetched.
    databases
        SQLAlchemy URLs that it may query, by the name it uses.
    timeout
        Seconds that a reading may take.
    fetch_limit
        Bytes that are fetched of one address.
    limits
        How much one file may hold.
    files
        How many files its themes may be nested over.

    Examples
    --------
    >>> Policy(hosts=frozenset({"example.org"})).allows("example.org")
    True
    """

    roots: tuple[Path, ...] = ()
    hosts: frozenset[str] = frozenset()
    environment: frozenset[str] = frozenset()
    databases: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    fetch_limit: int = 64 * 1024 * 1024
    limits: Limits = field(default_factory=Limits)
    files: int = 64

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        """Return what an operator's settings allow."""
        return cls(
            roots=tuple(settings.catalogs),
            hosts=frozenset(host.lower() for host in settings.hosts),
            environment=frozenset(settings.environment),
            databases=dict(settings.databases),
        )

    def allows(self, host: str) -> bool:
        """Tell whether something may be fetched from a host."""
        return host.lower() in {name.lower() for name in self.hosts}
