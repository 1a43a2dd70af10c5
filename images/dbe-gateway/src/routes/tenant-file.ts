import { createHash } from "node:crypto";
import { CLASSIFICATIONS, COMPARTMENTS, ROE_LEVELS } from "../../../runtime/dbe/codec/constants.ts";
import { verifyCertificate } from "../../../runtime/pqc/certificate.ts";
import { MLDSA87 } from "../../../runtime/pqc/keys.ts";
import type { Officer, TenantPolicy } from "../policy/facts.ts";
import { Fields } from "./fields.ts";

/** Largest tenant file, bytes: some tens of officers' keys. */
export const MAX_TENANT_BYTES = 512 * 1024;

const TENANT = /^[A-Z][A-Z0-9]{1,15}$/;
const PERSON = /^[\x21-\x7e]{1,128}$/;
const SHA256 = /^[0-9a-f]{64}$/;
const PUBLIC_KEY = new RegExp(`^[0-9a-f]{${2 * MLDSA87.publicKey}}$`);
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

function parseOfficers(fields: Fields): ReadonlyMap<string, Officer> {
  const officers = new Map<string, Officer>();
  for (const entry of fields.list("officers", 50)) {
    const officer = Fields.of(entry, "an officer", ["id", "publicKey", "person"]);
    const [id, publicKey] = [officer.text("id", SHA256), officer.text("publicKey", PUBLIC_KEY)];
    const real = createHash("sha256").update(publicKey, "hex").digest("hex");
    if (id !== real) throw officer.wrong("id", "must be the SHA-256 of the public key");
    if (officers.has(id)) throw fields.wrong("officers", `has the key ${id.slice(0, 16)}… twice`);
    officers.set(id, { id, publicKey, person: officer.has("person") ? officer.text("person", PERSON) : id });
  }
  return officers;
}

function parseKey(fields: Fields, id: string, root: string, now: number): NonNullable<TenantPolicy["claimKey"]> {
  const text = fields.raw("certificate");
  if (typeof text !== "string") throw fields.wrong("certificate", "must be the text of a certificate");
  const { publicKey, notAfter } = verifyCertificate(text, root, "tenant", id, now);
  return { publicKey, ...(notAfter !== undefined && { notAfter: Date.parse(notAfter) }) };
}
