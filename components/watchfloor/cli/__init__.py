"""How do I start it? The commands, one file a group; nothing heavy is imported before a command needs it."""

from watchfloor.cli import account, archive, check, data, edge, rules, serve, verify
from watchfloor.cli.base import app

__all__ = ["account", "app", "archive", "check", "data", "edge", "rules", "serve", "verify"]
