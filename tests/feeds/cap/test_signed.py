"""Signed alerts: only what was signed by a trusted signer is marked as verified, and only that is believed."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import SignatureMethod

from watchfloor.core.clock import parse_time
from watchfloor.feeds.cap import Cap

NOW = parse_time("2026-06-01T12:00:00Z")


class Office:
    """Signs alerts."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Weather office")])
        self.certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(NOW - timedelta(days=9)).not_valid_after(NOW + timedelta(days=9))
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, text: str) -> str:
        signer = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256)
        signed = signer.sign(etree.fromstring(text), key=self.key, cert=[self.certificate])
        return str(etree.tostring(signed, encoding="unicode"))


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


def test_a_signed_alert_is_verified(cap: Any, office: Office) -> None:
    record = cap.one(office.sign(cap.alert(cap.info())), trust=(office.pem,))
    assert record.trust == "verified"
    assert record.body["signature"] == {"signer": "CN=Weather office", "reason": ""}
    assert (record.key, record.severity) == ("A1", "Severe")


def test_a_signed_alert_within_an_index_or_an_envelope_is_verified_by_itself(
    cap: Any, office: Office
) -> None:
    signed = office.sign(cap.alert(cap.info(), identifier="A1"))
    unsigned = cap.alert(cap.info(), identifier="A2")
    text = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x">'
        + "".join(f"<entry><content>{alert}</content></entry>" for alert in (signed, unsigned))
        + "</feed>"
    )
    parsed = cap.parse(text, trust=(office.pem,))
    assert [(record.key, record.trust) for record in parsed.records] == [("A1", "verified"), ("A2", "none")]


def test_without_a_trusted_certificate_it_is_kept_as_unverified(cap: Any, office: Office) -> None:
    record = cap.one(office.sign(cap.alert(cap.info())))
    assert record.trust == "unverified"
    assert "trusts no certificate" in record.body["signature"]["reason"]
    assert record.severity == "Severe"


def test_a_changed_alert_is_kept_as_unverified(cap: Any, office: Office) -> None:
    text = office.sign(cap.alert(cap.info(severity="Minor"))).replace(">Minor<", ">Extreme<")
    record = cap.one(text, trust=(office.pem,))
    assert (record.trust, record.severity) == ("unverified", "Extreme")
    assert "changed after it was signed" in record.body["signature"]["reason"]


def test_a_comment_does_not_cut_a_word(cap: Any, office: Office) -> None:
    text = office.sign(cap.alert(cap.info(severity="Moderate"))).replace("Moderate", "Mod<!-- x -->erate")
    assert cap.one(text, trust=(office.pem,)).severity == "Moderate"
    assert cap.one(text).severity == "Moderate"


def test_a_true_alert_within_a_forged_one_vouches_for_nothing(cap: Any, office: Office) -> None:
    forged = cap.alert(cap.info(severity="Extreme"), identifier="F", extra=office.sign(cap.alert(cap.info())))
    record = cap.one(forged, trust=(office.pem,))
    assert (record.key, record.trust) == ("F", "unverified")


def test_a_certificate_that_has_lapsed_vouches_for_nothing(cap: Any, office: Office) -> None:
    text = office.sign(cap.alert(cap.info()))
    late = cap.parse(text, NOW + timedelta(days=10), trust=(office.pem,)).records[0]
    assert late.trust == "unverified"
    assert "in force" in late.body["signature"]["reason"]


def test_a_signed_alert_in_16_bits(cap: Any, office: Office) -> None:
    data = office.sign(cap.alert(cap.info(event="洪水"))).encode("utf-16")
    assert Cap.sniff(data)
    assert cap.one(data, trust=(office.pem,)).trust == "verified"


def test_an_empty_signature_is_unverified(cap: Any, office: Office) -> None:
    text = cap.alert(cap.info(), extra='<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>')
    assert cap.one(text, trust=(office.pem,)).trust == "unverified"
