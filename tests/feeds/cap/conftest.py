"""CAP messages for tests, made from what differs."""

from datetime import datetime
from typing import Any

import pytest

from watchfloor.core.clock import parse_time
from watchfloor.feeds import Context, Parsed
from watchfloor.feeds.cap import Cap
from watchfloor.store.records import Record

RECEIVED = parse_time("2026-06-01T12:00:00Z")


def tags(texts: dict[str, str | None]) -> str:
    """Return elements in order; None leaves one out."""
    return "".join(f"<{name}>{text}</{name}>" for name, text in texts.items() if text is not None)


class Messages:
    """Makes and reads messages."""

    v12 = "urn:oasis:names:tc:emergency:cap:1.2"
    v11 = "urn:oasis:names:tc:emergency:cap:1.1"
    v10 = "http://www.incident.com/cap/1.0"
    received = RECEIVED

    def area(self, extra: str = "", desc: str | None = "River valley") -> str:
        return f"<area>{tags({'areaDesc': desc})}{extra}</area>"

    def info(self, extra: str = "", area: str | None = None, **changed: str | None) -> str:
        texts: dict[str, str | None] = {
            "category": "Met", "event": "Flood Warning", "urgency": "Immediate", "severity": "Severe",
            "certainty": "Observed", "expires": "2026-06-01T18:00:00+00:00",
        }  # fmt: skip
        return f"<info>{tags(texts | changed)}{extra}{self.area() if area is None else area}</info>"

    def alert(self, *infos: str, namespace: str = v12, extra: str = "", **changed: str | None) -> str:
        texts: dict[str, str | None] = {
            "identifier": "A1", "sender": "duty@example.org", "sent": "2026-06-01T11:00:00+00:00", "status": "Actual",
            "msgType": "Alert", "scope": "Public",
        }  # fmt: skip
        return f'<alert xmlns="{namespace}">{tags(texts | changed)}{extra}{"".join(infos)}</alert>'

    def parse(self, text: str | bytes, received: datetime = RECEIVED, **context: Any) -> Parsed:
        data = text if isinstance(text, bytes) else text.encode()
        return Cap().parse(data, Context(received, "test", **context))

    def one(self, text: str | bytes, **context: Any) -> Record:
        """Read a document that must give one record and nothing to put aside."""
        parsed = self.parse(text, **context)
        assert [item.reason for item in parsed.rejected] == []
        assert len(parsed.records) == 1
        return parsed.records[0]

    def refused(self, text: str | bytes, **context: Any) -> tuple[str, str]:
        """Read a document of which nothing must be taken; return where and why."""
        parsed = self.parse(text, **context)
        assert list(parsed.records) == []
        assert len(parsed.rejected) == 1
        assert parsed.rejected[0].data
        return parsed.rejected[0].where, parsed.rejected[0].reason


@pytest.fixture(scope="session")
def cap() -> Messages:
    """Return what makes and reads messages."""
    return Messages()
