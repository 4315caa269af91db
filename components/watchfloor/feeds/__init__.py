"""What is coming in? One standard or source a file: parse apart from fetch."""

from watchfloor.core.registry import Registry
from watchfloor.feeds.base import Context, Feed, Parsed, Rejected

__all__ = ["FEEDS", "Context", "Feed", "Parsed", "Rejected"]

FEEDS: Registry[Feed] = Registry(
    "watchfloor.feeds",
    Feed,  # type: ignore[type-abstract]
    besides=("base", "chain", "collect", "measures", "profile", "properties", "values"),
)
