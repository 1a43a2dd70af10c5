import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { NodeAccess } from "../../../infra/access/access.ts";
import {
  controlFolder,
  controlPath,
  renderKnownHosts,
  renderSshConfig,
  writeSshConfig,
} from "../../../infra/access/ssh-config.ts";
import { KEY_A, KEY_B } from "./host-keys.ts";

const NODE: NodeAccess = { node: "node-a", user: "root", host: "172.20.0.10", port: 22, hostKey: KEY_A };
const PATHS = { knownHosts: "/project/.dsmil/ssh/known_hosts", controlFolder: "/tmp/dsmil-0-abc" };

let root = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "dsmil-ssh-"));
  vi.stubEnv("XDG_RUNTIME_DIR", root);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

test("one block a node", () => {
  const text = renderSshConfig([{ ...NODE, identityFile: "/project/my key" }], PATHS);
  expect(text).toBe(`# Written by dsmil from Pulumi.<node>.yaml or .dsmil/access.json; changes here are lost.

Host node-a
  HostName 172.20.0.10
  Port 22
  User root
  IdentityFile "/project/my key"
  IdentitiesOnly yes
  UserKnownHostsFile /project/.dsmil/ssh/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  HostKeyAlias dsmil-node-a
  HostKeyAlgorithms ssh-ed25519
  UpdateHostKeys no
  CheckHostIP no
  ControlMaster auto
  ControlPath ${controlPath({ ...NODE, identityFile: "/project/my key" }, PATHS.controlFolder)}
  ControlPersist 60
  ServerAliveInterval 5
  ServerAliveCountMax 3
  ConnectTimeout 10
  BatchMode yes
  LogLevel ERROR
`);
});

test("without an identity file ssh looks for keys itself", () => {
  expect(renderSshConfig([NODE], PATHS)).not.toContain("Identit");
});

test("known hosts carry the alias, so that nodes may share an address", () => {
  const other = { ...NODE, node: "node-b", hostKey: KEY_B };
  expect(renderKnownHosts([NODE, other])).toBe(`dsmil-node-a ${KEY_A}\ndsmil-node-b ${KEY_B}\n`);
});

test("a machine with another key gets another master connection", () => {
  expect(controlPath({ ...NODE, hostKey: KEY_B }, "/t")).not.toBe(controlPath(NODE, "/t"));
});

test("a socket path that ssh could not bind is refused", () => {
  expect(() => controlPath(NODE, `/${"x".repeat(80)}`)).toThrow("too long");
});

test("files are private, and are written again only when they change", async () => {
  expect(writeSshConfig(root, [NODE])).toBe(".dsmil/ssh/config");
  const config = join(root, ".dsmil/ssh/config");
  expect(statSync(config).mode & 0o777).toBe(0o600);
  expect(statSync(join(root, ".dsmil/ssh")).mode & 0o777).toBe(0o700);
  const before = statSync(config).ino;
  writeSshConfig(root, [NODE]);
  expect(statSync(config).ino).toBe(before);
  writeSshConfig(root, [{ ...NODE, port: 2022 }]);
  expect(readFileSync(config, "utf8")).toContain("Port 2022");
});

test("the folder for sockets is made private, below XDG_RUNTIME_DIR, else below /tmp", () => {
  const folder = controlFolder(root);
  expect(folder.startsWith(`${root}/dsmil-`)).toBe(true);
  chmodSync(folder, 0o755);
  expect(statSync(controlFolder(root)).mode & 0o777).toBe(0o700);
  vi.stubEnv("XDG_RUNTIME_DIR", `/${"x".repeat(90)}`);
  const fallback = controlFolder(root);
  expect(fallback.startsWith("/tmp/dsmil-")).toBe(true);
  rmSync(fallback, { recursive: true });
});
