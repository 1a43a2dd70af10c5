import { page, table } from "./markdown.ts";
import { type Declared, mark } from "./record-fleet.ts";

/** Text of docs/reference/certificates.md. */
export function certificatesPage(declared: readonly Declared[]): string {
  const of = (type: string): readonly Declared[] => declared.filter((one) => one.type === type);
  const authorities = of("tls:index/selfSignedCert:SelfSignedCert").map((ca) => authorityRow(declared, ca));
  const leaves = of("tls:index/locallySignedCert:LocallySignedCert").map((leaf) => leafRow(declared, leaf));
  return page(
    "Certificates and keys",
    ABOUT,
    `## Authorities\n\n${table(["authority", "subject", "key", "lifetime", "renewed", "known on"], authorities)}`,
    `## X.509\n\n${LEAVES}\n\n${table(["certificate", "issuer", "subject", "names", "key", "used as", "lifetime", "key is held by"], leaves)}`,
    `## ML-DSA-87\n\n${PQC}\n\n${table(["key", "certified by", "key is held by", "renewed"], pqcRows(declared))}`,
  );
}

const ABOUT = `What the stacks declare for the manifest's fleet. Private keys are in the encrypted state of the data node's stack, and on the
nodes in the files that are named here.`;
const LEAVES = `Any \`bin/dsmil up\` renews a certificate that is in the last part of its life, for the same key, and lays it on the node;
servers take it without a restart.`;
const PQC = `Certificates of these keys are JSON ([pqc.md](../pqc.md)); they hold until the key is another one or is revoked.`;

const KEY = "tls:index/privateKey:PrivateKey";
const HOURS_PER_DAY = 24;
const STATE = "the state alone";

function authorityRow(declared: readonly Declared[], { name, inputs }: Declared): string[] {
  const known = placesOf(declared, mark("SelfSignedCert", "certPem", name));
  return [`\`${name}\``, subject(inputs), keyOf(declared, name), ...terms(inputs), known.join(", ") || STATE];
}

function leafRow(declared: readonly Declared[], { name, inputs }: Declared): string[] {
  const request = declared.find((one) => one.type === "tls:index/certRequest:CertRequest" && one.name === name);
  const asked = request?.inputs ?? {};
  const issuer = /certPem:([^›]*)›/.exec(String(inputs.caCertPem))?.[1] ?? "?";
  const names = [...list(asked.dnsNames), ...list(asked.ipAddresses)];
  const uses = list(inputs.allowedUses).filter((use) => use.endsWith("_auth"));
  const [lifetime, renewed] = terms(inputs);
  const held = placesOf(declared, mark("PrivateKey", "privateKeyPem", name));
  return [
    `\`${name}\``,
    `\`${issuer}\``,
    subject(asked),
    names.join(", ") || "-",
    keyOf(declared, name),
    uses.map((use) => use.replace("_auth", "")).join(", "),
    `${lifetime}, ${renewed}`,
    held.join(", ") || `${STATE}: operators' commands`,
  ];
}

function pqcRows(declared: readonly Declared[]): string[][] {
  return declared.flatMap(({ type, name, node, inputs }) => {
    const short = type.replace("dsmil:index:", "");
    const places = placesOf(declared, mark(short, "seed", name)).join(", ");
    const kept = places === "" ? STATE : places;
    if (short === "FleetRootKey") return [["the fleet's root", "itself", kept, "never"]];
    if (short === "ModelSigner") return [["models", "root", STATE, "when its resource is replaced"]];
    if (short === "TenantSigningKey") {
      const use = inputs.use === undefined ? "claims" : String(inputs.use);
      return [[`tenant ${String(inputs.tenant)}, ${use}`, "root", kept, "when its resource is replaced"]];
    }
    if (short !== "PqcNodeIdentity") return [];
    const sealing = (inputs.sealing as { kind?: string } | undefined)?.kind ?? "file";
    return [[`node ${node}`, "root", `the node alone (${sealing})`, "when how it is kept changes"]];
  });
}

/** Folders of nodes with a file that has this text. */
function placesOf(declared: readonly Declared[], text: string): string[] {
  const places = declared.filter(({ holds }) => holds.has(text));
  const byPath = Map.groupBy(places, ({ inputs }) => String(inputs.path));
  return [...byPath].map(([path, all]) => `${[...new Set(all.map(({ node }) => node))].sort().join(", ")} \`${path}\``);
}

function terms({ validityPeriodHours, earlyRenewalHours }: Declared["inputs"]): [string, string] {
  const days = (hours: unknown): string => `${Number(hours) / HOURS_PER_DAY} days`;
  return [days(validityPeriodHours), `in its last ${days(earlyRenewalHours)}`];
}

function keyOf(declared: readonly Declared[], name: string): string {
  const inputs = declared.find((one) => one.type === KEY && one.name === name)?.inputs ?? {};
  return `${String(inputs.algorithm)} ${String(inputs.ecdsaCurve ?? "")}`.trim();
}

function subject(inputs: Declared["inputs"]): string {
  const { commonName, organization } = (inputs.subject ?? {}) as Readonly<Record<string, string>>;
  return `CN=${commonName ?? "?"}, O=${organization ?? "?"}`;
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
