"""Certificate and administrator's key, read from files and taken anew when these change."""

import hashlib
import ssl
import sys
from pathlib import Path


class SecretFiles:
    """`tls` serves every new connection, `key` checks every request."""

    def __init__(self, certificates: Path, key_file: Path):
        self._certificate, self._private = certificates / "tls.crt", certificates / "tls.key"
        self._key_file = key_file
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self.key = b""
        self._seen = ""
        self._load()

    def refresh(self) -> None:
        """Loads what changed. Files that do not fit together yet are tried again at the next call."""
        try:
            self._load()
        except (OSError, ValueError) as error:
            print(f"warning: certificate or key not taken: {error}", file=sys.stderr)

    def _load(self) -> None:
        contents = [path.read_bytes() for path in (self._certificate, self._private, self._key_file)]
        seen = hashlib.sha256(b"\0".join(contents)).hexdigest()
        if seen == self._seen:
            return
        key = contents[2].strip()
        if len(key) < 16:
            raise ValueError(f"{self._key_file} must hold at least 16 characters")
        # A trial of its own first: half a change must not break the one that serves.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self._certificate, self._private)
        self.tls.load_cert_chain(self._certificate, self._private)
        self.key = key
        self._seen = seen
