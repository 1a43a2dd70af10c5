import { describe, expect, test } from "vitest";
import type { Facts } from "../../../infra/lab/facts.ts";
import { findProblems } from "../../../infra/lab/preflight.ts";
import { labSpec } from "../../../infra/lab/spec.ts";

const GIB = 1024 ** 3;
const LAB = labSpec("/project", "", [{ id: "node-a", address: "172.20.0.10", hostname: "node-a" }]);
const ENGINE = {
  version: "20.10.24",
  cgroupVersion: 2,
  dataRoot: "/var/lib/docker",
  rootless: false,
  client: "/usr/bin/docker",
  own: false,
  started: false,
} as const;

/** A bare Debian machine as root: nothing installed, everything can be. */
const BARE: Facts = {
  platform: "linux",
  arch: "x64",
  system: "Debian GNU/Linux 12 (bookworm)",
  debian: true,
  root: true,
  engineProblem: "no docker client is installed",
  disks: [{ path: "/var/lib/docker", freeBytes: 40 * GIB, needBytes: 16 * GIB }],
  memoryBytes: 8 * GIB,
  projectWritable: true,
  missingPackages: ["docker.io", "mmdebstrap"],
  missingCommands: ["docker", "mmdebstrap"],
  usedSubnets: [{ owner: "interface eth0", subnet: "192.168.1.5/24" }],
  foreign: [],
};

/** A workstation: not root, but everything is there. */
const { engineProblem: _none, ...rest } = BARE;
const WORKSTATION: Facts = { ...rest, root: false, engine: ENGINE, missingPackages: [], missingCommands: [] };

function said(facts: Facts, lab = true): string[] {
  return findProblems(facts, lab ? { lab: LAB } : {}).map(({ what, remedy }) => `${what} | ${remedy}`);
}

describe("findProblems", () => {
  test("a bare Debian machine as root and a workstation with an engine are fine", () => {
    expect(said(BARE)).toEqual([]);
    expect(said(WORKSTATION)).toEqual([]);
  });

  test("each problem is named with its remedy", () => {
    const cases: [Partial<Facts>, RegExp][] = [
      [{ platform: "darwin" }, /not supported: darwin on x64 \| use Linux/],
      [{ debian: false, missingCommands: ["mmdebstrap"] }, /commands are missing: mmdebstrap \| install them/],
      [{ root: false, engine: ENGINE }, /only root may install.* \| sudo apt-get install docker\.io mmdebstrap/],
      [{ projectWritable: false }, /may not write to the project folder/],
      [{ dockerHost: "unix:///x.sock" }, /DOCKER_HOST=unix:\/\/\/x\.sock: no docker client.*unset DOCKER_HOST/],
      [{ disks: [{ path: "/d", freeBytes: 2.5 * GIB, needBytes: 12 * GIB }] }, /\/d: 2\.5 GiB free, 12\.0 GiB needed/],
      [{ memoryBytes: 2 * GIB }, /2\.0 GiB of memory, 4\.0 GiB needed/],
      [
        { usedSubnets: [{ owner: "network x", subnet: "172.20.0.0/16" }] },
        /in use by network x .*\| Remove that network/,
      ],
      [{ foreign: ["a container named dsmil-node-a exists. Remove it"] }, /named dsmil-node-a exists \| Remove it/],
      [{ engine: { ...ENGINE, rootless: true } }, /runs rootless/],
      [{ engine: ENGINE, dockerHost: "ssh://other" }, /is another machine/],
    ];
    for (const [change, expected] of cases) {
      const problems = said({ ...BARE, ...change });
      expect(problems, JSON.stringify(change)).toHaveLength(1);
      expect(problems[0]).toMatch(expected);
    }
  });

  test("all problems come at once", () => {
    const facts = { ...BARE, root: false, memoryBytes: GIB, engineProblem: "no container engine is running" };
    const problems = said(facts);
    expect(problems).toHaveLength(3);
    expect(problems.join()).toContain("usermod -aG docker");
  });

  test("without the lab, neither its addresses nor a remote engine matter", () => {
    const used = [{ owner: "network x", subnet: "172.20.0.0/16" }];
    expect(said({ ...WORKSTATION, usedSubnets: used, dockerHost: "ssh://other" }, false)).toEqual([]);
  });
});
