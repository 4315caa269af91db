"""The figures of an impact: what each means, in which unit, and in what it is counted."""

from dataclasses import dataclass

from watchfloor.core.errors import UnknownNameError

__all__ = ["MEASURES", "Measured", "measured"]


@dataclass(frozen=True)
class Measured:
    """One figure of an impact.

    Parameters
    ----------
    name
        Lower-case name.
    units
        ``1`` for counts, ``money`` for values in the exposure's own currency.
    en, zh
        Title.
    doc
        One sentence.
    people
        Whether people are counted, so that those who have left are not.
    """

    name: str
    units: str
    en: str
    zh: str
    doc: str
    people: bool = False


MEASURES: dict[str, Measured] = {
    item.name: item
    for item in (
        Measured("people_exposed", "1", "People exposed", "受影响范围人口", "People who are where the hazard reaches its lowest level.", people=True),
        Measured("people_at_risk", "1", "People in danger", "处于危险的人口", "People where the hazard is dangerous for most.", people=True),
        Measured("deaths", "1", "Deaths", "死亡人数", "People who die of it.", people=True),
        Measured("injured", "1", "Injured", "受伤人数", "People who need medical care.", people=True),
        Measured("displaced", "1", "People displaced", "需转移安置人口", "People whose homes cannot be lived in for a time.", people=True),
        Measured("evacuated", "1", "People who left in time", "已提前转移人口", "People who left before it came."),
        Measured("sheltered", "1", "People indoors", "就地掩蔽人口", "People who are inside buildings when it comes."),
        Measured("damage", "money", "Damage to buildings", "建筑损失", "Cost of repair or of building anew."),
        Measured("loss", "money", "Economic loss", "经济损失", "Loss of the economy, direct."),
        Measured("buildings_hit", "1", "Buildings hit", "受损建筑", "Buildings that the hazard reaches."),
        Measured("buildings_damaged", "1", "Buildings damaged", "损坏建筑", "Buildings with at least moderate damage to the structure."),
        Measured("buildings_lost", "1", "Buildings lost", "毁坏建筑", "Buildings that are destroyed or cannot be used again."),
        Measured("roads_closed", "km", "Roads closed", "中断道路", "Length of roads that cars cannot pass."),
        Measured("facilities_out", "1", "Facilities out of service", "停用设施", "Facilities that stop working."),
        Measured("beds_out", "1", "Hospital beds lost", "失去床位", "Beds in hospitals that stop working."),
        Measured("lifelines_out", "1", "Lifelines out of service", "停用生命线节点", "Nodes of supply networks that stop working."),
        Measured("land_hit", "km^2", "Land hit", "受灾土地", "Area of land that the hazard reaches."),
        Measured("crops_hit", "km^2", "Cropland hit", "受灾农田", "Area of cropland that the hazard reaches."),
        Measured("crops_lost", "km^2", "Cropland lost", "绝收面积", "Area of cropland whose harvest is lost."),
        Measured("infected", "1", "People infected", "感染人数", "People who are infected during the run.", people=True),
        Measured("beds_needed", "1", "Beds needed at the peak", "峰值床位需求", "Hospital beds that patients need at the worst time."),
        Measured("people_crushed", "1", "People in a crush", "踩踏危险人数", "People in places with more than 5 on a square metre.", people=True),
    )
}  # fmt: skip
"""Figures by name."""


def measured(name: str) -> Measured:
    """Look up a figure.

    Examples
    --------
    >>> measured("deaths").zh
    '死亡人数'
    """
    if name not in MEASURES:
        raise UnknownNameError("measure", name, MEASURES)
    return MEASURES[name]
