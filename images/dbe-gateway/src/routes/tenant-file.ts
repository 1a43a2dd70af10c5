import { CLASSIFICATIONS, COMPARTMENTS, ROE_LEVELS } from "../../../runtime/dbe/codec/constants.ts";
import { parseOfficers } from "../../../runtime/dbe/officers/officers.ts";
import { Fields } from "../../../runtime/fields.ts";
import { verifyCertificate } from "../../../runtime/pqc/certificate.ts";
import type { TenantPolicy } from "../policy/facts.ts";

/** Largest tenant file, bytes: some tens of officers' keys. */
export const MAX_TENANT_BYTES = 512 * 1024;

const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const KEYS = ["tenant", "roe_level", "compartments", "classification", "devices", "officers", "certificate"];

/**
 * Reads a tenant's file.
 * @param id lower-case id, from the file's name
 * @param root hex of the root's public key, which must have signed `certificate`
 * @param now ms since 1970
 * @throws Error with what is wrong
 */
export function parseTenantFile(text: string, id: string, root: string, now: number): TenantPolicy {
  const fields = Fields.parse(text, KEYS);
  const tenant = fields.text("tenant", TENANT);
  if (tenant !== id.toUpperCase())
    throw fields.wrong("tenant", `is ${tenant}, the file is that of ${id.toUpperCase()}`);
  const compartments = fields.list("compartments", 32).map((name) => compartment(fields, name));
  const devices = fields.has("devices")
    ? fields.entries("devices", 103).map(([key]) => device(fields, key))
    : undefined;
  return {
    tenant,
    roeLevel: fields.code("roe_level", ROE_LEVELS),
    compartments: compartments.reduce((mask, bit) => (mask | bit) >>> 0, 0),
    classification: fields.code("classification", CLASSIFICATIONS),
    ...(devices && { devices: new Set(devices) }),
    officers: fields.has("officers") ? parseOfficers(fields) : new Map(),
    ...(fields.has("certificate") && { claimKey: parseKey(fields, id, root, now) }),
  };
}

function compartment(fields: Fields, name: unknown): number {
  const bits: Readonly<Record<string, number>> = COMPARTMENTS;
  if (typeof name === "string" && Object.hasOwn(bits, name)) return bits[name] ?? 0;
  throw fields.wrong("compartments", `must be some of ${Object.keys(bits).join(", ")}`);
}

function device(fields: Fields, key: string): number {
  const number = Number(key);
  if (/^[1-9]\d{0,2}$/.test(key) && number <= 103) return number;
  throw fields.wrong("devices", `has ${key.slice(0, 8)}, which is no device from 1 to 103`);
}

function parseKey(fields: Fields, id: string, root: string, now: number): NonNullable<TenantPolicy["claimKey"]> {
  const text = fields.raw("certificate");
  if (typeof text !== "string") throw fields.wrong("certificate", "must be the text of a certificate");
  const { publicKey, notAfter } = verifyCertificate(text, root, "tenant", id, now);
  return { publicKey, ...(notAfter !== undefined && { notAfter: Date.parse(notAfter) }) };
}
