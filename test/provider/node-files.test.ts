import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { transfer } from "../../infra/provider/resources/image-on-node/engine.ts";
import type { NodeFilesInputs } from "../../infra/provider/resources/node-files/args.ts";
import { nodeFiles } from "../../infra/provider/resources/node-files/handler.ts";
import { recordedContext } from "./context.ts";
import { contractSuite } from "./contract.ts";
import { image, startNodes, type TestNodes } from "./nodes.ts";

let nodes: TestNodes;
const dir = "/etc/dsmil/certs/redis";
const sh = (script: string): Promise<string> => nodes.sh("node-a", script);

beforeAll(async () => {
  nodes = await startNodes("node-files", 41, ["node-a"]);
}, 900_000);
afterAll(() => nodes?.destroy());

const inputs = (): NodeFilesInputs => ({
  node: "node-a",
  path: dir,
  uid: 10001,
  gid: 10001,
  dirMode: "0750",
  files: {
    "tls.crt": { content: "certificate\n" },
    "tls.key": { content: "s3cret 'quoted' $(id) \u00e9\n", mode: "0400" },
    "conf.d/a.conf": { content: "", mode: "0444" },
  },
});

contractSuite({
  name: "NodeFiles",
  handler: nodeFiles,
  connect: (node) => nodes.connect(node),
  inputs,
  changed: () => {
    const { "conf.d/a.conf": _gone, ...files } = inputs().files;
    return { ...inputs(), files: { ...files, "tls.crt": { content: "renewed\n" }, "new.txt": { content: "new" } } };
  },
  changedPaths: ['files["tls.crt"].content', 'files["conf.d/a.conf"]', 'files["new.txt"]'],
  drifts: [
    { name: "a changed file", break: () => breaks(`echo x > ${dir}/tls.crt`), paths: ['files["tls.crt"].content'] },
    { name: "a missing file", break: () => breaks(`rm ${dir}/tls.key`), paths: ['files["tls.key"]'] },
    { name: "an additional file", break: () => breaks(`touch "${dir}/e x.tra"`), paths: ['files["e x.tra"]'] },
    { name: "a wider mode", break: () => breaks(`chmod 644 ${dir}/tls.key`), paths: ['files["tls.key"].mode'] },
    { name: "another owner", break: () => breaks(`chown 0:0 ${dir}/tls.key`), paths: ['files["tls.key"].owner'] },
    { name: "a wider folder", break: () => breaks(`chmod 777 ${dir}`), paths: ["dirMode"] },
    {
      name: "a link in the place of a file",
      break: () => breaks(`ln -sf /etc/passwd ${dir}/tls.crt`),
      paths: ['files["tls.crt"].content', 'files["tls.crt"].mode', 'files["tls.crt"].owner'],
    },
    { name: "a missing folder", break: () => breaks(`rm -r ${dir}`) },
  ],
  // A rename gives a new inode even where the content stays.
  fingerprint: () => sh(`find /etc/dsmil -printf '%p %i %C@ %m %U %G\\n' | sort`),
  gone: async () => (await sh("find /etc/dsmil -mindepth 1")) === "",
  async works({ files }) {
    for (const [path, { content, mode = "0644" }] of Object.entries(files)) {
      expect(await sh(`cat ${dir}/${path}`)).toBe(content);
      expect(await sh(`stat -c '0%a %u:%g' ${dir}/${path}`)).toBe(`${mode} 10001:10001\n`);
    }
    expect(await sh(`find ${dir} -type f | wc -l`)).toBe(`${Object.keys(files).length}\n`);
    expect(await sh(`find ${dir} -type d -printf '%m %U '`)).toMatch(/^(750 10001 )+$/);
  },
  // Files in sub-folders may be another resource's.
  importWithout: ["files"],
});

const breaks = async (script: string): Promise<void> => void (await sh(script));
const context = () => recordedContext((node) => nodes.connect(node));

describe("NodeFiles", () => {
  const path = "/etc/dsmil/x";
  const flat = { node: "node-a", path, files: { a: { content: "1", mode: "0400" } } };
  const remove = (state: Parameters<typeof nodeFiles.remove>[1]) => nodeFiles.remove("", state, context());

  it("imports files with content, mode and owner", async () => {
    const state = await nodeFiles.reconcile(flat, undefined, context());
    expect(await nodeFiles.read("node-a/etc/dsmil/x", undefined, context())).toEqual(state);
    await remove(state);
  });

  it("leaves files alone that were there before it, and says so", async () => {
    await sh(`mkdir -p ${path} && echo theirs > ${path}/theirs`);
    const ctx = context();
    const state = await nodeFiles.reconcile(flat, undefined, ctx);
    expect(ctx.warnings.join()).toContain("theirs");
    await remove(state);
    expect(await sh(`ls ${path}`)).toBe("theirs\n");
    await sh(`rm -r ${path}`);
  });

  it("does not count what another resource keeps in the folder", async () => {
    const inputs = { ...flat, others: ["model.gguf"] };
    const state = await nodeFiles.reconcile(inputs, undefined, context());
    await sh(`echo x > ${path}/model.gguf`);
    const ctx = context();
    expect(await nodeFiles.read("", state, ctx)).toBe(state);
    expect(await nodeFiles.reconcile(inputs, state, ctx)).toEqual(state);
    expect(ctx.warnings).toEqual([]);
    await remove(state);
    expect(await sh(`ls ${path}; rm -r ${path}`)).toBe("model.gguf\n");
    expect(nodeFiles.check({ ...flat, others: ["../x"] }).map(({ property }) => property)).toEqual(["others[0]"]);
  });

  it("leaves a file to another resource that takes it over", async () => {
    const both = { ...flat, files: { ...flat.files, "model.gguf": { content: "x", mode: "0444" } } };
    const state = await nodeFiles.reconcile(both, undefined, context());
    const after = await nodeFiles.reconcile({ ...flat, others: ["model.gguf"] }, state, context());
    expect(await sh(`cat ${path}/model.gguf`)).toBe("x");
    await remove(after);
    await sh(`rm -r ${path}`);
  });

  it("writes, compares and imports files that are no text", async () => {
    const bytes = Buffer.from([0, 0x61, 0x73, 0x6d, 0xff, 0xfe, 10, 13]);
    const file = { content: bytes.toString("base64"), encoding: "base64" as const };
    const inputs = { ...flat, files: { "policy.wasm": file } };
    const state = await nodeFiles.reconcile(inputs, undefined, context());
    expect(await sh(`sha256sum < ${path}/policy.wasm`)).toContain(createHash("sha256").update(bytes).digest("hex"));
    expect(await nodeFiles.read("", state, context())).toBe(state);
    expect(await nodeFiles.read("node-a/etc/dsmil/x", undefined, context())).toEqual(state);
    await sh(`printf x >> ${path}/policy.wasm`);
    const drifted = await nodeFiles.read("", state, context());
    expect(drifted?.files["policy.wasm"]).toMatchObject({
      encoding: "base64",
      content: expect.stringContaining("changed"),
    });
    await remove(await nodeFiles.reconcile(inputs, drifted, context()));
  });

  it("refuses what is no base64", () => {
    const failures = (file: object) => nodeFiles.check({ ...flat, files: { a: file } }).map(({ property }) => property);
    expect(failures({ content: "AGFzbQ==", encoding: "base64" })).toEqual([]);
    expect(failures({ content: "AGFzbQ=", encoding: "base64" })).toEqual(['files["a"].content']);
    expect(failures({ content: "AGFz\nbQ==", encoding: "base64" })).toEqual(['files["a"].content']);
    expect(failures({ content: "", encoding: "hex" })).toEqual(['files["a"].encoding']);
  });

  it("keeps an empty folder", async () => {
    const state = await nodeFiles.reconcile({ ...flat, files: {} }, undefined, context());
    expect(await sh(`stat -c %a ${path}`)).toBe("755\n");
    expect(await nodeFiles.read("", state, context())).toEqual(state);
    await remove(state);
    expect(await sh(`ls -d ${path} 2>&1 || :`)).toContain("No such file");
  });

  it("never shows contents in the process list", async () => {
    const link = await nodes.connect("node-a");
    const seen: string[] = [];
    const exec: typeof link.exec = (argv, options) => {
      seen.push(argv.join(" "));
      return link.exec(argv, options);
    };
    const spy = { ...link, exec } as typeof link;
    const ctx = recordedContext(async () => spy);
    const state = await nodeFiles.reconcile({ ...flat, files: { a: { content: "topsecretvalue" } } }, undefined, ctx);
    expect(seen.length).toBe(2);
    expect(seen.join("\n")).not.toContain("topsecretvalue");
    await remove(state);
  });

  it("touches nothing when the stream breaks off", async () => {
    const state = await nodeFiles.reconcile(flat, undefined, context());
    const link = await nodes.connect("node-a");
    const cut = {
      ...link,
      exec: (argv, o) => link.exec(argv, { ...o, ...(o?.stdin && { stdin: (o.stdin as Buffer).subarray(0, 700) }) }),
    } as typeof link;
    const changed = { ...flat, files: { a: { content: "2".repeat(2000) } } };
    const broken = nodeFiles.reconcile(
      changed,
      state,
      recordedContext(async () => cut),
    );
    await expect(broken).rejects.toThrow("write /etc/dsmil/x on node-a");
    expect(await sh(`cat ${path}/a; ls -A ${path}`)).toBe("1a\n");
    await remove(state);
  });

  it("reloads running containers after a change, and again when that failed", async () => {
    const base = image("dsmil-node-base");
    await transfer(await nodes.connect("node-a"), "node-a", [base], new AbortController().signal);
    const loop = 'trap "echo hup >> /got" HUP; : > /got; while :; do sleep 0.1; done';
    await sh(`docker run -d --user 0 --name t-signal ${base} sh -c '${loop}' >/dev/null`);
    const count = async () => Number(await sh("docker exec t-signal cat /got | wc -l"));
    await expect.poll(count).toBe(0);
    const reload = [
      { container: "t-absent", signal: "SIGHUP" },
      { container: "t-signal", signal: "SIGHUP" },
      { container: "t-signal", exec: ["test", "-e", "/willing"] },
    ];
    const state = await nodeFiles.reconcile({ ...flat, reload }, undefined, context());
    expect(await count(), "not on creation").toBe(0);
    const changed = { ...flat, reload, files: { a: { content: "2" } } };
    await expect(nodeFiles.reconcile(changed, state, context())).rejects.toThrow(/is written, but t-signal did not/);
    await expect.poll(count).toBe(1);
    await sh("docker exec t-signal touch /willing");
    const later = await nodeFiles.reconcile(changed, state, context());
    await expect.poll(count).toBe(2);
    await nodeFiles.reconcile(changed, later, context());
    expect(await count(), "not without a change").toBe(2);
    await sh("docker rm -f t-signal >/dev/null");
    await remove(later);
  }, 60_000);

  it("names the property of every mistake", () => {
    const bad = {
      node: "Node A",
      path: "/etc/passwd",
      files: { "../x": { content: 1 }, ok: { content: "", mode: "9" } },
      uid: -1,
      reload: [{ container: "x" }],
      colour: "red",
    };
    const failures = nodeFiles.check(bad).map(({ property }) => property);
    expect(failures.sort()).toEqual(
      [
        "colour",
        'files["../x"]',
        'files["../x"].content',
        'files["ok"].mode',
        "node",
        "path",
        "reload[0]",
        "uid",
      ].sort(),
    );
    for (const path of ["/etc/dsmilx", "/etc/dsmil/../passwd", "/etc/dsmil/", "etc/dsmil"]) {
      expect(nodeFiles.check({ node: "n", path, files: {} }), path).toHaveLength(1);
    }
  });
});
