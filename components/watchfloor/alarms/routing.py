"""Who is told of what happens to an alarm, and when: pure, from the policy and the alarm."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo

from watchfloor.alarms.alarm import Alarm, worse
from watchfloor.alarms.policy import DAYS, Channel, Span
from watchfloor.alarms.transitions import Event, State
from watchfloor.alarms.wording import wording
from watchfloor.core.scales import WarningColour
from watchfloor.security.text import plain

__all__ = ["due", "kind", "takes", "within", "words"]

_TELLING = frozenset(
    {
        Event.RAISE, Event.RECUR, Event.WORSEN, Event.EXPIRE, Event.UNSHELVE, Event.UNSUPPRESS, Event.ENABLE, Event.UNDO,
        Event.OVERRIDE, Event.RELEASE,
    }
)  # fmt: skip
_DAY = timedelta(days=1)
_WHAT = {
    "alarm": {"en": "", "zh": ""},
    "escalation": {"en": "NOBODY HAS ACKNOWLEDGED: ", "zh": "无人确认："},
    "stand-down": {"en": "STAND DOWN: ", "zh": "解除："},
}


def kind(alarm: Alarm) -> str:
    """Return what is to be told of an alarm's last step; empty where nothing is.

    A stand-down is told when the condition has gone, or the alarm ended otherwise.

    Examples
    --------
    >>> from watchfloor.alarms.verdict import Verdict
    >>> from watchfloor.core.clock import EPOCH
    >>> kind(Alarm.raised(Verdict("level", "1", "G05", ("G05",), EPOCH, 2), EPOCH))
    'alarm'
    """
    if alarm.event is Event.CLEAR and alarm.state is not State.SUPPRESSED:
        return "stand-down"
    if alarm.event is Event.CLOSE or (alarm.state is State.CLOSED and alarm.standing):
        return "stand-down"
    if alarm.event is Event.ESCALATE:
        return "escalation"
    if alarm.state is State.UNACKNOWLEDGED and alarm.event in _TELLING:
        return "alarm"
    return ""


def takes(channel: Channel, alarm: Alarm, what: str) -> bool:
    """Tell whether a channel takes what is told of an alarm, whatever the hour."""
    if what == "escalation" and channel.escalation:
        return channel.escalation == alarm.note
    if worse(alarm.colour) > worse(channel.least):
        return False
    if channel.hazards and alarm.hazard not in channel.hazards:
        return False
    districts = [part.strip().casefold() for part in alarm.area.split(",")]
    return not channel.districts or any(name.casefold() in districts for name in channel.districts)


def due(channel: Channel, colour: WarningColour | None, now: datetime, zone: tzinfo) -> datetime:
    """Return when a channel takes a message: now, or when its hours begin, or its quiet ends.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> from watchfloor.core.clock import parse_time
    >>> channel = Channel.model_validate({"to": "x", "quiet": {"from": "22:00", "to": "06:00", "but": "red"}})
    >>> night, zone = parse_time("2026-06-01T23:30:00Z"), ZoneInfo("UTC")
    >>> due(channel, WarningColour.YELLOW, night, zone).hour, due(channel, WarningColour.RED, night, zone).hour
    (6, 23)
    """
    for minute in range(8 * 24 * 4):
        at = now if minute == 0 else _quarter(now) + minute * timedelta(minutes=15)
        local = at.astimezone(zone)
        open_ = channel.when is None or within(channel.when, local)
        quiet = channel.quiet is not None and within(channel.quiet, local)
        loud = (
            channel.quiet is not None
            and channel.quiet.but is not None
            and worse(colour) <= worse(channel.quiet.but)
        )
        if open_ and (not quiet or loud):
            return at
    return now  # hours that never come hold nothing back


def within(span: Span, local: datetime) -> bool:
    """Tell whether a local time lies in a span of hours; over midnight it belongs to the day on which it began."""
    clock, day = local.time(), local.weekday()
    if span.start == span.end:
        return DAYS[day] in span.days
    if span.start < span.end:
        return span.start <= clock < span.end and DAYS[day] in span.days
    if clock >= span.start:
        return DAYS[day] in span.days
    return clock < span.end and DAYS[(day - 1) % 7] in span.days


def words(alarm: Alarm, what: str, language: str, zone: tzinfo, mark: str = "") -> tuple[str, str]:
    """Return title and text of what is told; plain text, whatever the alarm says.

    Parameters
    ----------
    alarm, what
        The alarm, and what is told of it.
    language
        ``en`` or ``zh``.
    zone
        Of the times.
    mark
        What every message of this floor must carry.
    """
    return (
        plain(
            f"{mark + ' · ' if mark else ''}{_WHAT[what][language]}{_colour(alarm, language)}: {alarm.title}",
            200,
        ),
        plain("\n".join(_lines(alarm, language, zone)), 2000, newlines=True),
    )


def digest(titles: Mapping[str, int], language: str, mark: str = "") -> tuple[str, str]:
    """Return title and text of many messages that are told as one."""
    count = sum(titles.values())
    said = f"{count} alarms" if language == "en" else f"{count}条告警"
    lines = [f"{title} ({number})" if number > 1 else title for title, number in list(titles.items())[:40]]
    return plain(f"{mark + ' · ' if mark else ''}{said}", 200), plain("\n".join(lines), 4000, newlines=True)


def _colour(alarm: Alarm, language: str) -> str:
    return "-" if alarm.colour is None else wording().colours[alarm.colour](language).upper()


def _lines(alarm: Alarm, language: str, zone: tzinfo) -> Iterator[str]:
    said, why = alarm.said(language), alarm.why(language)
    yield said or why
    if said != why and alarm.standing:
        yield why
    yield f"{alarm.area or '-'} · {alarm.onset.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    yield f"{alarm.state.value} · {alarm.id}"


def _quarter(at: datetime) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)
