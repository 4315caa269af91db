"""Check the XML signature of a message, and hand back what was signed: nothing else of it may be believed."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import verification
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, InvalidSignature
from signxml.verifier import SignatureConfiguration, XMLVerifier

from watchfloor.core.errors import InvalidInputError
from watchfloor.security.text import plain
from watchfloor.security.xml import Limits, parse_xml

__all__ = ["Signature", "verify"]

_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384, SignatureMethod.ECDSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1, SignatureMethod.SHA384_RSA_MGF1, SignatureMethod.SHA512_RSA_MGF1,
    }
)  # fmt: skip
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
_MOST = 8  # certificates that come with one signature
_SHORTEST = 2048  # bits of an RSA key


@dataclass(frozen=True)
class Signature:
    """What a signature is worth.

    Parameters
    ----------
    trust
        ``verified`` by a certificate that the floor trusts; ``unverified``: there is one, but it proves nothing;
        ``none``: there is none.
    reason
        Why it is not verified, in one sentence; empty where it is.
    signer
        Subject of the certificate that verified it.
    element
        The signed element, read anew from the signed bytes; only where verified. Believe this and nothing else.

    Examples
    --------
    >>> verify(parse_xml(b"<alert/>"), [], datetime(2026, 6, 1, tzinfo=UTC)).trust
    'none'
    """

    trust: Literal["verified", "unverified", "none"]
    reason: str = ""
    signer: str = ""
    element: etree._Element | None = None


def verify(
    message: etree._Element, trust: Sequence[bytes], at: datetime, limits: Limits | None = None
) -> Signature:
    """Check the enveloped signature of a message.

    Parameters
    ----------
    message
        Root element of the message, alone (not within another), with its comments.
    trust
        PEM certificates, each of a signer or of an authority that vouches for signers; one may hold several.
    at
        The time at which certificates must be valid.
    limits
        How large the signed part may be.

    Returns
    -------
    Signature
        Nothing is raised for what the message holds.

    Notes
    -----
    W3C, XML Signature Syntax and Processing 1.1; CAP 1.2, section 3.3.4.1. Accepted are RSA and ECDSA with SHA-256 or
    longer, over exactly one reference that covers the whole message.
    """
    found = list(message.iter(f"{_DS}Signature"))
    if not found:
        return Signature("none")
    try:
        if len(found) > 1:
            raise InvalidInputError(f"There are {len(found)} signatures; expected one.")
        if found[0].getparent() is not message:
            raise InvalidInputError("The signature is not directly below the message's root.")
        _covers_all(found[0], message)
        if not trust:
            raise InvalidInputError(
                "The floor trusts no certificate to sign; name some in the setting `trust`."
            )
        signer = _signer(found[0], _load(trust), at)
        element = _check(message, signer, at, limits or Limits())
    except InvalidInputError as error:
        return Signature("unverified", plain(str(error), 400))
    except InvalidDigest:
        return Signature("unverified", "The message was changed after it was signed.")
    except InvalidSignature:
        return Signature("unverified", "The signature was not made with the key of the certificate it names.")
    except Exception as error:  # noqa: BLE001  whatever a hostile signature makes the libraries raise
        return Signature("unverified", plain(f"It cannot be checked: {type(error).__name__}: {error}", 400))
    return Signature("verified", signer=_name(signer), element=element)


def _covers_all(signature: etree._Element, message: etree._Element) -> None:
    """Refuse a signature of a part, by which a true part could vouch for a forged whole."""
    references = signature.findall(f"{_DS}SignedInfo/{_DS}Reference")
    own = {f"#{message.get(name)}" for name in ("Id", "ID", "id") if message.get(name)}
    if len(references) != 1 or references[0].get("URI") not in {"", *own}:
        raise InvalidInputError("The signature does not cover the whole message.")


def _load(trust: Sequence[bytes]) -> list[x509.Certificate]:
    found: list[x509.Certificate] = []
    for pem in trust:
        try:
            found += x509.load_pem_x509_certificates(pem)
        except ValueError as error:
            raise InvalidInputError(
                f"A certificate of the setting `trust` cannot be read: {error}."
            ) from error
    return found


def _signer(signature: etree._Element, trusted: list[x509.Certificate], at: datetime) -> x509.Certificate:
    """Return the signer's certificate: one that is trusted itself, or that a trusted authority vouches for."""
    parts = signature.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate")
    if len(parts) > _MOST:
        raise InvalidInputError(f"The signature brings {len(parts)} certificates; at most {_MOST} are read.")
    brought = [x509.load_der_x509_certificate(base64.b64decode(part.text or "")) for part in parts]
    if not brought:
        if len(trusted) == 1:
            return _in_force(trusted[0], at)
        raise InvalidInputError("The signature brings no certificate, so that its signer is not known.")
    for certificate in brought:
        if certificate in trusted:
            return _in_force(certificate, at)
    leaf = _leaf(brought)
    _in_force(leaf, at)
    try:
        _policy(trusted, at).verify(leaf, [item for item in brought if item != leaf])
    except (verification.VerificationError, ValueError) as error:
        raise InvalidInputError(
            f"The signer's certificate ({_name(leaf)}) is neither trusted nor vouched for by one that is."
        ) from error
    return leaf


def _leaf(brought: list[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that issued none of the others."""
    issuers = {item.issuer for item in brought if item.issuer != item.subject}
    leaves = [item for item in brought if item.subject not in issuers]
    if len(leaves) != 1:
        raise InvalidInputError("The signature's certificates do not make one chain.")
    return leaves[0]


def _policy(trusted: list[x509.Certificate], at: datetime) -> verification.ClientVerifier:
    may_sign = verification.ExtensionPolicy.permit_all().require_present(
        x509.KeyUsage, verification.Criticality.AGNOSTIC, _may_sign
    )
    return (
        verification.PolicyBuilder()
        .store(verification.Store(trusted))
        .time(at)
        .extension_policies(ee_policy=may_sign, ca_policy=verification.ExtensionPolicy.webpki_defaults_ca())
        .build_client_verifier()
    )


def _may_sign(
    policy: verification.Policy,  # noqa: ARG001  cryptography's signature
    certificate: x509.Certificate,  # noqa: ARG001
    usage: x509.KeyUsage,
) -> None:
    if not (usage.digital_signature or usage.content_commitment):
        raise ValueError("this certificate may not sign")


def _in_force(certificate: x509.Certificate, at: datetime) -> x509.Certificate:
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not first <= at.astimezone(UTC) <= last:
        raise InvalidInputError(
            f"The signer's certificate ({_name(certificate)}) is in force from {first:%Y-%m-%d} to {last:%Y-%m-%d} only."
        )
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _SHORTEST:
        raise InvalidInputError(
            f"The signer's RSA key has {key.key_size} bits; expected {_SHORTEST} or more."
        )
    return certificate


def _check(message: etree._Element, signer: x509.Certificate, at: datetime, limits: Limits) -> etree._Element:
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=_METHODS,
        digest_algorithms=_DIGESTS,
        verification_time=at,
    )
    result = XMLVerifier().verify(etree.tostring(message), x509_cert=signer, expect_config=config)
    if isinstance(result, list) or result.signed_xml is None or result.signed_xml.tag != message.tag:
        raise InvalidInputError("What was signed is not the message.")
    return parse_xml(result.signed_data, limits)


def _name(certificate: x509.Certificate) -> str:
    return plain(certificate.subject.rfc4514_string(), 200)
