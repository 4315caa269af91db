"""What messages say: words, advice and reach by hazard and colour, from one table."""

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from watchfloor.alarms.amount import short, spoken
from watchfloor.alarms.sentence import Sentence
from watchfloor.catalog.document import read_document
from watchfloor.core.clock import duration
from watchfloor.core.errors import UnknownNameError
from watchfloor.core.fields import FIELDS
from watchfloor.core.scales import Certainty, Crosswalk, Step, Urgency, WarningColour

__all__ = [
    "CERTAINTY", "URGENCY", "Advice", "Hazard", "Words", "certainty", "sentence", "sentences", "urgency", "wording",
]  # fmt: skip

URGENCY = Crosswalk(
    "lead-urgency",
    (
        Step("now", Urgency.IMMEDIATE, "whatever is over at the next look is Immediate too"),
        Step("within an hour", Urgency.EXPECTED),
        Step("later", Urgency.FUTURE),
        Step("over", Urgency.PAST),
    ),
    "CAP 1.2 (OASIS, 2010), 3.2.2 urgency: Immediate, at once; Expected, within the next hour; Future, in the near future.",
)
"""How soon one must act, by when what is warned of begins."""
CERTAINTY = Crosswalk(
    "ground-certainty",
    (
        Step("measured", Certainty.OBSERVED),
        Step("forecast", Certainty.LIKELY, "the probability is not told apart"),
        Step("doubtful", Certainty.POSSIBLE, "why the data are doubtful is in the description"),
    ),
    "CAP 1.2 (OASIS, 2010), 3.2.2 certainty: Observed, has occurred or is ongoing; Likely, p > 50 %; Possible, p <= 50 %.",
)
"""How sure it is, by what it rests on."""

_PLACE = re.compile(r"\{(\w+)\}")


def urgency(begins: timedelta, *, over: bool = False) -> Urgency:
    """Return the urgency of what begins so long from now.

    Examples
    --------
    >>> urgency(timedelta(0)).value, urgency(timedelta(minutes=40)).value, urgency(timedelta(hours=3)).value
    ('Immediate', 'Expected', 'Future')
    """
    if over:
        return Urgency(URGENCY("over"))
    when = "now" if begins <= timedelta(0) else "within an hour" if begins <= timedelta(hours=1) else "later"
    return Urgency(URGENCY(when))


def certainty(*, weakened: bool, ahead: bool) -> Certainty:
    """Return how sure a warning is.

    Examples
    --------
    >>> certainty(weakened=False, ahead=False).value, certainty(weakened=True, ahead=True).value
    ('Observed', 'Possible')
    """
    return Certainty(CERTAINTY("doubtful" if weakened else "forecast" if ahead else "measured"))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """The same in the floor's languages."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def __call__(self, language: str, **values: Any) -> str:
        """Return the words of a language, with values put in as text."""
        found = self.zh if language.startswith("zh") else self.en
        # in one pass: a value that looks like a place to fill is text like any other
        return _PLACE.sub(lambda match: str(values.get(match[1], match[0])), found)


class Advice(Words):
    """What to do."""

    response: Literal[
        "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"
    ] = Field(alias="responseType")


class Hazard(_Part):
    """What messages about one hazard say."""

    category: Literal[
        "Geo",
        "Met",
        "Safety",
        "Security",
        "Rescue",
        "Fire",
        "Health",
        "Env",
        "Transport",
        "Infra",
        "CBRNE",
        "Other",
    ]
    reach: float = Field(gt=0, le=500)
    event: Words
    red: Advice
    orange: Advice
    yellow: Advice
    blue: Advice

    def advice(self, colour: WarningColour) -> Advice:
        """Return what to do at a colour."""
        found: Advice = getattr(self, colour.value)
        return found


class Wording(_Part):
    """The whole table.

    Examples
    --------
    >>> table = wording()
    >>> table.hazard("flood").advice(WarningColour.RED).response, table.hazard("flood").event("zh")
    ('Evacuate', '洪水')
    """

    valid: dict[WarningColour, Annotated[timedelta, BeforeValidator(lambda text: duration(str(text)))]]
    colours: dict[WarningColour, Words]
    phrases: dict[str, Words]
    hazards: dict[str, Hazard]

    def hazard(self, name: str) -> Hazard:
        """Return what messages about a hazard say; of one without words of its own, those of any other."""
        return self.hazards.get(name) or self.hazards["other"]

    def phrase(self, name: str, language: str, **values: Any) -> str:
        """Return a sentence with its values.

        Raises
        ------
        UnknownNameError
            If there is none of this name.
        """
        if name not in self.phrases:
            raise UnknownNameError("phrase", name, self.phrases)
        return self.phrases[name](language, **values)


@cache
def wording() -> Wording:
    """Read the product's table."""
    return Wording.model_validate(read_document(Path(__file__).with_name("tables") / "messages.yml").data)


@cache
def sentences() -> dict[str, Words]:
    """Read the product's sentences."""
    found = read_document(Path(__file__).with_name("tables") / "sentences.yml").data
    return {str(key): Words.model_validate(words) for key, words in found.items()}


def sentence(said: Sentence | None, language: str, otherwise: str = "") -> str:
    """Put a sentence into words: the one function that does, for screens, messages and files alike.

    Parameters
    ----------
    said
        The sentence; None, or one that this version does not know, gives `otherwise`.
    language
        ``en`` or ``zh``.
    otherwise
        What was written down in words, as before sentences were kept as data.

    Returns
    -------
    str
        Plain text. Untrusted: names of stations are in it.

    Examples
    --------
    >>> from watchfloor.alarms.sentence import length, number, words
    >>> values = {"quantity": {"field": "water_level"}, "station": words({"en": "Millrace", "zh": "磨坊站"}),
    ...     "value": number(0.55, "m"), "over": length(1800), "beyond": ""}
    >>> sentence(Sentence("rate.rise", values), "en"), sentence(Sentence("rate.rise", values), "zh")
    ('Water level at Millrace rose by 0.55 m within 30 min, ', '磨坊站水位在30分钟内上升 0.55 m，')
    """
    if said is None or said.key not in sentences():
        return otherwise
    zh = language.startswith("zh")
    try:
        values = {name: _worded(value, "zh" if zh else "en") for name, value in said.values.items()}
    except (TypeError, ValueError):  # damaged, or of a later version
        return otherwise
    if "quantity" in values:
        values["lower"] = values["quantity"].lower()
    return sentences()[said.key](language, **values)


def _worded(value: Any, language: str) -> str:  # noqa: PLR0911  one return for each kind of value
    """Put one value of a sentence into words."""
    zh = language == "zh"
    if isinstance(value, Sentence):
        return sentence(value, language)
    if not isinstance(value, Mapping):
        return str(value)
    if "number" in value:
        found = value["number"]
        return short(float("nan") if found is None else float(found), str(value.get("units", "")), language)
    if "seconds" in value:
        return spoken(float(value["seconds"]), language)
    if "share" in value:
        return f"{float(value['share']):.0%}"
    if "field" in value:
        found = FIELDS.get(str(value["field"]))
        return ("数值" if zh else "Value") if found is None else found.zh if zh else found.en
    if "level" in value:
        name = str(value["level"])
        return wording().colours[WarningColour(name)]("zh") if zh and name in set(WarningColour) else name
    if "words" in value and isinstance(value["words"], Mapping):
        told = value["words"]
        return str(told.get(language) or told.get("en") or "")
    if "all" in value and isinstance(value["all"], list):
        between = str(value.get("by") or (_LISTED["zh"] if zh else _LISTED["en"]))
        if value.get("by") == "and":
            between = " 同时：" if zh else " And: "
        return between.join(_worded(item, language) for item in value["all"])
    return str(value.get("time", ""))


_LISTED = {"en": ", ", "zh": "、"}
