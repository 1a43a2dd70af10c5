import type { Reason } from "../../../runtime/dbe/codec/constants.ts";

const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [/application protocol|no protocol/i, "UNSUPPORTED_VERSION"],
  // Another TLS version, group, suite or signature algorithm than the one there is.
  [
    /key.?share|no shared|unsupported|wrong version|version too low|protocol version|no suitable|inappropriate fallback|cipher|group|alpn|TLS version/i,
    "DOWNGRADE",
  ],
  [/revoked/i, "REVOKED_PEER"],
  [/did not return a certificate|no peer of this node|certificate required/i, "UNKNOWN_PEER"],
  [/certificate|self.?signed|issuer|expired|unable to verify/i, "BAD_CERTIFICATE"],
  [/channels are open|too many/i, "OVERLOADED"],
  [/time|within|ECONNRESET|hang up|disconnected|closed/i, "HANDSHAKE_TIMEOUT"],
];

/** The reason that a transport's own words about a refused connection come to. */
export function refusedReason(why: string): Reason {
  return REASONS.find(([pattern]) => pattern.test(why))?.[1] ?? "MALFORMED";
}
