import { describe, expect, it } from "vitest";
import { signer } from "../../../images/runtime/pqc/signer.ts";
import { askNodes, type NodeShell, readHeads } from "../../../infra/cli/audit/ask-nodes.ts";
import { nodeKeys } from "../../../infra/cli/audit/keys.ts";
import { since } from "../../../infra/cli/audit/since.ts";
import { issue } from "../../../infra/provider/pqc.ts";

const hash = "ab".repeat(32);
const ended = (stdout: string, code = 0, stderr = "") => ({ code, stdout, stderr });

describe("what nodes remember", () => {
  const shell = (gateway: ReturnType<typeof ended>, file = ended("certificate\n")): NodeShell => ({
    exec: async ([command]) => (command === "cat" ? file : gateway),
  });
  const ask = async (node: NodeShell | Error) => {
    const connect = async (): Promise<NodeShell> => {
      if (node instanceof Error) throw node;
      return node;
    };
    const [memory] = await askNodes(["node-a"], connect, (node) => ["docker", "exec", node, "ctl", "show"]);
    return memory;
  };

  it("is the head, and what was found gone", async () => {
    const lost = { seq: 9, hash: "cd".repeat(32), missed: "2026-11-21T17:00:00Z" };
    const text = JSON.stringify({ node: "node-a", audit: { node: "node-a", seq: 7, hash, lost: [lost], spool: 0 } });
    const heads = [
      { seq: 7, hash: Buffer.from(hash, "hex") },
      { seq: 9, hash: Buffer.from(lost.hash, "hex") },
    ];
    expect(await ask(shell(ended(text)))).toEqual({ node: "node-a", heads, certificate: "certificate", notes: [] });
    expect(readHeads(JSON.stringify({ audit: { node: "node-a", seq: 0, hash: "00".repeat(32) } }), "node-a")).toEqual(
      [],
    );
  });

  it.each([
    ["no gateway", shell(ended("", 1, "Error response from daemon: No such container: x")), /no gateway runs there/],
    ["a gateway that fails", shell(ended("", 3, "boom")), /boom/],
    ["a gateway that says nothing of use", shell(ended("{}")), /no audit chain of node-a/],
    ["a gateway that says too little", shell(ended('{"audit":{"node":"node-a","seq":1,"hash":"zz"}}')), /no head/],
    ["another node's gateway", shell(ended(JSON.stringify({ audit: { node: "node-b", seq: 1, hash } }))), /of node-a/],
    ["no JSON", shell(ended("<html>")), /not asked/],
    ["a node out of reach", new Error("node-a (root@10.0.0.1:22): timed out"), /timed out/],
  ])("is noted as unknown: %s", async (_, node, reason) => {
    const memory = await ask(node);
    expect(memory?.heads).toEqual([]);
    expect(memory?.notes.join()).toMatch(reason);
    expect(memory?.notes.join()).toMatch(/removed from the end of its chain would not be noticed/);
  });

  it("does without a certificate", async () => {
    const text = JSON.stringify({ audit: { node: "node-a", seq: 7, hash } });
    expect(await ask(shell(ended(text), ended("", 1, "no such file")))).not.toHaveProperty("certificate");
  });
});

describe("keys of nodes", () => {
  const root = "aa".repeat(32);
  const [one, two] = ["11", "22"].map((byte) => signer(byte.repeat(32)).publicKey) as [string, string];
  const sources = { root: signer(root).publicKey, identities: new Map([["node-a", one]]) };

  it("are the stack's, and all that the root certified, ended ones too", () => {
    const ended = issue(root, "node", "node-a", two, new Date("2020-01-02"), new Date("2020-01-01"));
    const certificates = [issue(root, "node", "node-a", one), ended, issue(root, "node", "node-b", two)];
    const { keys, notes } = nodeKeys({ ...sources, certificates });
    expect([...keys]).toEqual([
      ["node-a", [one, two]],
      ["node-b", [two]],
    ]);
    expect(notes).toEqual([]);
  });

  it.each([
    ["another root", issue("bb".repeat(32), "node", "node-a", two), /not signed by this fleet's root/],
    ["a tenant", issue(root, "tenant", "alpha", two), /certificate of node alpha is needed/],
    ["another subject", issue(root, "node", "node-b", two).replace("node-b", "node-a"), /not signed/],
    ["no certificate", "{}", /certificate was not taken/],
    ["no JSON", "x", /certificate was not taken/],
  ])("are not those of %s", (_, certificate, reason) => {
    const { keys, notes } = nodeKeys({ ...sources, certificates: [certificate] });
    expect([...keys]).toEqual([["node-a", [one]]]);
    expect(notes.join()).toMatch(reason);
  });
});

describe("since", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  it.each([
    ["2h", "2026-11-21T10:00:00.000Z"],
    ["7d", "2026-11-14T12:00:00.000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T10:00:00+02:00", "2026-11-20T08:00:00.000Z"],
  ])("takes %s", (text, expected) => expect(since(text, now).toISOString()).toBe(expected));
  it.each(["", "yesterday", "2026-13-01", "2h ago", "2026-11-20T10:00"])("refuses %j", (text) => {
    expect(() => since(text, now)).toThrow(/duration such as 2h/);
  });
});
