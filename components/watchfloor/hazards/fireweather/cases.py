"""Published values that the model must reproduce, computed with its own functions."""

import numpy as np

from watchfloor.hazards.fireweather.codes import (
    DROUGHT_DAYS,
    DUFF_DAYS,
    EXACT,
    PUBLISHED,
    day,
    drought,
    duff,
    month_of,
    overwintered,
    severity,
)
from watchfloor.hazards.reference import Reference

__all__ = ["FIRST_DAY", "REFERENCES", "SERIES", "season"]

FIRST_DAY = 103
"""13 April, day of the year."""
SERIES = """
17 42 25 0;20 21 25 2.4;8.5 40 17 0;6.5 25 6 0;13 34 24 0;6 40 22 .4;5.5 52 6 0;8.5 46 16 0;9.5 54 20 0;7 93 14 9;6.5 71 17 1;6 59 17 0
13 52 4 0;15.5 40 11 0;23 25 9 0;19 46 16 0;18 41 20 0;14.5 51 16 0;14.5 69 11 0;15.5 42 8 0;21 37 8 0;23 32 16 0;23 32 14 0
27 33 12 0;28 17 27 0;23.5 54 20 0;16 50 22 12.2;11 58 20 0;16 54 16 0;21.5 37 9 0;14 61 22 .2;15 30 27 0;20 23 11 0;14 95 3 16.4
20 53 4 2.8;19.5 30 16 0;25.5 51 20 6;10 38 24 0;19 27 16 0;26 46 11 4.2;30 38 22 0;25.5 67 19 12.6;12 53 28 11.8;21 38 8 0;13 70 20 3.8
9 78 24 1.4;11 54 16 0;15.5 39 9 0
"""
"""Temperature (degrees Celsius), humidity (percent), wind (km/h), rain (mm) of 48 days from 13 April (Van Wagner and Pickett 1985)."""


def season(scale: float) -> np.ndarray:
    """Return FFMC, DMC, DC, ISI, BUI, FWI and DSR of the 48 days at 46 N, shape (48, 7), from 85, 6 and 15."""
    weather = np.array(
        [[float(value) for value in line.split()] for line in SERIES.strip().replace("\n", ";").split(";")]
    )
    codes = np.array([[85.0], [6.0], [15.0]])
    out = np.zeros((4, 1))
    made = []
    for number, (temperature, humidity, wind, rain) in enumerate(weather):
        month = month_of(FIRST_DAY + number)
        day(
            np.array([temperature]), np.array([humidity]), np.array([wind]), np.array([rain]),
            DUFF_DAYS[:1, month], DROUGHT_DAYS[:1, month], codes, out, scale,
        )  # fmt: skip
        made.append([*codes[:, 0], *out[:, 0]])
    return np.array(made)


_R = "cffdrs/cffdrs_r (Canadian Forest Service), tests/data/fwi_01.csv"
_FWI = "pyFWI, values stated with its functions (FFMC(17,42,25,0,85) = 87.692980092774448 ...); the same in tests of ECMWF's GEFF"
_WINTER = "cffdrs 1.8.18, as xclim tests it (tests/test_cffwis.py); Lawson and Armitage 2008"

REFERENCES = (
    Reference("First day of Van Wagner and Pickett: FFMC, DMC, DC, ISI, BUI, FWI",
              (87.692980092774448, 8.5450511359999997, 19.014, 10.853661073655068, 8.4904265358371838, 10.096371392382368),
              lambda: season(PUBLISHED)[0, :6], _FWI, rtol=1e-10),
    Reference("Daily severity rating of FWI 10.096", 1.6290766399790664, lambda: severity(10.096371392382368), _FWI, rtol=1e-10),
    Reference("Tenth day (9 mm of rain): all seven, exact scale",
              (29.8312, 10.1447, 29.5247, 0.00662331, 10.9141, 0.00419136, 1.68321e-06), lambda: season(EXACT)[9], _R, rtol=1e-5),
    Reference("25th day (17 percent, 27 km/h): all seven, exact scale", (95.1142, 54.4558, 102.135, 34.2657, 54.2611, 52.3109, 29.9555),
              lambda: season(EXACT)[24], _R, rtol=1e-5),
    Reference("34th day (16.4 mm of rain): all seven, exact scale",
              (21.3169, 20.0857, 96.8932, 0.000247601, 26.4591, 0.000268897, 1.30298e-08), lambda: season(EXACT)[33], _R, rtol=1e-5),
    Reference("48th day: all seven, exact scale", (85.3678, 13.1221, 111.401, 3.48569, 20.274, 5.71927, 0.595747),
              lambda: season(EXACT)[47], _R, rtol=1e-5),
    Reference("Drought code over winter: 300 and 110 mm; the same with 1 and 0.9; 100 and 50 mm", (109.4657, 16.35315, 105.176),
              lambda: [float(overwintered(300, 110)), float(overwintered(300, 110, 1.0, 0.9)), float(overwintered(100, 50))],
              _WINTER, rtol=1e-6),
    Reference("Duff moisture and drought code of one dry April day", (8.5450511359999997, 19.014),
              lambda: (duff(6.0, 17.0, 42.0, 0.0, 12.8), drought(15.0, 17.0, 0.0, 0.9)), _FWI, rtol=1e-10),
)  # fmt: skip
