"""A rule on the past, piece by piece, so that it tells how far it is and can be given up; and how good it was."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from watchfloor.alarms.ruleset import Rules
from watchfloor.alarms.site import Site
from watchfloor.alarms.skill import recorded, skill
from watchfloor.alarms.trial import Firing, Trial
from watchfloor.security.text import plain
from watchfloor.store.cube import Cube
from watchfloor.views.monitor.past import Cancelled
from watchfloor.views.situation.rows import millis

__all__ = ["joined", "live_through", "scored", "told"]

_PIECES = 12
_SHORTEST = timedelta(days=7)
_FIRINGS = 200


def live_through(
    rules: Rules,
    rule: str | Mapping[str, Any],
    start: datetime,
    end: datetime,
    cube: Cube,
    progress: Callable[[float], object] = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Trial:
    """Run a rule on the past.

    Parameters
    ----------
    rules, rule, start, end, cube
        As of `Rules.trial`.
    progress
        Told how much is done, 0 to 1.
    wanted
        Whether somebody still waits.

    Raises
    ------
    Cancelled
        If nobody waits any more.
    """
    count = max(1, min(_PIECES, math.ceil((end - start) / _SHORTEST)))
    edges = [start + (end - start) * place / count for place in range(count)] + [end]
    found: list[Trial] = []
    for place in range(count):
        if not wanted():
            raise Cancelled
        found.append(rules.trial(rule, edges[place], edges[place + 1], cube))
        progress((place + 1) / count)
    return joined(found)


def joined(pieces: list[Trial]) -> Trial:
    """Return the trial that pieces, one after the other, make: what goes on over their edge is one firing.

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> day = timedelta(days=1)
    >>> first = Trial("r", "1", EPOCH, EPOCH + day, (Firing("a", ("a",), EPOCH, EPOCH + day, 1, "", 1.0, False),), 1)
    >>> then = Trial("r", "1", EPOCH + day, EPOCH + 2 * day, (Firing("a", ("a",), EPOCH + day, EPOCH + 1.5 * day, 2, "", 2.0),), 1)
    >>> [(one.level, one.end - one.start) for one in joined([first, then]).firings]
    [(2, datetime.timedelta(days=1, seconds=43200))]
    """
    made: list[Firing] = []
    open_: dict[str, int] = {}
    for piece in pieces:
        going: dict[str, int] = {}
        for firing in piece.firings:
            held = open_.pop(firing.subject, None) if firing.start <= piece.start else None
            if held is None:
                made.append(firing)
                held = len(made) - 1
            else:
                before = made[held]
                worst = max(before, firing, key=lambda one: one.level)
                made[held] = replace(worst, start=before.start, end=firing.end, ended=firing.ended)
            if not firing.ended:
                going[firing.subject] = held
        open_ = going
    last = pieces[-1]
    firings = tuple(sorted(made, key=lambda one: (one.start, one.subject)))
    return replace(last, start=pieces[0].start, firings=firings)


def scored(floor: Any, trial: Trial, cube: Cube, hazard: str) -> dict[str, Any] | None:
    """Return how good a trial was against the incidents and events of its hazard that are recorded; None without any."""
    site = Site(cube.series(), [])
    more: dict[str, Any] = {"hazard": hazard} if hazard else {}
    happened = recorded(floor.store, site, trial.start, trial.end, **more)
    if not happened:
        return None
    found = skill(trial, happened)
    lead = found.lead_time
    return {
        "events": len(happened),
        "hits": found.hits,
        "misses": found.misses,
        "false_alarms": found.false_alarms,
        "pod": _number(found.pod),
        "far": _number(found.far),
        "csi": _number(found.csi),
        "lead": None if lead is None else lead.total_seconds() * 1000,
        "firm": _number(found.firm),
        "risk_matrix_score": _number(found.risk_matrix_score),
        "missed": [{"name": plain(one.name, 120), "at": millis(one.start)} for one in found.missed[:20]],
    }


def told(trial: Trial, names: Callable[[list[str]], list[tuple[str, str]]]) -> dict[str, Any]:
    """Return a trial as the screen shows it."""
    last = list(reversed(trial.firings))[:_FIRINGS]
    titles = dict(
        zip(
            found := [one.series[0] if one.series else one.subject for one in last], names(found), strict=True
        )
    )
    return {
        "start": millis(trial.start),
        "end": millis(trial.end),
        "count": len(trial.firings),
        "subjects": trial.subjects,
        "places": len(trial.by_subject()),
        "per_day": _number(trial.per_day),
        "chattering": trial.chattering,
        "note": trial.note,
        "firings": [
            {
                "subject": one.subject,
                "series": name,
                "title": titles[name][0],
                "zh": titles[name][1],
                "start": millis(one.start),
                "end": millis(one.end),
                "ended": one.ended,
                "level": one.level,
                "name": plain(one.name, 60),
                "value": _number(one.value),
            }
            for one, name in zip(last, found, strict=True)
        ],
    }


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
