"""The kinds of hazard, in one table: name, family, the words of other standards, and a glyph."""

import re
from dataclasses import dataclass
from functools import lru_cache

from watchfloor.core.errors import UnknownNameError

__all__ = ["KINDS", "OTHER", "Kind", "guess", "kind"]


@dataclass(frozen=True)
class Kind:
    """One kind of hazard.

    Parameters
    ----------
    name
        Lower-case noun used everywhere in Watchfloor.
    family
        ``nature``, ``industry`` or ``society``.
    category
        CAP 1.2 category.
    glide
        GLIDE code.
    en, zh
        Its name in English and Chinese.
    words
        Lower-case words by which an English event name is recognised.
    """

    name: str
    family: str
    category: str
    glide: str
    en: str
    zh: str
    words: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    item.name: item
    for item in (
        Kind("flood", "nature", "Met", "FL", "Flood", "洪水",
             ("flood", "coastal flood", "lakeshore flood", "hydrologic", "inundation", "dam break", "high water", "river")),
        Kind("landslide", "nature", "Geo", "LS", "Landslide", "滑坡",
             ("landslide", "mudslide", "debris flow", "avalanche", "slope", "rockfall")),
        Kind("earthquake", "nature", "Geo", "EQ", "Earthquake", "地震",
             ("earthquake", "seismic", "quake", "tsunami", "volcan")),
        Kind("drought", "nature", "Met", "DR", "Drought and heat", "干旱",
             ("drought", "heat", "hot", "dry spell", "water shortage")),
        Kind("wildfire", "nature", "Fire", "WF", "Wildfire", "野火",
             ("fire", "wildfire", "bushfire", "grassfire", "fire weather", "burn", "red flag", "smoke", "hazard reduction")),
        Kind("storm", "nature", "Met", "TC", "Storm", "风暴",
             ("storm", "wind", "tornado", "hurricane", "typhoon", "cyclone", "gale", "snow", "blizzard", "ice", "hail", "sandstorm",
              "frost", "freeze", "freezing", "rain", "surf", "rip current", "marine", "small craft", "fog", "winter",
              "lightning", "thunder", "swell", "seas", "beach", "dust", "cold", "chill", "weather", "precipitation",
              "low water", "coastal")),
        Kind("chemical", "industry", "CBRNE", "AC", "Chemical release", "危化品泄漏",
             ("chemical", "hazmat", "hazardous material", "gas leak", "spill", "radiolog", "nuclear", "toxic",
              "air quality", "pollution", "stagnation")),
        Kind("mine", "industry", "Infra", "AC", "Mine accident", "矿山事故", ("mine", "tailings", "colliery", "methane")),
        Kind("epidemic", "society", "Health", "EP", "Epidemic", "疫情",
             ("epidemic", "outbreak", "disease", "influenza", "cholera", "covid", "health", "virus", "infection")),
        Kind("crowd", "society", "Safety", "OT", "Crowd", "人群聚集",
             ("crowd", "stampede", "crush", "mass gathering", "evacuation", "civil", "missing", "child abduction", "law enforcement")),
    )
}  # fmt: skip
"""Kinds of hazard by name."""

OTHER = Kind("other", "society", "Other", "OT", "Other", "其他")


def kind(name: str) -> Kind:
    """Look up a kind of hazard.

    Examples
    --------
    >>> kind("flood").zh
    '洪水'
    """
    if name == OTHER.name:
        return OTHER
    if name not in KINDS:
        raise UnknownNameError("hazard", name, KINDS)
    return KINDS[name]


@lru_cache(4096)
def guess(event: str, category: str = "") -> str:
    """Recognise the kind of hazard from a message's event name, and else from its CAP category.

    The longest matching word wins, so that "winter storm" is a storm and "fire weather" a wildfire.

    Examples
    --------
    >>> guess("Flash Flood Warning"), guess("Volcano", "Geo"), guess("???", "Health")
    ('flood', 'earthquake', 'epidemic')
    """
    text = event.casefold()
    # at the beginning of a word only: there is no ice in a notice
    found = [
        (len(word), item.name)
        for item in KINDS.values()
        for word in item.words
        if re.search(rf"\b{re.escape(word)}", text)
    ]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    same = [item.name for item in KINDS.values() if category and item.category == category]
    return same[0] if len(same) == 1 else OTHER.name
