"""CAP 1.2 messages as XML: built element by element, signed where there is a key."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from watchfloor.core.errors import InvalidInputError, SettingsError
from watchfloor.core.scales import Status
from watchfloor.security.secrets import read

__all__ = ["ALERT", "AREA", "INFO", "NAMESPACE", "build", "sign", "when"]

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ALERT = (
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code", "note",
    "references", "incidents",
)  # fmt: skip
INFO = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience", "eventCode",
    "effective", "onset", "expires", "senderName", "headline", "description", "instruction", "web", "contact",
    "parameter", "resource", "area",
)  # fmt: skip
AREA = ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling")
"""Elements in the order that the schema asks for (CAP 1.2, appendix A)."""
_PAIRS = frozenset({"eventCode", "parameter", "geocode"})
_KEY = 64 * 1024


def when(at: datetime, zone: tzinfo | None = None) -> str:
    """Write a time as CAP has it: whole seconds and a numeric offset, ``-00:00`` for UTC (CAP 1.2, 3.3.2).

    Examples
    --------
    >>> from watchfloor.core.clock import EPOCH
    >>> when(EPOCH)
    '1970-01-01T00:00:00-00:00'
    """
    local = at.astimezone(zone) if zone is not None else at
    text = local.replace(microsecond=0).isoformat()
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def build(message: Mapping[str, Any], *, identifier: str, sender: str, sent: str, status: Status) -> bytes:
    """Return a message as XML, UTF-8.

    Parameters
    ----------
    message
        What it says, by CAP's own names: ``msgType``, ``scope``, …; ``infos``, a list of mappings; ``areas``, a list of
        ``areaDesc`` and ``polygons``, rings of [longitude, latitude]. Empty values are left out.
    identifier, sender, sent, status
        Of this message.

    Examples
    --------
    >>> data = build({"msgType": "Alert", "scope": "Public"}, identifier="1", sender="a", sent=when(
    ...     datetime.fromisoformat("2026-06-01T12:00:00+00:00")), status=Status.EXERCISE)
    >>> b"<status>Exercise</status>" in data
    True
    """
    head = {
        **message,
        "identifier": identifier,
        "sender": sender,
        "sent": sent,
        "status": Status(status).value,
    }
    names: Any = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=names)
    for name in ALERT:
        _put(root, name, head.get(name))
    for told in message.get("infos", ()):
        info = etree.SubElement(root, f"{{{NAMESPACE}}}info")
        for name in INFO[:-1]:
            _put(info, name, told.get(name))
        for place in message.get("areas", ()):
            area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
            _put(area, "areaDesc", _described(place, str(told.get("language", ""))))
            for ring in place.get("polygons", ()):
                _put(area, "polygon", _ring(ring))
            _put(area, "geocode", place.get("geocode"))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def sign(data: bytes, key: Path, certificate: Path) -> bytes:
    """Return a message with an enveloped signature: RSA or ECDSA with SHA-256 (CAP 1.2, 3.3.4.1).

    Parameters
    ----------
    data
        The message.
    key, certificate
        PEM files; the key's must be readable by its owner only.

    Raises
    ------
    UnsafeError
        If others may read the key.
    SettingsError
        If one cannot be read, or does not fit.
    """
    secret, shown = _read(key, guarded=True), _read(certificate, guarded=False)
    method = SignatureMethod.ECDSA_SHA256 if b"EC PRIVATE" in secret else SignatureMethod.RSA_SHA256
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    try:
        root = etree.fromstring(data, etree.XMLParser(remove_blank_text=True, resolve_entities=False))
        signed = signer.sign(root, key=secret, cert=shown.decode("ascii"))
    except Exception as error:
        raise SettingsError(f"The message cannot be signed with {key.name}: {error}.") from error
    return bytes(etree.tostring(signed, encoding="UTF-8", xml_declaration=True))


def _put(parent: etree._Element, name: str, value: Any) -> None:
    """Add an element, or several, where there is something to say."""
    if value in (None, "", [], ()):
        return
    for each in value if isinstance(value, list | tuple) else [value]:
        element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
        try:
            if name in _PAIRS:
                for part, text in (("valueName", each["name"]), ("value", each["value"])):
                    etree.SubElement(element, f"{{{NAMESPACE}}}{part}").text = str(text)
            else:
                element.text = str(each)
        except ValueError as error:
            raise InvalidInputError(f"{name} holds characters that XML cannot: {error}.") from error


def _described(place: Mapping[str, Any], language: str) -> str:
    words = place.get("areaDesc", "")
    if isinstance(words, Mapping):
        return str(words.get(language.partition("-")[0]) or next(iter(words.values()), ""))
    return str(words)


def _ring(ring: Sequence[Sequence[float]]) -> str:
    """Write a ring of longitudes and latitudes the other way round, closed, as CAP has it."""
    pairs = [f"{lat:.5f},{lon:.5f}" for lon, lat in ring]
    if pairs and pairs[0] != pairs[-1]:
        pairs.append(pairs[0])
    return " ".join(pairs)


def _read(path: Path, *, guarded: bool) -> bytes:
    try:
        return read(path, _KEY, private=guarded)
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror}); mend cap.key and cap.certificate."
        ) from error
