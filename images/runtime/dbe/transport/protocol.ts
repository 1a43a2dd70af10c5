/** ALPN name (RFC 7301) of DBE's byte streams. */
export const PROTOCOL = "dsmil-dbe/1";
/** The one key exchange group: ECDH on P-384 with ML-KEM-1024 (draft-ietf-tls-ecdhe-mlkem). */
export const GROUP = "SecP384r1MLKEM1024";
/** The one cipher suite of TLS 1.3 (RFC 8446, B.4). */
export const CIPHER = "TLS_AES_256_GCM_SHA384";
/** Exporter (RFC 8446, section 7.5) whose bytes the DBE handshake is bound to; no context. */
export const EXPORTER_LABEL = "EXPORTER-dsmil-dbe-v1";
export const EXPORTER_BYTES = 48;
