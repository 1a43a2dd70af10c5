import { createHash } from "node:crypto";

/** What an entry can be about; docs/dbe.md says what each is written for. */
export const AUDIT_KINDS = [
  "dbe.refused",
  "dbe.protected",
  "dbe.key",
  "dbe.session",
  "dbe.probe",
  "dbe.audit",
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** One fact in a node's audit trail. Nothing of it is secret, and nothing of it is payload. */
export interface AuditEntry {
  /** `node-a` */
  readonly node: string;
  /** From 1, without a gap. */
  readonly seq: number;
  /** RFC 3339 in UTC with milliseconds: `2026-11-21T17:05:09.123Z` */
  readonly ts: string;
  readonly kind: AuditKind;
  /** `ALPHA` */
  readonly tenant: string | null;
  /** Name of the error's reason. */
  readonly reason: string | null;
  /** Message type. */
  readonly type: number | null;
  /** Devices. */
  readonly source: number | null;
  readonly destination: number | null;
  /** Who was on the other side: a node or a container. */
  readonly peer: string | null;
  /** Hex, 16 bytes. */
  readonly messageId: string | null;
  /** At most 500 characters. */
  readonly detail: string;
}

/** An entry as it stands in the chain. */
export interface ChainedEntry extends AuditEntry {
  /** Hash of the entry before; zeros before the first. */
  readonly prevHash: Buffer;
  /** `chain(prevHash, entry)` */
  readonly hash: Buffer;
  /** ML-DSA-87 by the node over `hash`, with {@link AUDIT_CONTEXT}; on the last entry of each batch. */
  readonly signature: Buffer | null;
}

/** The hash before a chain's first entry. */
export const GENESIS: Buffer = Buffer.alloc(32);

/** ML-DSA context of the signatures (FIPS 204 §5.2). */
export const AUDIT_CONTEXT = "dsmil-audit-v1";

/** Longest detail, UTF-16 units. */
export const MAX_DETAIL = 500;

/** The entry as RFC 8785 writes it: keys in order, no white space; all fields, `null` where there is none. */
export function canonical(entry: AuditEntry): Buffer {
  const { destination, detail, kind, messageId, node, peer, reason, seq, source, tenant, ts, type } = entry;
  return Buffer.from(
    JSON.stringify({ destination, detail, kind, messageId, node, peer, reason, seq, source, tenant, ts, type }),
  );
}

/** Hash of an entry that follows another: SHA-256(prev || canonical). @param prev 32 bytes */
export const chain = (prev: Buffer, entry: AuditEntry): Buffer =>
  createHash("sha256").update(prev).update(canonical(entry)).digest();

/** Any text as an entry's detail: cut to {@link MAX_DETAIL}, and without what PostgreSQL or JSON cannot hold. */
export const auditDetail = (text: string): string =>
  text.slice(0, MAX_DETAIL).toWellFormed().replaceAll("\0", "\ufffd");

const WHOLE = (most: number) => (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
const TEXT = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);

/** What the table's constraints ask of each field; `null` passes where it may stand. */
const RULES: Readonly<Record<keyof AuditEntry, readonly [passes: (value: unknown) => boolean, optional: boolean]>> = {
  node: [TEXT(/^[a-z][a-z0-9-]{0,62}$/), false],
  seq: [(value) => WHOLE(Number.MAX_SAFE_INTEGER)(value) && value !== 0, false],
  ts: [TEXT(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), false],
  kind: [(value) => AUDIT_KINDS.includes(value as AuditKind), false],
  tenant: [TEXT(/^[A-Z][A-Z0-9]{1,15}$/), true],
  reason: [TEXT(/^[A-Z][A-Z0-9_]{0,63}$/), true],
  type: [WHOLE(0xff), true],
  source: [WHOLE(0xffff), true],
  destination: [WHOLE(0xffff), true],
  peer: [(value) => plain(value, 128) && value !== "", true],
  messageId: [TEXT(/^[0-9a-f]{32}$/), true],
  detail: [(value) => plain(value, MAX_DETAIL), false],
};

function plain(value: unknown, longest: number): boolean {
  return typeof value === "string" && value.length <= longest && value.isWellFormed() && !value.includes("\0");
}

/**
 * The entry in the chain after `prev`.
 * @throws Error naming the field that the trail would refuse
 */
export function link(prev: Buffer, entry: AuditEntry): ChainedEntry {
  for (const [field, [passes, optional]] of Object.entries(RULES)) {
    const value = entry[field as keyof AuditEntry];
    if ((value !== null || !optional) && !passes(value)) throw new Error(`audit entry: ${field} is not valid`);
  }
  return { ...entry, prevHash: prev, hash: chain(prev, entry), signature: null };
}
