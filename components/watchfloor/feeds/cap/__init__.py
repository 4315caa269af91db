"""CAP: the Common Alerting Protocol of OASIS, versions 1.0 to 1.2, alone or within Atom, RSS and EDXL-DE."""

from watchfloor.feeds.cap.feed import Cap

__all__ = ["Cap"]
