"""A signature proves what it covers, by a certificate that is trusted and in force, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod

from watchfloor.core.clock import parse_time
from watchfloor.core.errors import WatchfloorError
from watchfloor.security.signature import Signature, verify
from watchfloor.security.xml import parse_xml

AT = parse_time("2026-06-01T12:00:00Z")
YEAR = timedelta(days=365)
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
ALERT = f'<alert xmlns="{CAP}"><identifier>1</identifier><!-- a comment --><info><severity>Minor</severity></info></alert>'
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def identity(
    name: str,
    issuer: Identity | None = None,
    *,
    key: Key | None = None,
    first: datetime = AT - YEAR,
    last: datetime = AT + YEAR,
    authority: bool = False,
    may_sign: bool = True,
) -> Identity:
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer = issuer.key if issuer else key
    usage = x509.KeyUsage(
        digital_signature=may_sign, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return Identity(made, key)


@pytest.fixture(scope="module")
def root() -> Identity:
    return identity("National root", authority=True)


@pytest.fixture(scope="module")
def office(root: Identity) -> Identity:
    return identity("Weather office", root)


@pytest.fixture(scope="module")
def rsa_office(root: Identity) -> Identity:
    return identity("RSA office", root, key=rsa.generate_private_key(65537, 2048))


def sign(
    text: str,
    by: Identity,
    *chain: Identity,
    digest: DigestAlgorithm = DigestAlgorithm.SHA256,
    c14n: CanonicalizationMethod = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
) -> bytes:
    method = (
        SignatureMethod.RSA_SHA256 if isinstance(by.key, rsa.RSAPrivateKey) else SignatureMethod.ECDSA_SHA256
    )
    signer = XMLSigner(signature_algorithm=method, digest_algorithm=digest, c14n_algorithm=c14n)
    certificates = [by.certificate, *(item.certificate for item in chain)]
    return etree.tostring(signer.sign(etree.fromstring(text), key=by.key, cert=certificates))


def check(data: bytes, *trust: Identity, at: datetime = AT) -> Signature:
    return verify(parse_xml(data, comments=True), [item.pem for item in trust], at)


@pytest.mark.parametrize("c14n", ["EXCLUSIVE_XML_CANONICALIZATION_1_0", "CANONICAL_XML_1_0", "CANONICAL_XML_1_1",
                                  "EXCLUSIVE_XML_CANONICALIZATION_1_0_WITH_COMMENTS"])  # fmt: skip
@pytest.mark.parametrize("who", ["office", "rsa_office"])
@pytest.mark.parametrize("trusted", ["root", "itself"])
def test_a_good_signature_is_verified(
    who: str, trusted: str, c14n: str, root: Identity, request: pytest.FixtureRequest
) -> None:
    by = request.getfixturevalue(who)
    found = check(sign(ALERT, by, c14n=CanonicalizationMethod[c14n]), root if trusted == "root" else by)
    assert (found.trust, found.reason) == ("verified", "")
    assert found.signer == by.certificate.subject.rfc4514_string()
    assert found.element is not None
    assert found.element.findtext(f"{{{CAP}}}info/{{{CAP}}}severity") == "Minor"


def test_the_chain_may_go_over_another_authority(root: Identity) -> None:
    between = identity("Between", root, authority=True)
    by = identity("Office", between)
    assert check(sign(ALERT, by, between), root).trust == "verified"
    assert check(sign(ALERT, by), root).trust == "unverified"


def test_no_signature_is_none(root: Identity) -> None:
    assert check(ALERT.encode(), root) == Signature("none")


def unverified(found: Signature, reason: str) -> None:
    assert found.trust == "unverified"
    assert found.element is None
    assert found.signer == ""
    assert reason in found.reason


def test_changed_content_is_found_out(office: Identity, root: Identity) -> None:
    data = sign(ALERT, office).replace(b">Minor<", b">Extreme<")
    unverified(check(data, root), "changed after it was signed")


def test_a_comment_cannot_change_a_word(office: Identity, root: Identity) -> None:
    data = sign(ALERT, office).replace(b">Minor<", b">Mi<!-- -->nor<")
    found = check(data, root)  # comments are not covered by this form, and vanish from what is handed back
    assert found.element is not None
    assert found.element.findtext(f"{{{CAP}}}info/{{{CAP}}}severity") == "Minor"


def test_without_a_trusted_certificate_nothing_is_verified(office: Identity) -> None:
    unverified(check(sign(ALERT, office)), "trusts no certificate")


def test_an_unknown_signer_is_not_believed(office: Identity) -> None:
    unverified(
        check(sign(ALERT, office), identity("Other root", authority=True)), "neither trusted nor vouched for"
    )
    forged = identity("National root", authority=True)  # the same name, another key
    unverified(
        check(sign(ALERT, identity("Weather office", forged)), forged, at=AT + 2 * YEAR), "in force from"
    )


def test_the_same_name_with_another_key_is_another_signer(root: Identity) -> None:
    impostor = identity("Weather office", identity("National root", authority=True))
    unverified(check(sign(ALERT, impostor), root), "neither trusted nor vouched for")


def test_a_certificate_out_of_force_is_not_believed(root: Identity) -> None:
    expired = identity("Expired", root, last=AT - timedelta(days=1))
    unverified(check(sign(ALERT, expired), root), "in force from 2025-06-01 to 2026-05-31 only")
    unverified(check(sign(ALERT, expired), expired), "in force")
    early = identity("Early", root, first=AT + timedelta(days=1))
    unverified(check(sign(ALERT, early), root), "in force")
    assert check(sign(ALERT, expired), root, at=AT - timedelta(days=2)).trust == "verified"


def test_an_expired_authority_vouches_for_nobody() -> None:
    old = identity("Old root", authority=True, last=AT - timedelta(days=1))
    unverified(check(sign(ALERT, identity("Office", old)), old), "neither trusted nor vouched for")


def test_a_signer_is_no_authority(office: Identity, root: Identity) -> None:
    unverified(check(sign(ALERT, identity("Sub", office), office), root), "neither trusted nor vouched for")


def test_a_certificate_that_may_not_sign_does_not_sign(root: Identity) -> None:
    unverified(
        check(sign(ALERT, identity("Server", root, may_sign=False)), root), "neither trusted nor vouched for"
    )


def test_a_short_key_proves_nothing(root: Identity) -> None:
    weak = identity("Weak", root, key=rsa.generate_private_key(65537, 1024))
    unverified(check(sign(ALERT, weak), root), "1024 bits")


def test_a_signed_alert_within_a_forged_one_proves_nothing(office: Identity, root: Identity) -> None:
    signed = sign(ALERT, office).decode()
    forged = f'<alert xmlns="{CAP}"><info><severity>Extreme</severity></info>{signed}</alert>'
    unverified(check(forged.encode(), root), "not directly below")


def test_a_signature_moved_to_a_forged_alert_proves_nothing(office: Identity, root: Identity) -> None:
    text = ALERT.replace("<alert ", '<alert Id="true" ')
    signer = XMLSigner(signature_algorithm=SignatureMethod.ECDSA_SHA256)
    signed = signer.sign(
        etree.fromstring(text), key=office.key, cert=[office.certificate], reference_uri="#true"
    )
    data = etree.tostring(signed)
    assert check(data, root).trust == "verified"
    signature = data[data.index(b"<ds:Signature") : data.index(b"</ds:Signature>") + len(b"</ds:Signature>")]
    kept = data.replace(signature, b"")
    forged = (
        f'<alert xmlns="{CAP}" Id="forged"><info><severity>Extreme</severity></info>'.encode()
        + kept + signature + b"</alert>"
    )  # fmt: skip
    unverified(check(forged, root), "does not cover the whole message")


def test_two_signatures_are_ambiguous(office: Identity, root: Identity) -> None:
    data = sign(ALERT, office)
    signature = data[data.index(b"<ds:Signature") : data.index(b"</ds:Signature>") + len(b"</ds:Signature>")]
    unverified(check(data.replace(b"</alert>", signature + b"</alert>"), root), "There are 2 signatures")


def test_another_signature_value_is_found_out(office: Identity, root: Identity) -> None:
    other = sign(ALERT.replace("Minor", "Severe"), office)
    data = sign(ALERT, office)
    value = data[data.index(b"<ds:SignatureValue>") : data.index(b"</ds:SignatureValue>")]
    swapped = other[other.index(b"<ds:SignatureValue>") : other.index(b"</ds:SignatureValue>")]
    unverified(check(data.replace(value, swapped), root), "not made with the key")


def test_sha1_is_refused(rsa_office: Identity, root: Identity) -> None:
    good = sign(ALERT, rsa_office)
    weak = good.replace(b"2001/04/xmlenc#sha256", b"2000/09/xmldsig#sha1")
    hmac = good.replace(b"xmldsig-more#rsa-sha256", b"xmldsig-more#hmac-sha256")
    assert len({good, weak, hmac}) == 3
    for data in (weak, hmac):
        unverified(check(data, root), "")


def test_a_trusted_file_that_is_no_certificate_is_named(office: Identity) -> None:
    found = verify(parse_xml(sign(ALERT, office), comments=True), [b"-----BEGIN RUBBISH-----"], AT)
    unverified(found, "`trust` cannot be read")


@pytest.mark.parametrize(
    "keep", ["SignedInfo", "SignatureValue", "KeyInfo", "X509Certificate", "Reference", "DigestValue"]
)
def test_a_signature_with_a_part_missing_is_unverified(keep: str, office: Identity, root: Identity) -> None:
    message = etree.fromstring(sign(ALERT, office))
    part = next(message.iter(f"{{*}}{keep}"))
    above = part.getparent()
    assert above is not None
    above.remove(part)
    assert check(etree.tostring(message), root).trust == "unverified"


def test_many_certificates_are_not_read(office: Identity, root: Identity) -> None:
    unverified(check(sign(ALERT, office, *[root] * 9), root), "at most 8")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutilated_signature_never_raises_and_never_changes_what_is_believed(
    data: st.DataObject, office: Identity, root: Identity, cached: Callable[[], bytes]
) -> None:
    signed = bytearray(cached())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(signed) - 1))
        signed[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        found = check(bytes(signed), root)
    except WatchfloorError:
        return  # no longer XML
    if found.element is not None:
        assert found.element.findtext(f"{{{CAP}}}info/{{{CAP}}}severity") == "Minor"
        assert found.element.findtext(f"{{{CAP}}}identifier") == "1"


@pytest.fixture(scope="module")
def cached(office: Identity) -> Callable[[], bytes]:
    signed = sign(ALERT, office)
    return lambda: signed
