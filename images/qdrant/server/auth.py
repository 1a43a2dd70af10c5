"""Who asks, and what that permits: the administrator's key, or a token (JWT, HS256) signed with it.

As in Qdrant, `access` is "r" or "m" for everything, or a list of {collection, access: "r" | "rw"}. Stricter than Qdrant:
a token needs both `exp` and `access`.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from .errors import ApiError, forbidden

LEEWAY_SECONDS = 30
MAX_TOKEN = 8192


@dataclass(frozen=True)
class Access:
    """`everything` is "", "r" or "m"; `collections` maps a name to "r" or "rw"."""

    everything: str = ""
    collections: dict = field(default_factory=dict)

    def sees(self, name: str) -> bool:
        return bool(self.everything) or name in self.collections

    def require_manage(self) -> None:
        if self.everything != "m":
            raise forbidden("Global manage access is required")

    def require_read(self, name: str) -> None:
        if not self.sees(name):
            raise forbidden(f"Access to collection {name} is required")

    def require_write(self, name: str) -> None:
        self.require_read(name)
        if self.everything != "m" and self.collections.get(name) != "rw":
            raise forbidden(f"Write access to collection {name} is required")


def authenticate(api_key: str | None, authorization: str | None, secret: bytes, now: float | None = None) -> Access:
    """The access of a request by its two headers; raises ApiError 401 or 403."""
    given = api_key
    if given is None and authorization is not None and authorization.startswith("Bearer "):
        given = authorization[len("Bearer ") :]
    if given is None:
        raise ApiError(401, "Must provide an API key or an Authorization bearer token", plain=True)
    if hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret):
        return Access("m")
    claims = _decode(given, secret)
    _check_times(claims, time.time() if now is None else now)
    return _access(claims.get("access"))


def _decode(token: str, secret: bytes) -> dict:
    invalid = ApiError(401, "Invalid API key or JWT", plain=True)
    parts = token.split(".")
    if len(parts) != 3 or len(token) > MAX_TOKEN:
        raise invalid
    try:
        header = json.loads(_base64url(parts[0]))
        signature = _base64url(parts[2])
    except ValueError:
        raise invalid from None
    # Only this algorithm: with "none", or a public key as secret, anybody could sign.
    if not isinstance(header, dict) or header.get("alg") != "HS256":
        raise invalid
    signed = f"{parts[0]}.{parts[1]}".encode()
    if not hmac.compare_digest(hmac.new(secret, signed, hashlib.sha256).digest(), signature):
        raise ApiError(403, "InvalidSignature", plain=True)
    try:
        claims = json.loads(_base64url(parts[1]))
    except ValueError:
        raise invalid from None
    if not isinstance(claims, dict):
        raise invalid
    return claims


def _check_times(claims: dict, now: float) -> None:
    expiry = claims.get("exp")
    if not isinstance(expiry, (int, float)) or isinstance(expiry, bool):
        raise ApiError(403, "Invalid JWT: it has no exp", plain=True)
    # Written so that a NaN, which compares to nothing, counts as expired.
    if not expiry + LEEWAY_SECONDS > now:
        raise ApiError(403, "ExpiredSignature", plain=True)
    start = claims.get("nbf", 0)
    if not isinstance(start, (int, float)) or not start - LEEWAY_SECONDS <= now:
        raise ApiError(403, "ImmatureSignature", plain=True)


def _access(claim) -> Access:
    if claim in ("r", "m"):
        return Access(claim)
    if not isinstance(claim, list) or not claim:
        raise ApiError(403, "Invalid JWT: it has no access", plain=True)
    collections: dict[str, str] = {}
    for item in claim:
        name = item.get("collection") if isinstance(item, dict) else None
        level = item.get("access") if isinstance(item, dict) else None
        if not isinstance(name, str) or level not in ("r", "rw") or set(item) - {"collection", "access"}:
            raise ApiError(403, "Invalid JWT: access is not understood", plain=True)
        # Named twice, the narrower one holds.
        collections[name] = level if collections.get(name, level) == level else "r"
    return Access("", collections)


def _base64url(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from None
