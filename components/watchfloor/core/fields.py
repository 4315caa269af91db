"""The vocabulary of quantities: what a number means, in which unit, and how it is coloured.

Plug-ins declare what they need and give by these names; forms, legends and axes are made from them.
Names follow the CF standard names where there is one.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from watchfloor.core.errors import InvalidInputError, UnknownNameError

__all__ = ["FIELDS", "Field", "convert", "field", "units"]


@dataclass(frozen=True)
class Field:
    """One quantity.

    Parameters
    ----------
    name
        Lower-case name.
    units
        Unit that values are kept in, readable by pint; ``1`` for a pure number.
    en, zh
        Its title in English and Chinese.
    doc
        One sentence.
    cmap
        Name of a Bokeh palette of 256 colours for maps.
    limits
        Range of the colour scale and of plausible values, in `units`.
    standard_name
        CF standard name, where there is one.
    """

    name: str
    units: str
    en: str
    zh: str
    doc: str
    cmap: str = "Viridis256"
    limits: tuple[float, float] = (0.0, 1.0)
    standard_name: str = ""


FIELDS: dict[str, Field] = {
    item.name: item
    for item in (
        Field("elevation", "m", "Elevation", "高程", "Height of the ground above mean sea level.", "Greys256", (0, 1500), "surface_altitude"),
        Field("water_level", "m", "Water level", "水位", "Height of the water surface above the gauge's datum.", "Blues256", (-5, 30), "water_surface_height_above_reference_datum"),
        Field("water_depth", "m", "Water depth", "水深", "Depth of water over the ground.", "Blues256", (0, 6), "flood_water_thickness"),
        Field("discharge", "m^3/s", "Discharge", "流量", "Volume of water that passes a section in a second.", "Blues256", (0, 10000), "water_volume_transport_in_river_channel"),
        Field("rain_rate", "mm/h", "Rain rate", "雨强", "Depth of rain falling in an hour.", "Blues256", (0, 200), "rainfall_rate"),
        Field("wind_speed", "m/s", "Wind speed", "风速", "Speed of the wind at 10 m.", "Viridis256", (0, 80), "wind_speed"),
        Field("ground_acceleration", "m/s^2", "Ground acceleration", "地面加速度", "Largest horizontal acceleration of the ground.", "Inferno256", (0, 20)),
        Field("gas_concentration", "ppm", "Gas concentration", "气体浓度", "Share of a toxic gas in the air, by volume.", "Plasma256", (0, 2000)),
        Field("methane_fraction", "percent", "Methane", "甲烷浓度", "Share of methane in the air, by volume.", "Plasma256", (0, 10)),
        Field("displacement", "mm", "Slope displacement", "边坡位移", "Distance that a point on a slope has moved since it was set.", "Inferno256", (0, 2000)),
        Field("pore_pressure", "kPa", "Pore pressure", "孔隙水压力", "Pressure of the water in a dam or a slope.", "Viridis256", (0, 1500)),
        Field("pm25", "ug/m^3", "Fine dust (PM2.5)", "细颗粒物 PM2.5", "Mass of particles below 2.5 micrometres in the air.", "Inferno256", (0, 1000), "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air"),
        Field("patients", "1", "Patients", "就诊人数", "People seen by a hospital in an hour.", "Viridis256", (0, 500)),
        Field("people", "1", "People", "人数", "People counted at a place.", "Viridis256", (0, 100000)),
        Field("population", "1", "Population", "人口", "People who live in a cell.", "Magma256", (0, 500)),
        Field("magnitude", "1", "Magnitude", "震级", "Magnitude of an earthquake.", "Inferno256", (-2, 10)),
        Field("depth", "km", "Depth of the focus", "震源深度", "Depth of an earthquake's focus.", "Viridis256", (-5, 750)),
        Field("fire_power", "MW", "Fire radiative power", "火辐射功率", "Power that a fire pixel radiates.", "Inferno256", (0, 2000)),
        Field("temperature", "degC", "Air temperature", "气温", "Temperature of the air at 2 m.", "Turbo256", (-60, 60), "air_temperature"),
        Field("humidity", "percent", "Relative humidity", "相对湿度", "Relative humidity of the air at 2 m.", "Blues256", (0, 100), "relative_humidity"),
        Field("fuel_model", "1", "Fuel model", "可燃物类型", "Number of the standard fire behaviour fuel model.", "Viridis256", (0, 204)),
        Field("land_cover", "1", "Land cover", "土地覆盖", "Class of land cover.", "Viridis256", (0, 100)),
        Field("wind_speed_max", "m/s", "Strongest wind", "最大风速", "Strongest sustained wind (1 min or 10 min, as the model says) at 10 m during the run.", "Viridis256", (0, 110)),
        Field("wind_direction", "degrees", "Wind direction", "风向", "Direction that the wind comes from, clockwise from north.", "Viridis256", (0, 360), "wind_from_direction"),
        Field("central_pressure", "hPa", "Central pressure", "中心气压", "Air pressure at sea level in the centre of a storm.", "Viridis256", (850, 1030)),
        Field("ambient_pressure", "hPa", "Ambient pressure", "环境气压", "Air pressure at sea level around a storm.", "Viridis256", (950, 1040)),
        Field("longitude", "degrees", "Longitude", "经度", "Degrees east of Greenwich.", "Viridis256", (-180, 180), "longitude"),
        Field("latitude", "degrees", "Latitude", "纬度", "Degrees north of the equator.", "Viridis256", (-90, 90), "latitude"),
        Field("storm_radius", "km", "Radius of strongest wind", "最大风速半径", "Distance from a storm's centre to its strongest wind.", "Viridis256", (2, 300)),
        Field("gale_duration", "h", "Time with gale", "大风持续时间", "Time with wind of 17.2 m/s (Beaufort 8) or more.", "Viridis256", (0, 240)),
        Field("precipitation", "mm", "Precipitation", "降水量", "Depth of rain and melted snow of a month.", "Blues256", (0, 3000), "lwe_thickness_of_precipitation_amount"),
        Field("evapotranspiration", "mm", "Potential evapotranspiration", "潜在蒸散量", "Depth of water that a reference crop would use in a month.", "Oranges256", (0, 500), "water_potential_evapotranspiration_amount"),
        Field("drought_index", "1", "Drought index", "干旱指数", "Standardised index (SPI or SPEI): standard deviations from what is usual for the season; below -1 is dry.", "Cividis256", (-3.1, 3.1)),
        Field("drought_index_min", "1", "Lowest drought index", "最低干旱指数", "Lowest standardised index of the run.", "Cividis256", (-3.1, 3.1)),
        Field("drought_intensity", "1", "Drought intensity", "干旱强度", "How far the standardised index falls below zero at its lowest.", "Oranges256", (0, 3.1)),
        Field("drought_months", "1", "Months of drought", "干旱月数", "Months in which the standardised index is below -1.", "Oranges256", (0, 240)),
        Field("area", "m^2", "Area", "面积", "Area that people can stand on.", "Viridis256", (0, 1e7)),
        Field("exit_width", "m", "Width of the way", "通道宽度", "Clear width of a door, a stair or a lane.", "Viridis256", (0, 200)),
        Field("way_length", "m", "Length of the way", "通道长度", "Distance that one walks through a door, a stair or a lane.", "Viridis256", (0, 5000)),
        Field("way_from", "1", "From", "起点", "Number of the place that a way leads from.", "Viridis256", (0, 1e6)),
        Field("way_to", "1", "To", "终点", "Number of the place that a way leads to; -1 is outside.", "Viridis256", (-1, 1e6)),
        Field("people_inflow", "1/s", "People arriving", "到达人流", "People who arrive in a second.", "Viridis256", (0, 1000)),
        Field("crowd_density", "1/m^2", "Crowd density", "人群密度", "People on a square metre.", "Reds256", (0, 10)),
        Field("crowd_density_max", "1/m^2", "Highest crowd density", "最高人群密度", "Most people on a square metre during the run.", "Reds256", (0, 10)),
        Field("crush_duration", "min", "Time in a crush", "拥挤危险时间", "Time with more than 5 people on a square metre.", "Reds256", (0, 1440)),
        Field("egress_time", "min", "Time to leave", "疏散时间", "Time until 99 of 100 people have left a place; the run's length where they have not.", "Viridis256", (0, 1440)),
        Field("people_left", "1", "People who have left", "已离开人数", "People who have reached the outside.", "Viridis256", (0, 1e6)),
        Field("water_depth_max", "m", "Greatest water depth", "最大水深", "Greatest depth of water over the ground during the run.", "Blues256", (0, 20), "flood_water_thickness"),
        Field("flow_speed", "m/s", "Flow speed", "流速", "Speed of the water.", "Viridis256", (0, 20), "flood_water_speed"),
        Field("flow_speed_max", "m/s", "Greatest flow speed", "最大流速", "Greatest speed of the water during the run.", "Viridis256", (0, 20), "flood_water_speed"),
        Field("arrival_time", "s", "Time of arrival", "到达时间", "Time from the start of the run until it is first reached; the run's length where it never is.", "Viridis256", (0, 1e7)),
        Field("inundation_duration", "s", "Time under water", "淹没历时", "Time with more water than the threshold.", "Viridis256", (0, 1e7), "flood_water_duration_above_threshold"),
        Field("manning_roughness", "s/m^(1/3)", "Roughness (Manning's n)", "曼宁糙率", "Manning's roughness coefficient.", "Viridis256", (0.005, 0.5)),
        Field("infiltration_rate", "mm/h", "Infiltration at saturation", "饱和入渗率", "Depth of water that a soaked soil takes in an hour (saturated hydraulic conductivity).", "Viridis256", (0, 500)),
        Field("suction_deficit", "mm", "Suction times moisture deficit", "吸力缺水乘积", "Suction head at the wetting front times the free share of the pores (Green-Ampt).", "Viridis256", (0, 500)),
        Field("sea_level", "m", "Level at the boundary", "边界水位", "Level of the water at cells where it is given, above the elevation's datum.", "Blues256", (-20, 2000)),
        Field("sea_mask", "1", "Cells of given level", "给定水位格点", "1 where the level of the water is given.", "Viridis256", (0, 1)),
        Field("mmi", "1", "Shaking intensity (MMI)", "地震烈度（MMI）", "Modified Mercalli intensity: 1 not felt, 5 felt by all, 7 damage to weak buildings, 9 heavy damage.", "Turbo256", (1, 10)),
        Field("ground_velocity", "cm/s", "Ground velocity", "地面速度", "Largest horizontal velocity of the ground.", "Inferno256", (0, 300)),
        Field("vs30", "m/s", "Ground stiffness (Vs30)", "场地剪切波速（Vs30）", "Mean speed of shear waves in the upper 30 m: below 360 soft, above 760 rock.", "Viridis256", (90, 2500)),
        Field("acceleration_spread", "1", "Spread of the acceleration", "加速度离散度", "Standard deviation of the natural logarithm of the ground acceleration.", "Viridis256", (0, 2)),
        Field("strike", "degrees", "Strike", "断层走向", "Direction of a fault, clockwise from north; it falls to the right.", "Viridis256", (0, 360)),
        Field("dip", "degrees", "Dip", "断层倾角", "How steeply a fault falls.", "Viridis256", (0, 90)),
        Field("rake", "degrees", "Rake", "滑动角", "Direction of slip on a fault: 0 sideways, 90 upward, -90 downward.", "Viridis256", (-180, 180)),
        Field("station_longitude", "degrees", "Longitude of the instrument", "台站经度", "Degrees east of Greenwich.", "Viridis256", (-180, 180), "longitude"),
        Field("station_latitude", "degrees", "Latitude of the instrument", "台站纬度", "Degrees north of the equator.", "Viridis256", (-90, 90), "latitude"),
        Field("station_acceleration", "m/s^2", "Acceleration at the instrument", "台站加速度", "Largest horizontal acceleration measured at a place.", "Inferno256", (0, 40)),
        Field("station_velocity", "cm/s", "Velocity at the instrument", "台站速度", "Largest horizontal velocity measured at a place.", "Inferno256", (0, 500)),
        Field("station_vs30", "m/s", "Vs30 at the instrument", "台站 Vs30", "Mean speed of shear waves in the upper 30 m below an instrument.", "Viridis256", (90, 2500)),
        Field("station_intensity", "1", "Reported intensity", "上报烈度", "Intensity (MMI) that people at a place reported.", "Turbo256", (0, 12)),
        Field("mainshock_age", "d", "Time since the mainshock", "距主震时间", "Time from the mainshock to the beginning of the forecast.", "Viridis256", (0, 36500)),
        Field("aftershock_time", "d", "Time of the aftershock", "余震时间", "Time from the mainshock to an aftershock.", "Viridis256", (0, 36500)),
        Field("aftershock_magnitude", "1", "Magnitude of the aftershock", "余震震级", "Magnitude of an aftershock that was observed.", "Inferno256", (-2, 10)),
        Field("aftershock_count", "1", "Aftershocks", "余震次数", "Aftershocks at or above a magnitude within a window.", "Inferno256", (0, 1e6)),
        Field("aftershock_expected", "1", "Expected aftershocks", "预期余震次数", "Expected number of aftershocks at or above a magnitude within a window.", "Inferno256", (0, 1e6)),
        Field("aftershock_probability", "1", "Probability of an aftershock", "余震概率", "Probability of one or more aftershocks at or above a magnitude within a window.", "Inferno256", (0, 1)),
        Field("aftershock_magnitude_max", "1", "Largest aftershock", "最大余震", "Magnitude of the largest aftershock within a window.", "Inferno256", (-2, 10)),
        Field("aftershock_rate", "1/d", "Rate of aftershocks", "余震频次", "Aftershocks a day at or above a magnitude.", "Inferno256", (0, 1e6)),
        Field("soil_depth", "m", "Depth of the soil", "土层厚度", "Depth of loose ground over the surface on which it may slide.", "Viridis256", (0.05, 30)),
        Field("cohesion", "kPa", "Cohesion", "黏聚力", "Cohesion of the soil and of the roots in it.", "Viridis256", (0, 200)),
        Field("friction_angle", "degrees", "Angle of friction", "内摩擦角", "Angle of internal friction of the soil.", "Viridis256", (1, 60)),
        Field("soil_weight", "kN/m^3", "Weight of the soil", "土体重度", "Weight of a cubic metre of wet soil.", "Viridis256", (10, 28)),
        Field("transmissivity", "m^2/d", "Transmissivity of the soil", "土层导水系数", "Water that a saturated soil lets down the slope, by width and slope.", "Viridis256", (0.1, 10000)),
        Field("factor_of_safety", "1", "Factor of safety", "安全系数", "Strength of a slope over what pulls it down; below 1 it slides.", "Viridis256", (0, 10)),
        Field("instability", "1", "Instability", "失稳指数", "What pulls a slope down over its strength; above 1 it slides.", "Inferno256", (0, 10)),
        Field("slope_failure", "1", "Sliding slope", "失稳斜坡", "1 where the slope slides.", "Reds256", (0, 1)),
        Field("landslide_reach", "1", "Reached by a slide", "滑坡影响范围", "1 where a slope slides or a slide reaches.", "Reds256", (0, 1)),
        Field("landslide_energy", "m", "Energy of the slide", "滑坡能量高", "Height of the energy line of a slide above the ground; 0 where none reaches.", "Inferno256", (0, 500)),
        Field("soil_wetness", "1", "Wetness of the soil", "土层饱和度", "Share of the soil's depth that is saturated.", "Blues256", (0, 1)),
        Field("rain_threshold_ratio", "1", "Rain over its threshold", "降雨阈值比", "Mean rain over any duration, over what usually sets slides going.", "Blues256", (0, 20)),
        Field("reading_time", "s", "Time of the reading", "读数时间", "Time of a reading, from the start of the run; readings before it are negative.", "Viridis256", (-1e9, 0)),
        Field("antecedent_rain", "mm/d", "Rain of the days before", "前期日均雨量", "Mean rain a day that feeds the soil's water at the start of the run.", "Blues256", (0, 500)),
        Field("failure_time", "s", "Time of failure", "预计失稳时间", "Time from the start of the run until a moving slope fails by its inverse velocity; the run's length where it does not.", "Viridis256", (0, 1e8)),
        Field("emission_rate", "kg/s", "Emission rate", "排放速率", "Mass of a substance that a source releases in a second.", "Plasma256", (0, 1e4)),
        Field("solar_radiation", "W/m^2", "Solar radiation", "太阳辐射", "Power of the sun on a square metre of level ground; 0 is night.", "Inferno256", (0, 1400), "surface_downwelling_shortwave_flux_in_air"),
        Field("cloud_cover", "1", "Cloud cover", "云量", "Part of the sky that clouds cover.", "Greys256", (0, 1), "cloud_area_fraction"),
        Field("gas_concentration_max", "ppm", "Greatest gas concentration", "最大气体浓度", "Greatest share of a gas in the air during the run, by volume.", "Plasma256", (0, 1e6)),
        Field("gas_dose", "ppm*min", "Gas dose", "气体剂量", "Concentration of a gas summed over time.", "Plasma256", (0, 1e9)),
        Field("toxic_exposure", "ppm", "Toxic load as a concentration", "等效毒性浓度", "Constant concentration that gives the same toxic load within the reference duration.", "Plasma256", (0, 1e6)),
        Field("toxic_zone", "1", "Toxic or flammable zone", "毒性（可燃）分区", "Highest guideline level that is reached: 0 none, 1 discomfort, 2 lasting harm, 3 danger to life.", "Reds256", (0, 3)),
        Field("indoor_concentration_max", "ppm", "Greatest concentration indoors", "室内最大浓度", "Greatest share of a gas in indoor air during the run, by volume.", "Plasma256", (0, 1e6)),
        Field("fatality_probability", "1", "Probability of death outdoors", "室外致死概率", "Probability that somebody who stays outdoors dies.", "Reds256", (0, 1)),
        Field("indoor_fatality_probability", "1", "Probability of death indoors", "室内致死概率", "Probability that somebody who stays indoors dies.", "Reds256", (0, 1)),
        Field("infectious_people", "1", "Infectious people", "传染者人数", "People who can infect others.", "Reds256", (0, 1e9)),
        Field("immune_share", "1", "Immune share", "免疫比例", "Part of the people who cannot be infected.", "Greens256", (0, 1)),
        Field("mobility", "1", "Mobility", "流动比例", "Part of a region's people who spend the day in another region.", "Viridis256", (0, 1)),
        Field("hospital_beds", "1", "Hospital beds", "医院床位", "Beds that are free for patients of the epidemic.", "Viridis256", (0, 1e7)),
        Field("icu_beds", "1", "Intensive care beds", "重症床位", "Intensive care beds that are free for patients of the epidemic.", "Viridis256", (0, 1e6)),
        Field("reported_cases", "1/d", "Reported cases", "报告病例", "Cases that are reported in a day.", "Reds256", (0, 1e8)),
        Field("contact_factor", "1", "Contacts", "接触系数", "Contacts between people, as a part of what is usual.", "Viridis256", (0, 3)),
        Field("infections_total", "1", "Infections", "感染总数", "People infected during the run.", "Reds256", (0, 1e9)),
        Field("attack_rate", "1", "Attack rate", "罹患率", "Part of the people who are infected during the run.", "Reds256", (0, 1)),
        Field("incidence", "1/d", "New infections", "新发感染", "People infected in a day.", "Reds256", (0, 1e8)),
        Field("incidence_max", "1/d", "Most new infections", "新发感染峰值", "Most people infected in a day.", "Reds256", (0, 1e8)),
        Field("peak_time", "s", "Time of the peak", "峰值时间", "Time from the start of the run until the highest value.", "Viridis256", (0, 1e9)),
        Field("hospital_load", "1", "Hospital patients", "住院人数", "Patients who need a hospital bed.", "Reds256", (0, 1e8)),
        Field("hospital_load_max", "1", "Most hospital patients", "住院峰值", "Most patients who need a hospital bed at once.", "Reds256", (0, 1e8)),
        Field("icu_load", "1", "Intensive care patients", "重症人数", "Patients who need intensive care.", "Reds256", (0, 1e7)),
        Field("icu_load_max", "1", "Most intensive care patients", "重症峰值", "Most patients who need intensive care at once.", "Reds256", (0, 1e7)),
        Field("bed_shortage", "d", "Days short of beds", "床位不足天数", "Days on which more people need hospital or intensive care than there are beds.", "Reds256", (0, 3650)),
        Field("epidemic_deaths", "1", "Deaths", "死亡人数", "People who die of the epidemic during the run.", "Reds256", (0, 1e8)),
        Field("reproduction_number", "1", "Reproduction number", "再生数", "People whom one case infects.", "Viridis256", (0, 10)),
        Field("airflow", "m^3/s", "Airflow", "风量", "Volume of air that passes in a second.", "Viridis256", (0, 2000)),
        Field("gas_inflow", "m^3/s", "Gas inflow", "瓦斯涌出量", "Volume of methane that comes out of rock and coal in a second.", "Plasma256", (0, 50)),
        Field("room_volume", "m^3", "Volume of the working", "巷道容积", "Volume of the air in a working or a roadway section.", "Viridis256", (0, 1e8)),
        Field("air_from", "1", "Air comes from", "风流来源", "Number of the working that the air comes from; -1 is fresh air.", "Viridis256", (-1, 1e6)),
        Field("methane_fraction_max", "percent", "Most methane", "甲烷峰值", "Greatest share of methane in the air during the run, by volume.", "Plasma256", (0, 100)),
        Field("time_to_limit", "s", "Time to the limit", "到限时间", "Time from the start of the run until the limit for withdrawing people is passed; the run's length where it never is.", "Viridis256", (0, 1e9)),
        Field("limit_duration", "s", "Time above the limit", "超限历时", "Time above the limit for withdrawing people.", "Reds256", (0, 1e9)),
        Field("trigger_level", "1", "Trigger level", "触发级别", "Highest level of the trigger action response plan: 0 normal, 1 watch, 2 act, 3 withdraw.", "Reds256", (0, 3)),
        Field("pond_area", "m^2", "Area of the pond", "库水面积", "Surface of the water behind a tailings dam.", "Blues256", (0, 1e9)),
        Field("catchment_area", "m^2", "Catchment", "汇水面积", "Land that drains to a pond, the pond included.", "Greens256", (0, 1e10)),
        Field("pond_level", "m", "Level of the pond", "库水位", "Height of a pond's water above the elevation's datum.", "Blues256", (-500, 9000)),
        Field("pond_level_max", "m", "Highest level of the pond", "最高库水位", "Greatest height of a pond's water during the run.", "Blues256", (-500, 9000)),
        Field("crest_level", "m", "Crest of the dam", "坝顶高程", "Lowest height of a dam's crest.", "Greys256", (-500, 9000)),
        Field("spillway_level", "m", "Sill of the spillway", "溢洪道底高程", "Height of a spillway's sill.", "Greys256", (-500, 9000)),
        Field("freeboard_min", "m", "Least freeboard", "最小安全超高", "Least height of the crest above the water during the run; negative where it is overtopped.", "Blues256", (-50, 500)),
        Field("canopy_cover", "percent", "Canopy cover", "林冠郁闭度", "Share of the ground that crowns of trees cover, seen from above.", "Greens256", (0, 100)),
        Field("canopy_height", "m", "Canopy height", "林冠高度", "Height of the tree tops.", "Greens256", (0, 120), "canopy_height"),
        Field("moisture_1h", "percent", "Moisture of 1 h fuel", "1 小时时滞可燃物含水率", "Water in dead grass, leaves and needles, of their dry mass.", "Blues256", (1, 100)),
        Field("moisture_10h", "percent", "Moisture of 10 h fuel", "10 小时时滞可燃物含水率", "Water in dead twigs of 6 to 25 mm, of their dry mass.", "Blues256", (1, 100)),
        Field("moisture_100h", "percent", "Moisture of 100 h fuel", "100 小时时滞可燃物含水率", "Water in dead branches of 25 to 76 mm, of their dry mass.", "Blues256", (1, 100)),
        Field("moisture_herb", "percent", "Moisture of live herbs", "草本活可燃物含水率", "Water in living grass and herbs, of their dry mass; below 30 they are wholly cured.", "Greens256", (10, 400)),
        Field("moisture_woody", "percent", "Moisture of live woody fuel", "木本活可燃物含水率", "Water in the leaves and fine twigs of living shrubs, of their dry mass.", "Greens256", (30, 400)),
        Field("ignition_time", "s", "Time of ignition", "点火时间", "When it is lit, since the run's start.", "Viridis256", (0, 1e7)),
        Field("burned", "1", "Burned", "过火区", "1 where the fire has come.", "Inferno256", (0, 1)),
        Field("burned_extent", "1", "Burned by then", "过火范围", "1 where the fire has come by that time.", "Inferno256", (0, 1)),
        Field("spread_rate", "m/s", "Rate of spread", "蔓延速度", "How fast the front advances across itself where the fire comes.", "Inferno256", (0, 20)),
        Field("flame_length", "m", "Flame length", "火焰长度", "Length of the flames where the fire comes (Byram); above 1.2 m hand crews cannot hold it, above 2.4 m machines hardly can.", "Inferno256", (0, 60)),
        Field("fireline_intensity", "kW/m", "Fireline intensity", "火线强度", "Heat that a metre of the front releases in a second.", "Inferno256", (0, 2e5)),
        Field("barrier_height", "m", "Height of walls", "挡墙高度", "Height of dams and walls over the bare ground.", "Viridis256", (0, 400)),
        Field("reservoir_volume", "m^3", "Water in the reservoir", "库容", "Volume of water above the final bottom of a breach.", "Blues256", (0, 2e11)),
        Field("reservoir_depth", "m", "Depth at the dam", "坝前水深", "Height of the water above the final bottom of a breach.", "Blues256", (0, 400)),
        Field("flood_hazard", "m^2/s", "Depth times speed", "水深与流速之积", "Greatest product of depth and speed: what topples people, cars and houses.", "Inferno256", (0, 50)),
        Field("basin_area", "km^2", "Area of the basin", "流域面积", "Area from which water runs to a node itself, without what comes from upstream.", "Viridis256", (0, 1e6)),
        Field("curve_number", "1", "Curve number", "径流曲线数", "SCS curve number of soil and cover: 100 lets all rain run off.", "Blues256", (1, 100)),
        Field("time_of_concentration", "h", "Time of concentration", "汇流时间", "Time that water takes from the farthest point of a basin to its mouth.", "Viridis256", (0.01, 240)),
        Field("downstream", "1", "Flows to", "下游节点", "Number of the node that a node flows to; -1 is outside.", "Viridis256", (-1, 1e6)),
        Field("reach_length", "m", "Length of the reach", "河段长度", "Length of the river from a node to the next; 0 joins them at once.", "Viridis256", (0, 1e6)),
        Field("channel_slope", "m/m", "Slope of the river", "河道比降", "Fall of a river over its length.", "Viridis256", (1e-6, 1)),
        Field("channel_width", "m", "Width of the river", "河宽", "Width of a river's bed.", "Viridis256", (0.1, 20000)),
        Field("baseflow", "m^3/s", "Base flow", "基流", "Flow from a node's own basin before the rain.", "Blues256", (0, 1e5)),
        Field("initial_loss", "mm", "Initial loss", "初损", "Depth of rain that is lost before anything runs off.", "Blues256", (0, 500)),
        Field("discharge_max", "m^3/s", "Greatest discharge", "最大流量", "Greatest discharge during the run.", "Blues256", (0, 300000), "water_volume_transport_in_river_channel"),
        Field("peak_time", "s", "Time of the crest", "洪峰时间", "Time from the start of the run to the greatest discharge.", "Viridis256", (0, 1e7)),
        Field("runoff_depth", "mm", "Runoff", "径流深", "Depth of rain that runs off.", "Blues256", (0, 2000)),
        Field("rain_day", "mm", "Rain of a day", "日降水量", "Depth of rain in the 24 hours before noon.", "Blues256", (0, 2000)),
        Field("winter_precipitation", "mm", "Precipitation of the winter", "冬季降水量", "Depth of rain and melted snow between the end of the last fire season and the start of this one.", "Blues256", (0, 5000)),
        Field("fine_fuel_code", "1", "Fine fuel moisture code (FFMC)", "细小可燃物湿度码 FFMC", "How dry litter and grass are; 0 is wet, 101 is bone dry.", "Inferno256", (0, 101)),
        Field("duff_code", "1", "Duff moisture code (DMC)", "腐殖质湿度码 DMC", "How dry loose organic layers are.", "Inferno256", (0, 1000)),
        Field("drought_code", "1", "Drought code (DC)", "干旱码 DC", "How dry deep, compact organic layers are.", "Inferno256", (0, 2000)),
        Field("spread_index", "1", "Initial spread index (ISI)", "初始蔓延指数 ISI", "How fast a fire would spread, of wind and fine fuel.", "Inferno256", (0, 1000)),
        Field("buildup_index", "1", "Buildup index (BUI)", "累积指数 BUI", "How much fuel there is to burn.", "Inferno256", (0, 1000)),
        Field("fire_weather_index", "1", "Fire weather index (FWI)", "火险天气指数 FWI", "How intense a fire would be; above 38 very high, above 50 extreme danger in Europe (EFFIS).", "Inferno256", (0, 1000)),
        Field("fire_weather_index_max", "1", "Highest fire weather index", "最高火险天气指数", "Highest fire weather index of the run.", "Inferno256", (0, 1000)),
        Field("severity_rating", "1", "Daily severity rating (DSR)", "日火险严重度 DSR", "How hard a fire would be to control.", "Inferno256", (0, 10000)),
        Field("danger_days", "1", "Days of high danger", "高火险日数", "Days on which the fire weather index is at or above the model's threshold.", "Inferno256", (0, 366)),
        Field("slope", "degrees", "Slope", "坡度", "Steepest angle of the ground.", "Viridis256", (0, 90)),
    )
}  # fmt: skip
"""Quantities by name."""


def field(name: str) -> Field:
    """Look up a quantity.

    Examples
    --------
    >>> field("water_level").units
    'm'
    """
    if name not in FIELDS:
        raise UnknownNameError("field", name, FIELDS)
    return FIELDS[name]


@cache
def units() -> Any:
    """Return the one pint registry of the process (reading its definitions takes 0.3 s)."""
    from pint import UnitRegistry

    registry: Any = UnitRegistry(cache_folder=None)
    registry.define("ppm = 1e-6 = ppm")
    registry.define("ppb = 1e-9 = ppb")
    for scale in ("NTU", "FNU", "PSU"):  # turbidity and practical salinity: scales of their own
        registry.define(f"{scale} = [{scale.lower()}]")
    return registry


def convert(value: Any, source: str, target: str) -> Any:
    """Convert a number or an array from one unit to another.

    Raises
    ------
    InvalidInputError
        If a unit is unknown, or the two measure different things.

    Examples
    --------
    >>> round(float(convert(1.0, "ft", "m")), 4)
    0.3048
    """
    if source == target:
        return value
    registry = units()
    try:
        return registry.Quantity(value, source).to(target).magnitude
    except Exception as error:  # pint's errors have no common ancestor but Exception
        raise InvalidInputError(f"Values in {source!r} cannot be turned into {target!r}: {error}.") from error
