import { resolve } from "node:path";
import { MODELS_FOLDER } from "../../../model/containers/paths.ts";
import { Checker } from "../../check.ts";
import { compare } from "../../diff.ts";
import type { HandlerContext, NodeLink, Props, ResourceHandler } from "../../handler.ts";
import type { ModelOnNodeInputs, ModelOnNodeState } from "./args.ts";
import { checkSource, look, megabytes, type Place, removeFile, send, settle, take } from "./file.ts";

const REPLACE = ["node", "name", "version", "file"];
const OUTPUTS = ["stamp"];
const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const VERSION = /^\d{1,5}\.\d{1,5}\.\d{1,5}$/;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** These two are text, written by NodeFiles. */
const TEXTS = ["model.json", "model.sig"];
/** Largest file, bytes. */
const MAX_BYTES = 1e12;

/** @param top folder of all models on a node */
export function createModelOnNode(top: string): ResourceHandler<ModelOnNodeInputs, ModelOnNodeState> {
  const place = ({ node, name, version, file, sha384 }: Omit<ModelOnNodeInputs, "bytes" | "source">): Place => {
    const folder = `${top}/${name}/${version}`;
    const part = `${top}/.incoming/${name}@${version}@${file}@${sha384.slice(0, 32)}`;
    return { node, top, folder, path: `${folder}/${file}`, part };
  };
  return {
    token: "dsmil:index:ModelOnNode",
    outputs: OUTPUTS,
    secretOutputs: [],
    replaceOn: REPLACE,
    // Services go over to the new version in between.
    createBeforeDelete: true,
    id: ({ node, name, version, file }) => `${node}/model/${name}/${version}/${file}`,
    plan: (inputs, old) => (old?.sha384 === inputs.sha384 ? { stamp: old.stamp } : {}),
    // The same file may lie elsewhere on the operator's machine.
    diff: (old, inputs) => compare({ ...old, source: inputs.source }, inputs, OUTPUTS, REPLACE),
    check,
    async reconcile(inputs, old, ctx) {
      const link = await ctx.connect(inputs.node);
      const known = old && place(old).path === place(inputs).path ? old : undefined;
      const found = await look(link, place(inputs), known);
      if (found?.sha384 !== inputs.sha384) await bring(link, place(inputs), inputs, ctx);
      else if (!found.settled) {
        ctx.progress(`settling ${place(inputs).path}`);
        await settle(link, place(inputs));
      } else return { ...inputs, stamp: found.stamp };
      const now = await look(link, place(inputs), undefined);
      if (now?.sha384 !== inputs.sha384) throw new Error(`${place(inputs).path} changed again while it was written`);
      return { ...inputs, stamp: now.stamp };
    },
    async read(id, old, ctx) {
      const at = place(old ?? parseId(id));
      const found = await look(await ctx.connect(at.node), at, old);
      // Another file in its place, or one that others may change, is as good as none: creation brings the right one.
      if (found === undefined || (old && (found.sha384 !== old.sha384 || !found.settled))) return undefined;
      const { stamp, sha384, bytes } = found;
      if (old) return old.stamp === stamp ? old : { ...old, stamp };
      return { ...parseId(id), sha384, bytes, source: "", stamp };
    },
    async remove(_id, old, ctx) {
      ctx.progress(`removing ${place(old).path}`);
      await removeFile(await ctx.connect(old.node), place(old));
    },
  };
}

/** Models of a node. */
export const modelOnNode = createModelOnNode(MODELS_FOLDER);

function check(props: Props) {
  const c = new Checker(props, [...REPLACE, "sha384", "bytes", "source"]);
  c.node();
  c.text("name", NAME, "the name of a model, such as l7-tiny");
  c.text("version", VERSION, "a version such as 1.0.0");
  c.text("file", FILE, "the name of a file, such as model.gguf");
  if (TEXTS.includes(String(props.file))) c.fail("file", `must not be one of ${TEXTS.join(", ")}: NodeFiles has those`);
  c.text("sha384", /^[0-9a-f]{96}$/, "a SHA-384 in hex");
  if (props.bytes === undefined) c.fail("bytes", "is missing; give the file's size");
  c.integer("bytes", 1, MAX_BYTES);
  c.text("source", /^[^\0]+$/, "the path of a file on this machine");
  return c.failures;
}

async function bring(link: NodeLink, place: Place, inputs: ModelOnNodeInputs, ctx: HandlerContext): Promise<void> {
  const { node, name, version, sha384, bytes } = inputs;
  const source = resolve(process.env.DSMIL_ROOT ?? process.cwd(), inputs.source);
  await checkSource(source, `${name} ${version}`, bytes);
  for (let again = false; ; again = true) {
    ctx.progress(`sending ${name} ${version} to ${node} (${megabytes(bytes)})`);
    const from = await send(link, place, source, bytes, ctx.signal);
    ctx.progress(`checking ${name} ${version} on ${node}`);
    if (await take(link, place, sha384, bytes)) return;
    // What an earlier attempt left may have been of another file: once more, from the start.
    if (from === 0 || again) {
      throw new Error(`${name} ${version}: what ${source} holds is not what its model.json names; restore the file`);
    }
  }
}

function parseId(id: string): Omit<ModelOnNodeInputs, "bytes" | "source"> {
  const [, node, name, version, file] = /^([^/]+)\/model\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(id) ?? [];
  if (!node || !name || !version || !file || !NAME.test(name) || !VERSION.test(version) || !FILE.test(file)) {
    throw new Error(`"${id}" is no id of ModelOnNode: give <node>/model/<name>/<version>/<file>`);
  }
  return { node, name, version, file, sha384: "" };
}
