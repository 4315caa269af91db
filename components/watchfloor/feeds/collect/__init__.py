"""How do documents come in? From addresses, from a folder, from a simulated edge; all by one path into the store."""

from watchfloor.feeds.collect.edge import Edge, Published
from watchfloor.feeds.collect.ingest import Accept, Receipt, ingest, ingest_file
from watchfloor.feeds.collect.sniff import sniff

__all__ = ["Accept", "Edge", "Published", "Receipt", "ingest", "ingest_file", "sniff"]
