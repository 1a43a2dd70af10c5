import type { PolicyStamp } from "../policy/decision.ts";
import { EnrichmentError, objectOf } from "./enrichment.ts";

/** Kinds of indicators that partners can be told of; users are nobody else's business. */
export const SHARED_KINDS = ["ip", "domain", "hash"] as const;
export type SharedKind = (typeof SHARED_KINDS)[number];

/** Bounds: bytes and objects of a bundle, indicators that are shared, sightings that are told, hours looked back on. */
export const COALITION_LIMITS = {
  ...{ bundleBytes: 256 * 1024, objects: 2000, indicators: 1000, seen: 200, hours: 168 },
} as const;

/** Largest body of a question for a bundle, and of any question, bytes: text of JSON takes more room within JSON. */
export const MAX_EXPORT_BYTES = 1024;
export const MAX_COALITION_BYTES = 2 * COALITION_LIMITS.bundleBytes + 40 * 1024;

/** What may this partner be told? Payload of L9_COA_REQ to device 62, as JSON. */
export interface ExportQuestion {
  readonly ask: "export";
  readonly partner: string;
  /** 1 to 168 */
  readonly hours: number;
}

/** What of a partner's bundle did the tenant see? Payload of L9_COA_REQ to device 62, as JSON. */
export interface ImportQuestion {
  readonly ask: "import";
  readonly partner: string;
  /** Text of a STIX 2.1 bundle, exactly as it was signed. */
  readonly bundle: string;
  /** Hex of the ML-DSA-87 signature; the certificate is not looked at, the partner's pinned key counts. */
  readonly signature: { readonly certificate?: string; readonly signature: string };
}

export type CoalitionQuestion = ExportQuestion | ImportQuestion;

interface AnswerBase {
  readonly tenant_id: string;
  readonly partner: string;
  /** Why it is no bundle or no sightings: codes of docs/l9.md and docs/policy.md. */
  readonly reasons: readonly string[];
  readonly policy: PolicyStamp | null;
}

/** What a bundle holds, and what was left out of it. */
export interface ExportCounts extends Readonly<Record<SharedKind, number>> {
  /** Addresses and names that are the tenant's own, may be, or have no sound form. */
  readonly not_shareable: number;
  /** Older ones that found no room. */
  readonly left_out: number;
}

/** Answer of device 62 to an export. Payload of L9_COA_RESP, as JSON. */
export interface ExportAnswer extends AnswerBase {
  readonly result: "bundle" | "insufficient_evidence" | "refused";
  /** RFC 3339 in UTC; `whole` is false where there were more events than are looked at. */
  readonly period: { readonly from: string; readonly to: string; readonly whole: boolean } | null;
  /** Text of a STIX 2.1 bundle. */
  readonly bundle: string | null;
  /** Hex, over the SHA-384 of the bundle's bytes. */
  readonly signature: string | null;
  /** JSON, by the fleet's root. */
  readonly certificate: string | null;
  readonly counts: ExportCounts | null;
}

/** An indicator of a partner that the tenant's archive has. */
export interface SeenIndicator {
  readonly kind: SharedKind;
  readonly value: string;
  /** Events of the archive. */
  readonly count: number;
  /** RFC 3339 in UTC. */
  readonly first_seen: string;
  readonly last_seen: string;
}

/** Answer of device 62 to an import. Payload of L9_COA_RESP, as JSON. */
export interface ImportAnswer extends AnswerBase {
  readonly result: "sightings" | "insufficient_evidence" | "refused";
  /** Nothing of a bundle is kept. */
  readonly stored: false;
  /** Most often seen first, 200 at most. */
  readonly seen: readonly SeenIndicator[];
  readonly counts: {
    readonly indicators: number;
    readonly seen: number;
    /** By name, how often. */
    readonly not_understood: Readonly<Record<string, number>>;
  } | null;
}

const PARTNER = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** 4,627 bytes in hex. */
const SIGNATURE = /^[0-9a-f]{9254}$/;
const MAX_CERTIFICATE = 20_000;

/** Whether a text is the id of a partner. */
export const isPartnerId = (value: unknown): value is string =>
  typeof value === "string" && value.length <= 31 && PARTNER.test(value);

/**
 * Reads a question for a bundle that came from outside.
 * @throws EnrichmentError
 */
export function parseExport(body: unknown): ExportQuestion {
  const { partner, hours } = objectOf(body, ["partner", "hours"], null);
  const id = partnerIn(partner);
  const most = COALITION_LIMITS.hours;
  if (!Number.isInteger(hours) || (hours as number) < 1 || (hours as number) > most) {
    throw new EnrichmentError(`\`hours\` is no whole number from 1 to ${most}.`, "hours");
  }
  return { ask: "export", partner: id, hours: hours as number };
}

/**
 * Reads a question about a partner's bundle that came from outside.
 * @throws EnrichmentError
 */
export function parseImport(body: unknown): ImportQuestion {
  const { partner, bundle, signature } = objectOf(body, ["partner", "bundle", "signature"], null);
  const id = partnerIn(partner);
  const most = COALITION_LIMITS.bundleBytes;
  if (typeof bundle !== "string" || bundle === "") throw new EnrichmentError("`bundle` is no text.", "bundle");
  if (Buffer.byteLength(bundle) > most) throw new EnrichmentError(`\`bundle\` has more than ${most} bytes.`, "bundle");
  const { certificate, signature: hex } = objectOf(signature, ["certificate", "signature"], "signature");
  if (typeof hex !== "string" || !SIGNATURE.test(hex)) {
    throw new EnrichmentError("`signature` is not the hex of an ML-DSA-87 signature.", "signature.signature");
  }
  if (certificate !== undefined && (typeof certificate !== "string" || certificate.length > MAX_CERTIFICATE)) {
    throw new EnrichmentError("`certificate` is no certificate's text.", "signature.certificate");
  }
  return {
    ...{ ask: "import", partner: id, bundle },
    signature: { signature: hex, ...(certificate !== undefined && { certificate }) },
  };
}

/**
 * Reads a question of the bus.
 * @throws EnrichmentError
 */
export function parseCoalitionQuestion(body: unknown): CoalitionQuestion {
  const { ask, ...rest } = objectOf(body, ["ask", "partner", "hours", "bundle", "signature"], null);
  if (ask === "export") return parseExport(rest);
  if (ask === "import") return parseImport(rest);
  throw new EnrichmentError("`ask` is none of export, import.", "ask");
}

function partnerIn(value: unknown): string {
  if (isPartnerId(value)) return value;
  throw new EnrichmentError("`partner` is no id of a partner.", "partner");
}
