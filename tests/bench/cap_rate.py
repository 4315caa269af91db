"""How many alerts a second are parsed? Run it: python tests/bench/cap_rate.py [FILE…]; without a file, on made ones."""

import sys
from pathlib import Path
from time import process_time

from watchfloor.core.clock import parse_time
from watchfloor.feeds import Context
from watchfloor.feeds.cap import Cap

RECEIVED = parse_time("2026-06-01T12:00:00Z")
RING = " ".join(f"{48 + 0.01 * (n % 7)},{11 + 0.01 * n}" for n in range(20)) + " 50,11.1 48,11"
ALERT = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>A{n}</identifier><sender>duty@example.org</sender>
<sent>2026-06-01T11:00:00+00:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>{infos}</alert>"""
INFO = """<info><language>{language}</language><category>Met</category><event>Flood Warning</event><urgency>Immediate</urgency>
<severity>Severe</severity><certainty>Observed</certainty><eventCode><valueName>SAME</valueName><value>FLW</value></eventCode>
<effective>2026-06-01T11:00:00+00:00</effective><expires>2026-06-01T18:00:00+00:00</expires><headline>River rises</headline>
<description>{text}</description><parameter><valueName>VTEC</valueName><value>/O.NEW.KXXX.FL.W.0001/</value></parameter>
<area><areaDesc>Valley</areaDesc><polygon>{ring}</polygon><geocode><valueName>SAME</valueName><value>006109</value></geocode></area></info>"""


def single(number: int) -> bytes:
    """Return one alert with two languages, a polygon of 22 points and a paragraph of text."""
    infos = "".join(
        INFO.format(language=language, text="It rains. " * 60, ring=RING) for language in ("en", "de")
    )
    return ALERT.format(n=number, infos=infos).encode()


def rate(documents: list[bytes], seconds: float = 2.0) -> float:
    """Return alerts a second of processor time."""
    context = Context(RECEIVED, "bench")
    alerts, start = 0, process_time()
    while (took := process_time() - start) < seconds:
        for data in documents:
            alerts += len(Cap().parse(data, context).records)
    return alerts / took


if __name__ == "__main__":
    documents = {"50 made documents": [single(number) for number in range(50)]}
    documents |= {Path(name).name: [Path(name).read_bytes()] for name in sys.argv[1:]}
    for title, held in documents.items():
        print(f"{title}: {rate(held):,.0f} alerts a second ({sum(map(len, held)):,} bytes)")
