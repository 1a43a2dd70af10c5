import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type NodeAccess, readAccess } from "../../infra/access/access.ts";
import { connect } from "../../infra/access/connection.ts";
import { fingerprint, parseHostKey } from "../../infra/access/host-key.ts";
import { probeNodes } from "../../infra/access/probe.ts";
import { writeSshConfig } from "../../infra/access/ssh-config.ts";
import { faults } from "../../infra/lab/break.ts";
import { createLab } from "../../infra/lab/create-lab.ts";
import { destroyLab } from "../../infra/lab/destroy-lab.ts";
import { docker } from "../../infra/lab/docker.ts";
import { labStatus } from "../../infra/lab/lab-status.ts";
import { preflight } from "../../infra/lab/preflight.ts";
import { runOrThrow } from "../../infra/lab/run.ts";
import type { LabSpec } from "../../infra/lab/spec.ts";
import { ownLab, removeLab } from "./machines.ts";

const NODES = ["node-a", "node-b"];
let spec: LabSpec;

beforeAll(async () => {
  spec = await ownLab("lab", 77, NODES);
  await createLab(spec);
});

afterAll(() => removeLab(spec));

function access(node: string): NodeAccess {
  return readAccess(spec.root, node);
}

async function sh(node: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await (await connect(access(node))).exec(["sh", "-c", script]);
  if (code !== 0) throw new Error(`${script} on ${node}: ${stderr}`);
  return stdout.trim();
}

async function changes(): Promise<string[]> {
  return (await createLab(spec)).machines.map(({ change }) => change);
}

function left(kind: "ps -a" | "volume ls" | "network ls"): Promise<string> {
  const [verb = "", ...rest] = kind.split(" ");
  return docker([verb, ...rest, "--quiet", "--filter", `label=io.dsmil.lab=${spec.network}`]);
}

describe("a lab", () => {
  test("has private keys, and machines with an engine that runs containers", async () => {
    expect(statSync(join(spec.root, ".dsmil/lab/id_ed25519")).mode & 0o777).toBe(0o600);
    expect(statSync(join(spec.root, ".dsmil/access.json")).mode & 0o777).toBe(0o600);
    for (const node of NODES) {
      await sh(node, "tar -C /usr/bin -c tini-static docker-init 2>/dev/null | docker import - hello >/dev/null");
      expect(await sh(node, "docker run --rm --memory 32m hello /docker-init --version")).toContain("version");
    }
    expect((await labStatus(spec)).map(({ running, status }) => [running, status])).toEqual(
      NODES.map(() => [true, "running"]),
    );
  });

  test("is reached by OpenSSH through the written configuration", async () => {
    const config = join(spec.root, writeSshConfig(spec.root));
    expect(await runOrThrow(["ssh", "-F", config, "node-b", "cat", "/etc/hostname"])).toBe("node-b.test\n");
    await runOrThrow(["ssh", "-F", config, "-O", "exit", "node-b"]);
  });

  test("is left alone by a second run", async () => {
    const own = [
      "ps",
      "--no-trunc",
      "--filter",
      `label=io.dsmil.lab=${spec.network}`,
      "--format",
      "{{.ID}} {{.CreatedAt}}",
    ];
    const before = await docker(own);
    expect(await changes()).toEqual(["none", "none"]);
    expect(await docker(own)).toBe(before);
  });

  test("keeps other labs off its addresses and its machines", async () => {
    const other = { ...spec, network: "t-lab-other", machines: [] };
    await expect(createLab(other)).rejects.toThrow(/172\.29\.77\.0\/24 is in use by network t-lab /);
    await expect(createLab({ ...spec, root: "/elsewhere" })).rejects.toThrow(`belongs to ${spec.root}`);
    const { problems } = await preflight({ root: "/elsewhere", lab: spec });
    expect(problems.filter(({ what }) => what.endsWith(`belongs to ${spec.root}`))).toHaveLength(NODES.length);
  });
});

describe("a machine comes back", () => {
  beforeEach(async () => void (await createLab(spec)));

  test("after a power failure, with its containers, its identity and on the same connection", async () => {
    const connection = await connect(access("node-a"));
    await connection.exec([
      "docker",
      "run",
      "-d",
      "--name",
      "keep",
      "--restart",
      "always",
      "hello",
      "/docker-init",
      "-s",
      "--",
      "/docker-init",
      "--version",
    ]);
    const key = access("node-a").hostKey;
    await faults(spec).killMachine("node-a");
    const started = Date.now();
    const [probe] = await probeNodes(spec.root, ["node-a"]);
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(probe?.ok).toBe(false);
    expect(probe?.problem).toMatch(/^node-a \(root@172\.29\.77\.10:22\): cannot connect: /);
    expect(await changes()).toEqual(["started", "none"]);
    expect(access("node-a").hostKey).toBe(key);
    const { stdout } = await connection.exec(["docker", "ps", "--all", "--format", "{{.Names}}"]);
    expect(stdout).toContain("keep");
  });

  test("after its engine was stopped", async () => {
    await faults(spec).stopEngine("node-b");
    const probes = await probeNodes(spec.root, NODES);
    expect(probes.map(({ ok }) => ok)).toEqual([true, false]);
    expect(probes[1]?.problem).toMatch(/^node-b \(root@.*\): SSH works, but its engine does not answer: /);
    expect((await labStatus(spec))[1]).toMatchObject({
      running: false,
      detail: expect.stringContaining("does not answer"),
    });
    await faults(spec).startEngine("node-b");
    expect((await probeNodes(spec.root)).map(({ ok }) => ok)).toEqual([true, true]);
  });

  test("by itself after its engine crashed", async () => {
    const before = await sh("node-b", "cat /run/docker.pid");
    await faults(spec).killEngine("node-b");
    await expect
      .poll(() => sh("node-b", `docker version >/dev/null 2>&1 && cat /run/docker.pid || echo ${before}`), {
        timeout: 30_000,
      })
      .not.toBe(before);
  });

  test("after it was cut off or paused", async () => {
    await faults(spec).cut("node-a");
    await faults(spec).pause("node-b");
    expect((await labStatus(spec)).map(({ status }) => status)).toEqual(["cut", "paused"]);
    expect(await changes()).toEqual(["reconnected", "resumed"]);
    expect((await probeNodes(spec.root)).map(({ ok }) => ok)).toEqual([true, true]);
  });

  test("on its disks when its container was removed", async () => {
    const key = access("node-a").hostKey;
    await docker(["rm", "--force", "t-lab-node-a"]);
    const lab = await createLab(spec);
    expect(lab.machines.map(({ change }) => change)).toEqual(["remade", "none"]);
    expect(lab.notes).toEqual([expect.stringContaining("node-a was missing; it was made anew on its disks")]);
    expect(access("node-a").hostKey).toBe(key);
    expect(await sh("node-a", "docker image inspect --format '{{.Id}}' hello")).toMatch(/^sha256:/);
  });

  test("empty, and says so, when its disks are gone; its old identity is then refused", async () => {
    const old = access("node-a");
    await docker(["rm", "--force", "t-lab-node-a"]);
    await docker(["volume", "rm", "t-lab-node-a-engine", "t-lab-node-a-config", "t-lab-node-a-hostkeys"]);
    const lab = await createLab(spec);
    expect(lab.notes).toEqual([expect.stringContaining("its containers and data are gone")]);
    const now = access("node-a");
    expect(now.hostKey).not.toBe(old.hostKey);
    const error = await connect(old).catch((refused: Error) => refused.message);
    expect(error).toContain("node-a (root@172.29.77.10:22): host key refused");
    for (const key of [old.hostKey, now.hostKey]) expect(error).toContain(fingerprint(parseHostKey(key).blob));
    expect(await sh("node-a", "hostname")).toBe("node-a.test");
  });
});

test("destroying the lab leaves nothing, twice over", async () => {
  const removed = await destroyLab(spec);
  expect([...removed.machines].sort()).toEqual(["t-lab-node-a", "t-lab-node-b"]);
  expect(removed.volumes).toHaveLength(6);
  expect(await left("ps -a")).toBe("");
  expect(await left("volume ls")).toBe("");
  expect(await left("network ls")).toBe("");
  expect(existsSync(join(spec.root, ".dsmil/access.json"))).toBe(false);
  expect(existsSync(join(spec.root, ".dsmil/lab"))).toBe(false);
  expect(await destroyLab(spec)).toEqual({ machines: [], volumes: [] });
});
