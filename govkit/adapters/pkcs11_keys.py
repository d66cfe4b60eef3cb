"""
Signing keys that live on a PKCS#11 token: a smart card, an HSM, SoftHSM in tests. Needs the extra `govkit[pkcs11]`.

The token is named by an RFC 7512 address, whole and on one line:

    pkcs11:token=lab;object=signer?module-path=/usr/lib/softhsm/libsofthsm2.so

Understood are `token`, `serial`, `slot-id`, `object`, `id` and `type=private` in the path, `module-path` in the query;
anything else is refused, because a criterion silently ignored may pick the wrong key. The PIN is the passphrase
given by the caller: `pin-value` is refused, for addresses end up in shell histories and logs.

The certificate must lie on the token under the same id or label as the key. ECDSA is asked for in its raw form, over a
digest made here, since not every token (SoftHSM among them) hashes before it signs. A PIN is tried once: three wrong
ones lock a card.
"""

import dataclasses
import hashlib
import pathlib
import re
import typing as t
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from govkit.attestation.algorithms import scheme_of
from govkit.attestation.envelope import MAX_CHAIN
from govkit.errors import AskedWrongly, GovkitError, Unreachable

try:
    import pkcs11 as installed
except ImportError:  # An extra; `open_key` says so where it is missing.
    installed = None  # type: ignore[assignment]

pkcs11: t.Any = installed

_PATH_WORDS = frozenset({"token", "serial", "slot-id", "object", "id", "type"})
_QUERY_WORDS = frozenset({"module-path"})
_EXAMPLE = "pkcs11:token=TOKEN;object=LABEL?module-path=/path/to/module.so"


@dataclasses.dataclass(frozen=True, slots=True)
class TokenKey:
    """A key on an open token. The session stays open for as long as this value lives."""

    certificates: tuple[bytes, ...]
    """The signer's certificate first, then what of its chain is on the token, DER."""
    sign: t.Callable[[bytes], bytes] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TokenAddress:
    """A parsed PKCS#11 address."""

    module: pathlib.Path
    token: str | None = None
    serial: bytes | None = None
    slot: int | None = None
    label: str | None = None
    id: bytes | None = None


def parse_address(uri: str) -> TokenAddress:
    """
    The parts of an RFC 7512 address.

    Raises `AskedWrongly` for an attribute that is not understood or stands twice, a PIN inside the address, an address
    without a module, and one that names neither the key's label nor its id.
    """
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    words = _attributes(path, ";", _PATH_WORDS, uri) | _attributes(query, "&", _QUERY_WORDS, uri)
    text = {word: value.decode("utf-8", "replace") for word, value in words.items()}
    if (
        "module-path" not in words
        or not ({"object", "id"} & words.keys())
        or text.get("type", "private") != "private"
    ):
        raise _not_understood(
            uri, "an address needs module-path and the key's object or id, and no type but private"
        )
    if not re.fullmatch(r"\d{1,9}", text.get("slot-id", "0")):
        raise _not_understood(uri, "slot-id is not a number")
    return TokenAddress(
        module=pathlib.Path(text["module-path"]),
        token=text.get("token"),
        serial=words.get("serial"),
        slot=int(text["slot-id"]) if "slot-id" in text else None,
        label=text.get("object"),
        id=words.get("id"),
    )


def open_key(uri: str, pin: bytes | None) -> TokenKey:
    """
    The key on the token that `uri` names.

    Raises `AskedWrongly` for an address that is not understood, a missing module, extra, token, key or certificate,
    and a wrong PIN; `Unreachable` when the token fails otherwise.
    """
    address = parse_address(uri)
    if pkcs11 is None:
        raise AskedWrongly(
            "Keys on a token are not supported by this installation.",
            where=uri[:300],
            fix="pip install 'govkit[pkcs11]'",
        )
    if not address.module.is_file():
        raise AskedWrongly(
            "There is no such PKCS#11 module.", where=str(address.module), fix="check module-path"
        )
    try:
        session = _session(address, pin, uri)
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=address.label, id=address.id)
        certificates = _certificates(session, address, uri)
    except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
        fix = "name it by object and id; a private key shows only with the PIN (GOVKIT_KEY_PASSPHRASE)"
        raise AskedWrongly(
            "The token has no such single key.", where=uri[:300], found=_said(error), fix=fix
        ) from None
    except (
        UnicodeDecodeError,
        pkcs11.PinIncorrect,
        pkcs11.PinInvalid,
        pkcs11.PinLenRange,
        pkcs11.PinLocked,
    ) as error:
        fix = "check GOVKIT_KEY_PASSPHRASE; a few wrong PINs lock a token"
        raise AskedWrongly(
            "The token refused the PIN.", where=uri[:300], found=type(error).__name__, fix=fix
        ) from None
    except GovkitError:
        raise
    except Exception as error:  # noqa: BLE001 - a module is foreign machine code; whatever it does, there is no key
        raise Unreachable("The token cannot be used.", where=uri[:300], found=_said(error)) from None
    return TokenKey(certificates, lambda data: _sign(key, certificates[0], data, uri))


def _session(address: TokenAddress, pin: bytes | None, uri: str) -> t.Any:
    tokens = [
        slot.get_token()
        for slot in pkcs11.lib(str(address.module)).get_slots(token_present=True)
        if address.slot is None or slot.slot_id == address.slot
    ]
    found = [
        token
        for token in tokens
        if (address.token is None or token.label == address.token)
        and (address.serial is None or token.serial == address.serial)
    ]
    if len(found) != 1:
        raise AskedWrongly(
            "The address does not name one token.",
            where=uri[:300],
            found=f"{len(found)} of {len(tokens)} tokens",
            fix="give token=, serial= or slot-id= of the token that is plugged in",
        )
    try:
        return found[0].open(user_pin=None if pin is None else pin.decode())
    except pkcs11.UserAlreadyLoggedIn:
        # A login belongs to the process, not to the session: somebody here has given the PIN already.
        return found[0].open()


def _certificates(session: t.Any, address: TokenAddress, uri: str) -> tuple[bytes, ...]:
    everything: dict[t.Any, t.Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
    wanted = dict(everything)
    if address.id is not None:
        wanted[pkcs11.Attribute.ID] = address.id
    if address.label is not None:
        wanted[pkcs11.Attribute.LABEL] = address.label
    own = [bytes(each[pkcs11.Attribute.VALUE]) for each in session.get_objects(wanted)]
    if len(own) != 1:
        raise AskedWrongly(
            "The token has no single certificate for this key.",
            where=uri[:300],
            expected="one certificate under the key's id and label",
            found=str(len(own)),
            fix="write the certificate to the token beside the key",
        )
    others = [bytes(each[pkcs11.Attribute.VALUE]) for each in session.get_objects(everything)]
    return _chained(own[0], others)


def _chained(signer: bytes, others: t.Sequence[bytes]) -> tuple[bytes, ...]:
    """The signer's certificate and, after it, its issuers as far as they lie on the token."""
    pool = [x509.load_der_x509_certificate(each) for each in others]
    chain = [x509.load_der_x509_certificate(signer)]
    while len(chain) <= MAX_CHAIN:
        issuer = next((each for each in pool if each.subject == chain[-1].issuer and each not in chain), None)
        if issuer is None:
            break
        chain.append(issuer)
    return (signer, *(others[pool.index(each)] for each in chain[1:]))


def _sign(key: t.Any, certificate: bytes, data: bytes, uri: str) -> bytes:
    public = x509.load_der_x509_certificate(certificate).public_key()
    scheme = scheme_of(public)
    if scheme is None:
        raise AskedWrongly("Signatures by this kind of key are not accepted.", where=uri[:300])
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            digest = hashlib.new(scheme.hash_name, data).digest()
            raw = bytes(key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
            half = len(raw) // 2
            return encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        if isinstance(public, rsa.RSAPublicKey):
            return bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
        return bytes(key.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
    except Exception as error:  # noqa: BLE001 - as above
        fix = "check that the token is still plugged in, and that the certificate is this key's"
        raise Unreachable("The token did not sign.", where=uri[:300], found=_said(error), fix=fix) from None


def _attributes(text: str, separator: str, known: frozenset[str], uri: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in filter(None, text.split(separator)):
        word, equals, value = part.partition("=")
        if word in ("pin-value", "pin-source"):
            # Not `uri` in the message: it holds the PIN.
            raise AskedWrongly(
                "A PIN does not belong in an address.", where="pkcs11:", fix="use GOVKIT_KEY_PASSPHRASE"
            )
        if not equals or word not in known or word in found:
            raise _not_understood(uri, f"{word[:60]!a} is not understood here, or stands twice")
        found[word] = urllib.parse.unquote_to_bytes(value)
    return found


def _not_understood(uri: str, why: str) -> AskedWrongly:
    # The address is shown only up to its query, in case somebody wrote a PIN into it after all.
    return AskedWrongly(
        "This PKCS#11 address is not understood.",
        where=uri.partition("?")[0][:300],
        expected=_EXAMPLE,
        found=why,
    )


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")[:300]
