import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { dsmil, pulumi, pulumiOnAll, root } from "./harness/dsmil.ts";
import { onNode, onNodeOk } from "./harness/fleet.ts";

const NODES = ["node-a", "node-b", "node-c"];

/** How an exported checkpoint marks a decrypted secret. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Public halves that travel inside one secret value with the private ones. */
const PUBLIC = new Set(["publicKey", "certificate", "cert"]);
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** All public keys and certificates of an export: a private key's encoding repeats parts of its public key. */
function publicKeysIn(value: unknown, found: string[] = []): string[] {
  if (value === null || typeof value !== "object") return found;
  for (const [key, item] of Object.entries(value)) {
    if (/public|cert/i.test(key) && !/private/i.test(key) && typeof item === "string") found.push(item);
    else publicKeysIn(item, found);
  }
  return found;
}

/** Every string below a secret mark that is long enough to be looked for. */
function secretsIn(value: unknown, inside = false, found = new Set<string>()): Set<string> {
  if (typeof value === "string") {
    if (!inside) return found;
    // PEM secrets span lines; what could leak is any one of them.
    for (const part of value.replaceAll(CERTIFICATE, "").split(/\\n|\n/)) {
      if (part.length >= 20 && !part.startsWith("-----")) found.add(part);
    }
  } else if (Array.isArray(value)) {
    for (const item of value) secretsIn(item, inside, found);
  } else if (value !== null && typeof value === "object") {
    const marked = SECRET_SIGNATURE in value;
    if (marked && "plaintext" in value) return secretsIn(JSON.parse(String(value.plaintext)), true, found);
    for (const [key, item] of Object.entries(value)) {
      if (!PUBLIC.has(key)) secretsIn(item, inside || marked, found);
    }
  }
  return found;
}

describe("generated secrets", () => {
  const secrets = new Set<string>();

  beforeAll(async () => {
    const checkpoints: unknown[] = [];
    for (const node of NODES) {
      const run = await pulumi("stack", "export", "--show-secrets", "--stack", node);
      expect(run.code, run.stderr).toBe(0);
      checkpoints.push(JSON.parse(run.stdout));
    }
    const published = publicKeysIn(checkpoints);
    for (const secret of secretsIn(checkpoints)) {
      if (!published.some((key) => key.includes(secret))) secrets.add(secret);
    }
    // A configuration file that stands beside a secret in one secret property is no secret itself.
    for (const node of NODES) {
      const published = await onNodeOk(
        node,
        "sh",
        "-c",
        [
          "cat /etc/dsmil/ca/ca.crt; cat /etc/dsmil/certs/*/*.crt 2>/dev/null; cat /etc/dsmil/*/*.conf /etc/dsmil/*/*.cfg 2>/dev/null",
          "cat /etc/dsmil/enclave/enclave.json /etc/dsmil/coalition/*/partners.json /etc/dsmil/feeds/*/feeds.json 2>/dev/null; true",
        ].join("; "),
      );
      for (const line of published.split("\n")) secrets.delete(line);
    }
  });

  /** Names where any secret stands in a text, without ever printing it. */
  const leaks = (text: string): number => [...secrets].filter((s) => text.includes(s)).length;

  it("are many, and the search finds one that is really there", async () => {
    expect(secrets.size).toBeGreaterThan(30);
    expect(leaks(`x${[...secrets][3]}y`)).toBeGreaterThan(0);
  });

  it.each(NODES)("are not in docker inspect, process lists or logs on %s", async (node) => {
    const inspect = await onNodeOk(
      node,
      "sh",
      "-c",
      "docker inspect $(docker ps -aq) $(docker volume ls -q) $(docker network ls -q)",
    );
    const processes = await onNodeOk(node, "sh", "-c", "ps auxwwe");
    const logs = await onNode(
      node,
      "sh",
      "-c",
      "for c in $(docker ps -aq); do docker logs $c 2>&1; done; cat /var/log/*.log 2>/dev/null; true",
    );
    expect({ inspect: leaks(inspect), processes: leaks(processes), logs: leaks(logs.stdout) }).toEqual({
      inspect: 0,
      processes: 0,
      logs: 0,
    });
  });

  it("are not plain in any file of the state or of the tools' logs", () => {
    const files = globSync(
      "{.dsmil/state/**/*,.dsmil/pulumi/logs/**/*,.dsmil/reports/**/*,.dsmil/state/.pulumi/**/*}",
      { cwd: root },
    )
      .map((f) => join(root, f))
      .filter((f) => statSync(f).isFile() && statSync(f).size < 64 * 1024 * 1024);
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((f) => leaks(readFileSync(f, "latin1")) > 0)).toEqual([]);
  });

  it("are not in what commands print", async () => {
    const commands = [
      ["status"],
      ["status", "--json"],
      ["plan"],
      ["plan", "--json"],
      ["manifest", "show", "--json"],
      ["tenant", "list"],
      ["tenant", "show", "alpha"],
      ["dbe", "show", "--json"],
      ["audit", "list", "--json"],
      ["audit", "verify", "--json"],
      ["metrics", "targets", "--json"],
      ["alerts", "--json"],
      ["logs", "--since", "24h", "--limit", "10000", "--json"],
    ];
    for (const args of commands) {
      const { stdout, stderr } = await dsmil(...args);
      expect(leaks(stdout + stderr), args.join(" ")).toBe(0);
    }
    for (const [node, { stdout }] of await pulumiOnAll("preview", "--diff")) expect(leaks(stdout), node).toBe(0);
  });
});
