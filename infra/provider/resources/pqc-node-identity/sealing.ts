import type { NodeKey } from "../../../model/types.ts";
import { type Checker, fields } from "../../check.ts";
import type { CheckFailure } from "../../handler.ts";

/** How a node's seed is kept on the node. */
export type Sealing = NodeKey;
/** The seed is sealed by the node's TPM 2.0. */
export type TpmSealing = Extract<Sealing, { kind: "tpm2" }>;
/** The seed is sealed by a transit key of Vault or OpenBao. */
export type TransitSealing = Extract<Sealing, { kind: "transit" }>;

/** What a program that names no sealing gets. */
export const BARE: Sealing = { kind: "file" };

const ENDINGS = { file: ["key"], tpm2: ["priv.tpm", "pub.tpm"], transit: ["transit"] } as const;

/** Names of the files that keep a key. The first is the one that a gateway's NODE_KEY_FILE names. */
export const keyNames = (node: string, kind: Sealing["kind"]): readonly string[] =>
  ENDINGS[kind].map((ending) => `${node}-mldsa87.${ending}`);

/** Names of the files of all other kinds. */
export const otherKeyNames = (node: string, kind: Sealing["kind"]): readonly string[] =>
  (["file", "tpm2", "transit"] as const).filter((other) => other !== kind).flatMap((other) => keyNames(node, other));

/** Name of the file of the certified public part. */
export const publicFile = (node: string): string => `${node}-mldsa87.pub`;

/** What a key is sealed to: where this is another one, the key cannot be kept. */
export function sealedTo(sealing: Sealing): string {
  if (sealing.kind === "tpm2") return `tpm2 ${sealing.pcrs}`;
  return sealing.kind === "transit" ? `transit ${sealing.mount}/${sealing.key}` : "file";
}

const FORMS: Readonly<Record<string, readonly [RegExp, string]>> = {
  device: [/^\/(?:dev\/[a-z0-9]+|[\w./-]{1,90})$/, "a TPM's device such as /dev/tpmrm0, or a software TPM's socket"],
  pcrs: [/^sha256:(?:\d|1\d|2[0-3])(?:,(?:\d|1\d|2[0-3])){0,23}$/, "a bank and registers, such as sha256:0,7"],
  address: [/^https:\/\/[^/\s]+$/, "https://host:port"],
  mount: [/^[A-Za-z0-9][\w./-]{0,127}$/, "the path of a transit engine, such as transit"],
  key: [/^[A-Za-z0-9][\w.-]{0,127}$/, "the name of a transit key"],
  tokenFile: [/^\/[\w./-]{1,254}$/, "an absolute path on the node"],
  caFile: [/^\/[\w./-]{1,254}$/, "an absolute path on the node"],
};
const PARTS: Readonly<Record<Sealing["kind"], readonly string[]>> = {
  file: [],
  tpm2: ["device", "pcrs"],
  transit: ["address", "mount", "key", "tokenFile", "caFile"],
};

/** Checks the input `sealing`, where it is given. */
export function checkSealing(c: Checker, value: unknown): readonly CheckFailure[] {
  if (value === undefined || typeof value === "symbol") return c.failures;
  const given = fields(value);
  c.text("sealing.kind", /^(?:file|tpm2|transit)$/, "file, tpm2 or transit", given.kind);
  const parts = PARTS[given.kind as Sealing["kind"]];
  if (parts === undefined) return c.failures;
  for (const part of parts) {
    const [form, words] = FORMS[part] ?? [/./, "a text"];
    c.text(`sealing.${part}`, form, words, given[part]);
  }
  for (const extra of Object.keys(given).filter((name) => name !== "kind" && !parts.includes(name))) {
    c.fail(`sealing.${extra}`, `is no setting of ${String(given.kind)}; there are ${parts.join(", ") || "none"}`);
  }
  return c.failures;
}
