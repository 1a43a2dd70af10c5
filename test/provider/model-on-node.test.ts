import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NodeLink } from "../../infra/provider/handler.ts";
import type { ModelOnNodeInputs } from "../../infra/provider/resources/model-on-node/args.ts";
import { modelOnNode } from "../../infra/provider/resources/model-on-node/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";
import { startNodes, type TestNodes } from "./nodes.ts";

const top = "/opt/dsmil/models";
const folder = `${top}/t-model/1.0.0`;
const path = `${folder}/model.gguf`;
const tree = `find ${top} -mindepth 1 -printf '%P\\n' | sort`;
const MIB = 1024 * 1024;
const source = mkdtempSync(join(tmpdir(), "dsmil-model-on-node-"));

let nodes: TestNodes;
beforeAll(async () => {
  nodes = await startNodes("model-on-node", 46, ["node-a"]);
}, 900_000);
afterAll(async () => {
  rmSync(source, { recursive: true, force: true });
  await nodes?.destroy();
});

const sh = (script: string): Promise<string> => nodes.sh("node-a", script);
const breaks = async (script: string): Promise<void> => void (await sh(script));
const context = () => recordedContext((node) => nodes.connect(node));

/** A file of the operator's, and what its model.json would name. */
function model(name: string, content: Buffer): ModelOnNodeInputs {
  writeFileSync(join(source, name), content);
  const sha384 = createHash("sha384").update(content).digest("hex");
  const of = { node: "node-a", name: "t-model", version: "1.0.0", file: "model.gguf" };
  return { ...of, sha384, bytes: content.length, source: join(source, name) };
}

const contents = randomBytes(5 * MIB + 123);
const first = model("first.gguf", contents);
const second = model("second.gguf", randomBytes(2 * MIB));

contractSuite({
  name: "ModelOnNode",
  handler: modelOnNode,
  connect: (node) => nodes.connect(node),
  inputs: () => first,
  changed: () => second,
  changedPaths: ["sha384", "bytes"],
  drifts: [
    { name: "a changed byte", break: () => breaks(`printf x | dd of=${path} bs=1 seek=9 conv=notrunc status=none`) },
    { name: "a file cut short", break: () => breaks(`truncate -s 100 ${path}`) },
    { name: "a file that others may write", break: () => breaks(`chmod 666 ${path}`) },
    { name: "another owner", break: () => breaks(`chown 10001 ${path}`) },
    { name: "a link in its place", break: () => breaks(`mv ${path} /tmp/moved && ln -s /tmp/moved ${path}`) },
    { name: "a missing folder", break: () => breaks(`rm -r ${top}/t-model`) },
  ],
  // A rename gives a new inode even where the content stays.
  fingerprint: () => sh(`find ${top} -printf '%p %i %C@ %m %U %G\\n' | sort`),
  gone: async () => (await sh(`find ${top} -mindepth 1`)) === "",
  async works({ sha384 }) {
    expect(await sh(`sha384sum < ${path}`)).toContain(sha384);
    expect(await sh(`stat -c '%a %u:%g' ${path}`)).toBe("444 0:0\n");
    expect(await sh(tree)).toBe("t-model\nt-model/1.0.0\nt-model/1.0.0/model.gguf\n");
  },
  importWithout: ["source"],
});

/** The node's connection, with an eye on how much is sent through it, which may be cut after so many bytes. */
async function watched(cutAfter = Number.POSITIVE_INFINITY) {
  const link = await nodes.connect("node-a");
  const sent: number[] = [];
  const exec: NodeLink["exec"] = (argv, options) => {
    if (!(options?.stdin instanceof Readable)) return link.exec(argv, options);
    const index = sent.push(0) - 1;
    const stdin = Readable.from(
      upTo(options.stdin, cutAfter, (bytes) => {
        sent[index] = (sent[index] ?? 0) + bytes;
      }),
    );
    return link.exec(argv, { ...options, stdin });
  };
  return { sent, ctx: recordedContext(async () => ({ ...link, exec }) as NodeLink) };
}

async function* upTo(from: Readable, limit: number, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  let left = limit;
  for await (const chunk of from as AsyncIterable<Buffer>) {
    const part = chunk.subarray(0, left);
    left -= part.length;
    count(part.length);
    yield part;
    if (left <= 0) throw new Error("the line broke");
  }
}

describe("ModelOnNode", () => {
  const remove = (): Promise<void> => modelOnNode.remove("", { ...first, stamp: "" }, context());
  /** Waits for the program on the node, which may begin to write after the line to it broke. */
  const begun = (): Promise<string> =>
    sh(`cd ${top}/.incoming && for i in $(seq 200); do [ -s "$(ls)" ] && exit; sleep 0.05; done; exit 1`);

  it("goes on where a broken line stopped, and nobody sees half a file", async () => {
    const broken = await watched(3 * MIB);
    await expect(modelOnNode.reconcile(first, undefined, broken.ctx)).rejects.toThrow("the line broke");
    expect(await sh(`ls ${folder} 2>/dev/null || :`)).toBe("");
    await begun();
    const there = Number(await sh(`cd ${top}/.incoming && flock "$(ls)" stat -c %s "$(ls)"`));
    expect(there).toBeGreaterThan(0);
    const rest = await watched();
    await modelOnNode.reconcile(first, undefined, rest.ctx);
    expect(rest.sent).toEqual([contents.length - there]);
    expect(await sh(`sha384sum < ${path}; ls -A ${top}`)).toBe(`${first.sha384}  -\nt-model\n`);
    await remove();
  });

  it("starts again when what was left is of another file", async () => {
    const broken = await watched(MIB);
    await expect(modelOnNode.reconcile(first, undefined, broken.ctx)).rejects.toThrow("the line broke");
    await begun();
    await sh(`cd ${top}/.incoming && printf other | flock "$(ls)" dd of="$(ls)" conv=notrunc status=none`);
    const again = await watched();
    await modelOnNode.reconcile(first, undefined, again.ctx);
    expect(again.sent).toHaveLength(2);
    expect(again.sent[1]).toBe(contents.length);
    await remove();
  });

  it("sends nothing when it is there, also with the state lost, and reads it only when it was touched", async () => {
    const state = await modelOnNode.reconcile(first, undefined, context());
    const later = await watched();
    const adopted = await modelOnNode.reconcile({ ...first, source: "/nowhere" }, undefined, later.ctx);
    expect(adopted.stamp).toBe(state.stamp);
    expect(later.sent).toEqual([]);
    await sh(`touch ${path}`);
    const touched = await modelOnNode.read("", state, context());
    expect(touched?.sha384).toBe(first.sha384);
    expect(touched?.stamp).not.toBe(state.stamp);
    await remove();
  });

  it("does not take a file that is not what its model.json names", async () => {
    const other = { ...first, source: model("other.gguf", randomBytes(contents.length)).source };
    await expect(modelOnNode.reconcile(other, undefined, context())).rejects.toThrow(
      "other.gguf holds is not what its model.json names",
    );
    expect(await sh(`find ${top} -type f`)).toBe("");
    const missing = { ...first, source: join(source, "none.gguf") };
    await expect(modelOnNode.reconcile(missing, undefined, context())).rejects.toThrow("is not on this machine");
    const short = { ...first, source: second.source };
    await expect(modelOnNode.reconcile(short, undefined, context())).rejects.toThrow(`has ${second.bytes} bytes`);
    await remove();
  });

  it("leaves other files and versions alone when it goes", async () => {
    const state = await modelOnNode.reconcile(first, undefined, context());
    await sh(`echo text > ${folder}/model.json; mkdir ${top}/t-model/2.0.0`);
    await modelOnNode.remove("", state, context());
    expect(await sh(tree)).toBe("t-model\nt-model/1.0.0\nt-model/1.0.0/model.json\nt-model/2.0.0\n");
    await sh(`rm -r ${top}/t-model`);
  });

  it("names the property of every mistake", async () => {
    const wrong = {
      node: "A",
      name: "../x",
      version: "1",
      file: "model.sig",
      sha384: "00",
      bytes: 0,
      source: "",
      x: 1,
    };
    const failures = modelOnNode.check(wrong).map(({ property }) => property);
    expect([...failures].sort()).toEqual(["bytes", "file", "name", "node", "sha384", "source", "version", "x"]);
    const read = modelOnNode.read("node-a/model/..", undefined, context());
    await expect(read).rejects.toThrow("is no id of ModelOnNode");
  });
});
