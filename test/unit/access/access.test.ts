import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listAccess, readAccess } from "../../../infra/access/access.ts";
import { KEY_A, KEY_B } from "./host-keys.ts";

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dsmil-access-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function stack(node: string, config: string): void {
  writeFileSync(join(root, `Pulumi.${node}.yaml`), `encryptionsalt: v1:x\nconfig:\n${config}`);
}

function lab(entries: object): void {
  mkdirSync(join(root, ".dsmil"), { recursive: true });
  writeFileSync(join(root, ".dsmil/access.json"), JSON.stringify(entries));
}

describe("readAccess", () => {
  test("takes the endpoint from the stack file; the port defaults to 22 and a key's comment is cut", () => {
    stack("node-a", `  dsmil:ssh: admin@a.example\n  dsmil:hostKey: ${KEY_A} root@a\n`);
    expect(readAccess(root, "node-a")).toEqual({
      node: "node-a",
      user: "admin",
      host: "a.example",
      port: 22,
      hostKey: KEY_A,
      source: "Pulumi.node-a.yaml",
    });
  });

  test("reads an IPv6 endpoint and an identity file relative to the project", () => {
    writeFileSync(join(root, "key"), "");
    stack("node-a", `  dsmil:ssh: root@[fd00::1]:2022\n  dsmil:hostKey: ${KEY_A}\n  dsmil:identityFile: key\n`);
    expect(readAccess(root, "node-a")).toMatchObject({ host: "fd00::1", port: 2022, identityFile: join(root, "key") });
  });

  test("the lab's endpoints win, unless DSMIL_NO_LAB=1", () => {
    stack("node-a", `  dsmil:ssh: root@192.0.2.1:22\n  dsmil:hostKey: ${KEY_A}\n`);
    lab({ "node-a": { ssh: "root@127.0.0.1:4022", hostKey: KEY_B } });
    expect(readAccess(root, "node-a")).toMatchObject({ host: "127.0.0.1", port: 4022, hostKey: KEY_B });
    vi.stubEnv("DSMIL_NO_LAB", "1");
    expect(readAccess(root, "node-a")).toMatchObject({ host: "192.0.2.1", hostKey: KEY_A });
  });

  test("a node that the lab does not have is read from its stack file", () => {
    stack("node-d", `  dsmil:ssh: root@192.0.2.4:22\n  dsmil:hostKey: ${KEY_A}\n`);
    lab({ "node-a": { ssh: "root@127.0.0.1:4022", hostKey: KEY_B } });
    expect(readAccess(root, "node-d").host).toBe("192.0.2.4");
  });

  test("names the file to create when there is none", () => {
    expect(() => readAccess(root, "node-a")).toThrow(/^Pulumi\.node-a\.yaml: no such file.*dsmil:ssh/);
  });

  test("names every bad key at once, with line and remedy", () => {
    stack("node-a", "  dsmil:ssh: 192.0.2.1\n  dsmil:identityFile: nowhere\n");
    const error = thrown(() => readAccess(root, "node-a"));
    expect(error.split("\n")).toHaveLength(3);
    expect(error).toContain('Pulumi.node-a.yaml:3: dsmil:ssh: "192.0.2.1" is not of the form user@host:port');
    expect(error).toContain("Pulumi.node-a.yaml: dsmil:hostKey: missing. Read the key with");
    expect(error).toContain("Pulumi.node-a.yaml:4: dsmil:identityFile: nowhere does not exist");
  });

  test("says how to get a host key and how to verify it, for this endpoint", () => {
    stack("node-a", "  dsmil:ssh: root@192.0.2.1:2022\n");
    const error = thrown(() => readAccess(root, "node-a"));
    expect(error).toContain("ssh-keyscan -t ed25519 -p 2022 192.0.2.1");
    expect(error).toContain("ssh-keygen -lf");
    expect(error).toContain("pulumi config set --stack node-a dsmil:hostKey");
  });

  test.each([
    ["ssh-ed25519", "not base64"],
    ["ssh-dss AAAAB3NzaC1kc3M=", '"ssh-dss" is not a host key type'],
    [`ssh-rsa ${KEY_A.split(" ")[1]}`, 'of type "ssh-ed25519", not ssh-rsa'],
  ])("refuses the host key %j", (key, message) => {
    stack("node-a", `  dsmil:ssh: root@192.0.2.1:22\n  dsmil:hostKey: ${key}\n`);
    expect(thrown(() => readAccess(root, "node-a"))).toContain(message);
  });

  test.each(["root@192.0.2.1:0", "root@192.0.2.1:65536"])("refuses the port of %s", (ssh) => {
    stack("node-a", `  dsmil:ssh: ${ssh}\n  dsmil:hostKey: ${KEY_A}\n`);
    expect(thrown(() => readAccess(root, "node-a"))).toContain("out of range");
  });

  test("an encrypted value is explained", () => {
    stack("node-a", `  dsmil:ssh:\n    secure: abc\n  dsmil:hostKey: ${KEY_A}\n`);
    expect(thrown(() => readAccess(root, "node-a"))).toContain("must be plain text");
  });

  test("refuses a node id that would leave the folder", () => {
    expect(() => readAccess(root, "../x")).toThrow("is not a node id");
  });

  test("a damaged lab file is named", () => {
    mkdirSync(join(root, ".dsmil"));
    writeFileSync(join(root, ".dsmil/access.json"), "{");
    expect(() => readAccess(root, "node-a")).toThrow(/^\.dsmil\/access\.json: /);
  });
});

describe("listAccess", () => {
  test("lists stack files and lab machines by name", () => {
    stack("node-d", `  dsmil:ssh: root@192.0.2.4:22\n  dsmil:hostKey: ${KEY_A}\n`);
    lab({
      "node-b": { ssh: "root@127.0.0.1:1", hostKey: KEY_B },
      "node-a": { ssh: "root@127.0.0.1:2", hostKey: KEY_A },
    });
    expect(listAccess(root).map(({ node }) => node)).toEqual(["node-a", "node-b", "node-d"]);
  });

  test("reports the problems of all nodes together", () => {
    stack("node-a", "  other:key: 1\n");
    stack("node-b", "  other:key: 1\n");
    const error = thrown(() => listAccess(root));
    expect(error).toContain("Pulumi.node-a.yaml: dsmil:ssh: missing");
    expect(error).toContain("Pulumi.node-b.yaml: dsmil:hostKey: missing");
  });
});

function thrown(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
