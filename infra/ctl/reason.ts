const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  EHOSTUNREACH: "the host cannot be reached",
  ENOTFOUND: "the name is not known",
  ECONNRESET: "the connection was cut off",
  ERR_TLS_CERT_ALTNAME_INVALID: "the certificate is of another server",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the certificate is not of the fleet's CA",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "the certificate is not of the fleet's CA",
  SELF_SIGNED_CERT_IN_CHAIN: "the certificate is not of the fleet's CA",
  CERT_HAS_EXPIRED: "the server's certificate has expired",
};

/** Why a server gave no answer that can be used, as an operator would say it. */
export const reasonOf = (error: NodeJS.ErrnoException): string =>
  error instanceof SyntaxError ? "the answer is no JSON" : (REASONS[error.code ?? ""] ?? error.message);

/** The value of a JSON text; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
