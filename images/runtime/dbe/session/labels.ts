/** Labels of the key schedule, each for one use; docs/dbe.md. */
export const LABELS = {
  /** Starts the transcript. */
  protocol: "dsmil-dbe-v1",
  /** " key" and " salt" are added; encrypts HS_FINISH. */
  handshakeInitiator: "dsmil-dbe-v1 handshake initiator",
  /** " key" and " salt" are added; encrypts HS_RESPONSE and HS_DONE. */
  handshakeResponder: "dsmil-dbe-v1 handshake responder",
  /** K_mac of the initiator's confirmation. */
  macInitiator: "dsmil-dbe-v1 mac initiator",
  /** K_mac of the responder's confirmation. */
  macResponder: "dsmil-dbe-v1 mac responder",
  /** What the session's secret is extracted from. */
  derived: "dsmil-dbe-v1 derived",
  /** " key" and " salt" are added; K_enc from initiator to responder. */
  trafficInitiator: "dsmil-dbe-v1 traffic initiator",
  /** " key" and " salt" are added; K_enc from responder to initiator. */
  trafficResponder: "dsmil-dbe-v1 traffic responder",
  /** K_log. */
  log: "dsmil-dbe-v1 log",
} as const;
