"""The scenarios of a floor: those that ship with its catalog, and those that people saved, with all their revisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

import watchfloor
from watchfloor.core.errors import InvalidInputError, UnknownNameError, WatchfloorError
from watchfloor.core.provenance import digest
from watchfloor.hazards.scenario import Scenario
from watchfloor.security.roles import Actor, Capability, require
from watchfloor.security.text import plain
from watchfloor.store.records import Record

__all__ = ["SOURCE", "Saved", "drop", "opening", "read", "save", "saved", "shipped"]

SOURCE = "twin"
"""Source of the records that hold scenarios."""
_LARGEST = 200_000


@dataclass(frozen=True)
class Saved:
    """A scenario with its name in the floor's library.

    Parameters
    ----------
    key
        Its name in addresses.
    scenario
        What is asked.
    revision
        How often it was saved.
    actor
        Who saved it.
    at
        When it was saved.
    provenance
        What its results rest on: versions, keys of the runs, the record that it began from.
    title_zh
        Its title in Chinese, for those that ship.
    """

    key: str
    scenario: Scenario
    revision: int = 0
    actor: str = ""
    at: datetime | None = None
    provenance: Mapping[str, Any] | None = None
    title_zh: str = ""


def save(
    floor: Any,
    actor: Actor,
    scenario: Scenario,
    *,
    key: str | None = None,
    runs: Mapping[str, str] | None = None,
    origin: tuple[str, str, str] | None = None,
) -> Saved:
    """Save a scenario under its title; with the key of a saved one, as its next revision.

    It is a record of the kind ``scenario``: nothing is overwritten, and any screen can be shown as of any known time.

    Parameters
    ----------
    floor
        Its store keeps it.
    actor
        Who saves; the journal has it too.
    scenario
        What is asked; it needs a title.
    key
        Of the saved one that this is a revision of.
    runs
        Fidelity -> key of the ensemble that answered it, on the shelf.
    origin
        Kind, source and key of the record that it began from.

    Raises
    ------
    ForbiddenError
        If the actor may not record.
    InvalidInputError
        If it has no title.
    """
    require(actor, Capability.RECORD)
    title = plain(scenario.title, 200).strip()
    if not title:
        raise InvalidInputError("The scenario has no title; give it one by which others will find it.")
    now = floor.now()
    if key is None:
        key = digest([title, actor.name, now])[:16]
    before = floor.store.history("scenario", SOURCE, key)
    kind = scenario.kind
    body = {
        "scenario": scenario.but(title=title).body(),
        "provenance": {
            "digest": scenario.key,
            "model_version": kind.version,
            "software": watchfloor.__version__,
            "runs": dict(runs or {}),
            "origin": None if origin is None else list(origin),
            "saved_by": actor.name,
        },
    }
    record = Record(
        "scenario",
        SOURCE,
        key,
        f"{len(before) + 1:06d}",
        sent=now,
        valid_from=scenario.start or now,
        title=title,
        hazard=kind.kind,
        status=floor.status,
        geometry=None if scenario.area is None else dict(scenario.area),
        body=body,
    )
    with floor.store.batch():
        floor.store.append([record])
        floor.store.journal.write(
            actor.name,
            "save scenario",
            f"scenario/{SOURCE}/{key}",
            {"title": title, "revision": len(before) + 1},
        )
    return _of(record)


def drop(floor: Any, actor: Actor, key: str) -> None:
    """Take a saved scenario off the list; its revisions stay in the store.

    Raises
    ------
    ForbiddenError
        If the actor may not record.
    UnknownNameError
        If there is none of this key.
    """
    require(actor, Capability.RECORD)
    history = floor.store.history("scenario", SOURCE, key)
    if not history:
        raise UnknownNameError("scenario", key[:80], [item.key for item in saved(floor)])
    last = history[-1]
    record = Record(
        "scenario",
        SOURCE,
        key,
        f"{len(history) + 1:06d}",
        sent=floor.now(),
        valid_from=last.valid_from,
        title=last.title,
        hazard=last.hazard,
        status=last.status,
        state="cancelled",
        geometry=last.geometry,
        body=last.body,
    )
    with floor.store.batch():
        floor.store.append([record])
        floor.store.journal.write(
            actor.name, "drop scenario", f"scenario/{SOURCE}/{key}", {"title": last.title}
        )


def saved(floor: Any, as_of: datetime | None = None) -> list[Saved]:
    """Return the scenarios that people saved, the newest first; those that cannot be read are left out."""
    found = []
    for record in floor.store.records("scenario", source=SOURCE, as_of=as_of, state="active"):
        try:
            found.append(_of(record))
        except WatchfloorError:
            continue  # of a model that this installation lacks
    return found


def shipped(floor: Any) -> dict[str, Saved]:
    """Return the scenarios of the floor's catalog, ``scenarios/*.yml``, by key; those that cannot be read are left out."""
    found: dict[str, Saved] = {}
    folder = floor.path / "scenarios"
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else []:
        if path.stat().st_size > _LARGEST:
            continue
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            title = dict(data.pop("title"))
            scenario = Scenario.of({**data, "title": title["en"]})
        except (WatchfloorError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError):
            continue
        found[path.stem] = Saved(path.stem, scenario, title_zh=plain(str(title.get("zh", "")), 200))
    return found


def read(floor: Any, key: str, as_of: datetime | None = None) -> Saved:
    """Return a scenario by its key: a saved one, or one that ships with the catalog.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    history = floor.store.history("scenario", SOURCE, key, as_of)
    if history:
        return _of(history[-1])
    known = shipped(floor)
    if key not in known:
        raise UnknownNameError("scenario", key[:80], [*known, *(item.key for item in saved(floor))])
    return known[key]


def opening(floor: Any, model: str) -> Scenario:
    """Return what a floor's catalog asks of a model first, or the model's own example where it says nothing.

    Examples
    --------
    >>> import watchfloor
    >>> from watchfloor.store import Store
    >>> with watchfloor.open("demo", store=Store.open(":memory:")) as floor:
    ...     opening(floor, "flood").until
    21600.0
    """
    for one in shipped(floor).values():
        if one.scenario.model == model:
            return one.scenario
    return Scenario(model)


def _of(record: Record) -> Saved:
    body = record.body
    return Saved(
        record.key,
        Scenario.of(body["scenario"]).but(title=record.title),
        int(record.revision),
        str(body.get("provenance", {}).get("saved_by", "")),
        record.sent,
        body.get("provenance"),
    )
