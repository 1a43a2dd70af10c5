import { type JsonObject, jsonObject } from "../json-object.ts";

/** What operators may do, least first: each role may what those before it may. */
export const ROLES = ["viewer", "analyst", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A person or program that may ask the control API. */
export interface Operator {
  readonly name: string;
  readonly role: Role;
  /** Lower-case ids of the tenants whose matters it sees; `all` also what is of no tenant. */
  readonly tenants: readonly string[] | "all";
  /** Hex SHA-256 of the public key (SubjectPublicKeyInfo, DER): it stays when the certificate is renewed. */
  readonly key: string;
  readonly revoked: boolean;
}

/** Largest operators.json, bytes. */
export const MAX_OPERATORS_FILE = 256 * 1024;
const MAX_OPERATORS = 512;
const NAME = /^[a-z][a-z0-9._-]{1,62}$/;
const TENANT = /^[a-z][a-z0-9]{1,15}$/;
const KEY = /^[0-9a-f]{64}$/;

/**
 * Understands operators.json; operators by their keys.
 * @throws Error naming what is wrong
 */
export function parseOperators(content: string): ReadonlyMap<string, Operator> {
  const list = jsonObject(content)?.operators;
  if (!Array.isArray(list)) throw new Error('is no JSON object with "operators"');
  if (list.length > MAX_OPERATORS) throw new Error(`has ${list.length} operators; at most ${MAX_OPERATORS} are taken`);
  const byKey = new Map<string, Operator>();
  for (const [i, value] of list.entries()) {
    const operator = operatorOf(value, `operators[${i}]`);
    if (byKey.has(operator.key)) throw new Error(`operators[${i}] has the key of another one`);
    byKey.set(operator.key, operator);
  }
  return byKey;
}

function operatorOf(value: unknown, at: string): Operator {
  if (typeof value !== "object" || value === null) throw new Error(`${at} is no object`);
  const { name, role, tenants, key, revoked } = value as JsonObject;
  const known = ROLES.find((one) => one === role);
  if (!isText(name, NAME) || known === undefined || !isText(key, KEY) || typeof revoked !== "boolean") {
    throw new Error(`${at} is not a name, a role, a key's SHA-256 and whether it is revoked`);
  }
  const few = Array.isArray(tenants) && tenants.length <= 256 && tenants.every((id) => isText(id, TENANT));
  if (tenants !== "all" && !few) throw new Error(`${at}.tenants is neither "all" nor a list of tenants' ids`);
  return { name, role: known, tenants: tenants === "all" ? "all" : (tenants as string[]), key, revoked };
}

/** Whether a role may what `least` may. */
export const mayAs = (role: Role, least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);

/** Whether an operator sees what is a tenant's, or, of no tenant, everybody's. */
export const sees = ({ tenants }: Pick<Operator, "tenants">, tenant: string | undefined): boolean =>
  tenants === "all" || (tenant !== undefined && tenants.includes(tenant));

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === "string" && pattern.test(value);
