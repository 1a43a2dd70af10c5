import { statSync } from "node:fs";
import { join } from "node:path";
import { Checker, fields } from "../../check.ts";
import { compare } from "../../diff.ts";
import { type DiffReport, type HandlerContext, type Props, type ResourceHandler, UNKNOWN } from "../../handler.ts";
import type { LargeFilesInputs as Inputs, LargeFilesState as State } from "./args.ts";
import { goodFiles, removeFiles, sendFile } from "./on-node.ts";

const SEGMENT = "[A-Za-z0-9][A-Za-z0-9._-]*";
const FOLDER = new RegExp(`^(/${SEGMENT})+$`);
const SOURCE = new RegExp(`^\\.?${SEGMENT}(/${SEGMENT})*$`);
const FILE = new RegExp(`^${SEGMENT}$`);
const MAX_BYTES = 1024 ** 3;
const outputs = ["laid"] as const;
const replaceOn = ["node", "path"] as const;

/**
 * @param top folder of a node below which files may be laid
 * @param project the project's folder, read at the moment of use
 */
export function createLargeFiles(top: string, project: () => string): ResourceHandler<Inputs, State> {
  /** Files that this machine does not have; their contents are checked where they arrive. */
  const lacking = ({ source, files }: Inputs, names: readonly string[]): string[] =>
    names.filter((name) => sizeOf(join(project(), source, name)) !== files[name]?.bytes);
  const diff = (old: State, inputs: Inputs): DiffReport => {
    const report = compare(old, inputs, outputs, replaceOn);
    // What could not be laid counts as a change from when it can be.
    const due = !old.laid && lacking(inputs, Object.keys(inputs.files)).length === 0;
    return due ? { ...report, changed: [...report.changed, "laid"] } : report;
  };

  async function reconcile(inputs: Inputs, _old: State | undefined, ctx: HandlerContext): Promise<State> {
    const link = await ctx.connect(inputs.node);
    const good = await goodFiles(link, inputs);
    const missing = Object.keys(inputs.files).filter((name) => !good.has(name));
    const without = lacking(inputs, missing);
    if (without.length > 0) {
      const remedy = "`dsmil up` tries again to fetch it, and says why it could not";
      ctx.warn(`${inputs.path} on ${inputs.node} has no ${without.join(", ")}: ${inputs.source} lacks it; ${remedy}`);
      return { ...inputs, laid: false };
    }
    for (const name of missing) {
      ctx.progress(`sending ${name} to ${inputs.node}`);
      await sendFile(link, inputs, name, { from: join(project(), inputs.source, name), signal: ctx.signal });
    }
    return { ...inputs, laid: true };
  }

  return {
    token: "dsmil:index:LargeFiles",
    outputs,
    secretOutputs: [],
    replaceOn,
    id: ({ node, path }) => `${node}${path}`,
    check: (props) => check(props, top),
    diff,
    plan: (inputs, old) => (old && diff(old, inputs).changed.length === 0 ? { laid: old.laid } : {}),
    reconcile,
    async read(id, old, ctx) {
      if (old === undefined)
        throw new Error(`${id}: files of which only the program knows what they must be cannot be imported`);
      const good = await goodFiles(await ctx.connect(old.node), old);
      if (good.size === 0 && old.laid) return undefined;
      const laid = Object.keys(old.files).every((name) => good.has(name));
      return laid === old.laid ? old : { ...old, laid };
    },
    async remove(_id, old, ctx) {
      ctx.progress(`removing ${old.path}`);
      await removeFiles(await ctx.connect(old.node), old, top);
    },
  };
}

/** Large files of the platform on a node. */
export const largeFiles = createLargeFiles("/opt/dsmil", () => process.env.DSMIL_ROOT ?? process.cwd());

function check(props: Props, top: string) {
  const c = new Checker(props, ["node", "path", "source", "files"]);
  c.node();
  c.text("path", FOLDER, "an absolute folder of letters, digits and ._-");
  if (typeof props.path === "string" && FOLDER.test(props.path) && !props.path.startsWith(`${top}/`)) {
    c.fail("path", `must lie below ${top}`);
  }
  c.text("source", SOURCE, "a folder relative to the project's");
  for (const [name, file] of c.map("files")) {
    const at = `files[${JSON.stringify(name)}]`;
    if (!FILE.test(name)) c.fail(at, "must be a file name of letters, digits and ._-");
    if (file === UNKNOWN) continue;
    const { bytes, sha384 } = fields(file);
    c.text(`${at}.sha384`, /^[0-9a-f]{96}$/, "a SHA-384 in hex", sha384);
    if (bytes !== UNKNOWN && !(Number.isInteger(bytes) && (bytes as number) > 0 && (bytes as number) <= MAX_BYTES)) {
      c.fail(`${at}.bytes`, `must be a whole number from 1 to ${MAX_BYTES}`);
    }
  }
  return c.failures;
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
