"""What needs someone, and has someone taken it? One rule kind a file, thresholds, the alarms' life, CAP drafts."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from watchfloor.alarms.verdict import Verdict

__all__ = [
    "Alarm",
    "Draft",
    "Drafts",
    "Event",
    "Firing",
    "Group",
    "Life",
    "Policy",
    "Rules",
    "Skill",
    "State",
    "Trial",
    "Verdict",
    "Watch",
]

if TYPE_CHECKING:
    from watchfloor.alarms.alarm import Alarm
    from watchfloor.alarms.draft import Draft
    from watchfloor.alarms.drafts import Drafts
    from watchfloor.alarms.event import Group
    from watchfloor.alarms.life import Life
    from watchfloor.alarms.policy import Policy
    from watchfloor.alarms.ruleset import Rules
    from watchfloor.alarms.skill import Skill
    from watchfloor.alarms.transitions import Event, State
    from watchfloor.alarms.trial import Firing, Trial
    from watchfloor.alarms.watch import Watch

_WHERE: dict[str, str] = {
    "Skill": "skill",
    "Firing": "trial",
    "Trial": "trial",
    "Rules": "ruleset",
    "Alarm": "alarm",
    "Draft": "draft",
    "Drafts": "drafts",
    "Event": "transitions",
    "Group": "event",
    "Life": "life",
    "Policy": "policy",
    "State": "transitions",
    "Watch": "watch",
}
"""Name -> module of what is imported only when it is asked for."""


def __getattr__(name: str) -> Any:
    """Import on demand: evaluating rules pulls in compiled kernels, which the command line does not wait for."""
    if name in _WHERE:
        return getattr(import_module(f"watchfloor.alarms.{_WHERE[name]}"), name)
    raise AttributeError(f"module 'watchfloor.alarms' has no attribute {name!r}")
