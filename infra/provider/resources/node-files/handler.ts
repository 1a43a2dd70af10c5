import { Checker, fields } from "../../check.ts";
import { type HandlerContext, type Props, type ResourceHandler, UNKNOWN } from "../../handler.ts";
import { said } from "../../run.ts";
import type { FileSpec, NodeFilesInputs, NodeFilesState, Reload } from "./args.ts";
import {
  contents,
  digest,
  type Found,
  folders,
  type Listing,
  list,
  modeOf,
  octal,
  removeFiles,
  same,
  wanted,
  write,
} from "./folder.ts";

const INPUTS = ["node", "path", "files", "uid", "gid", "dirMode", "reload", "others"];
const SEGMENT = "[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*";
const FOLDER = new RegExp(`^(/${SEGMENT})+$`);
const FILE = new RegExp(`^${SEGMENT}(/${SEGMENT})*$`);
const MODE = /^0?[0-7]{3}$/;
/** Folders may have the sticky bit: what is in them belongs to whoever made it. */
const DIR_MODE = /^[01]?[0-7]{3}$/;

/** @param roots folders below which files may be written */
export function createNodeFiles(roots: readonly string[]): ResourceHandler<NodeFilesInputs, NodeFilesState> {
  const rootOf = (path: string): string | undefined =>
    roots.find((root) => path === root || path.startsWith(`${root}/`));
  return {
    token: "dsmil:index:NodeFiles",
    outputs: ["digest"],
    secretOutputs: [],
    replaceOn: ["node", "path"],
    id: ({ node, path }) => `${node}${path}`,
    secretPaths: (props) =>
      Object.entries(fields(props.files))
        .filter(([, file]) => isPrivate(fields(file).mode))
        .map(([path]) => ["files", path, "content"]),
    plan: (inputs) => ({ digest: digest(wanted(inputs)) }),
    check: (props) => check(props, roots, rootOf),
    reconcile,
    read: (id, old, ctx) => (old ? observe(old, ctx) : adopt(id, ctx)),
    async remove(_id, old, ctx) {
      ctx.progress(`removing ${old.path}`);
      await removeFiles(await ctx.connect(old.node), old, rootOf(old.path) ?? old.path);
    },
  };
}

/** Files of the platform on a node. */
export const nodeFiles = createNodeFiles(["/etc/dsmil", "/opt/dsmil", "/var/lib/dsmil"]);

const isBase64 = (value: unknown): boolean =>
  typeof value === "string" && Buffer.from(value, "base64").toString("base64") === value;

const isPrivate = (mode: unknown): boolean =>
  typeof mode === "string" && MODE.test(mode) && (Number.parseInt(mode, 8) & 0o004) === 0;

function check(props: Props, roots: readonly string[], rootOf: (path: string) => string | undefined) {
  const c = new Checker(props, INPUTS);
  c.node();
  c.text("path", FOLDER, "an absolute folder of letters, digits and ._@+-");
  if (typeof props.path === "string" && FOLDER.test(props.path) && rootOf(props.path) === undefined) {
    c.fail("path", `must lie below ${roots.join(" or ")}`);
  }
  for (const [path, file] of c.map("files")) {
    const at = `files[${JSON.stringify(path)}]`;
    if (!FILE.test(path) || path.length > 90) {
      c.fail(at, "must be a relative path of letters, digits and ._@+-, without dot files, at most 90 characters");
    }
    if (file === UNKNOWN) continue;
    const { content, encoding, mode } = fields(file);
    if (encoding === undefined) c.text(`${at}.content`, /^/, "text", content);
    else {
      c.text(`${at}.encoding`, /^base64$/, "base64", encoding);
      if (content !== UNKNOWN && !isBase64(content))
        c.fail(`${at}.content`, "must be base64, padded, without line ends");
    }
    if (mode !== undefined) c.text(`${at}.mode`, MODE, "permission bits in octal such as 0644", mode);
  }
  if (props.dirMode !== undefined)
    c.text("dirMode", DIR_MODE, "permission bits in octal such as 0755 or, sticky, 1770");
  for (const id of ["uid", "gid"]) c.integer(id, 0, 65534);
  for (const [i, name] of (props.others === undefined ? [] : c.list("others")).entries()) {
    c.text(`others[${i}]`, new RegExp(`^${SEGMENT}$`), "the name of a file in the folder", name);
  }
  for (const [i, reload] of (props.reload === undefined ? [] : c.list("reload")).entries()) {
    if (reload === UNKNOWN) continue;
    const { container, signal, exec } = fields(reload);
    c.text(`reload[${i}].container`, /^[A-Za-z0-9][\w.-]*$/, "the name of a container", container);
    if ((signal === undefined) === (exec === undefined)) c.fail(`reload[${i}]`, "needs either signal or exec");
    if (signal !== undefined) c.text(`reload[${i}].signal`, /^(SIG)?[A-Z0-9+]+$/, "a signal such as SIGHUP", signal);
  }
  return c.failures;
}

async function reconcile(
  inputs: NodeFilesInputs,
  old: NodeFilesState | undefined,
  ctx: HandlerContext,
): Promise<NodeFilesState> {
  const link = await ctx.connect(inputs.node);
  const goal = wanted(inputs);
  // 1. Observe.
  const subs = [...new Set([...folders(inputs.files), ...folders(old?.files ?? {})])];
  const found = await list(link, inputs.node, inputs.path, subs);
  const stale = Object.keys(inputs.files).filter((path) => !same(found.get(path), goal.get(path)));
  // What was ours, or was shown as drift, and is no longer declared. Anything else is not ours to remove unseen: neither is a
  // file that is another resource's from now on, which has laid it already.
  const kept = new Set([...goal.keys(), ...(inputs.others ?? [])]);
  const remove = Object.keys(old?.files ?? {}).filter((path) => !kept.has(path) && found.has(path));
  const foreign = strangers(found, goal, inputs).filter((path) => !remove.includes(path));
  const unsettled = folders(inputs.files).some((dir) => !same(found.get(dir), goal.get(dir)));
  // 2. Write what differs, and look again.
  const changes = stale.length + remove.length > 0 || unsettled;
  if (changes) {
    ctx.signal.throwIfAborted();
    ctx.progress(`writing ${inputs.path}`);
    const now = await write(link, inputs, stale, remove);
    const wrong = [...goal].filter(([path, entry]) => !same(now.get(path), entry)).map(([path]) => path);
    if (wrong.length > 0) {
      throw new Error(`${inputs.path} on ${inputs.node}: ${wrong.join(", ")} changed again while it was written`);
    }
  }
  if (foreign.length > 0) {
    ctx.warn(`${inputs.path} on ${inputs.node} also holds ${foreign.join(", ")}; the next refresh shows that as drift`);
  }
  // 3. Tell the containers. Also when an earlier attempt wrote the files and failed here: its digest is not in state.
  const state = { ...inputs, digest: digest(goal) };
  const existed = old !== undefined || stale.some((path) => found.has(path));
  if (existed && (changes || old?.digest !== state.digest)) {
    for (const reload of inputs.reload ?? []) await tell(inputs, reload, ctx);
  }
  return state;
}

async function tell(inputs: NodeFilesInputs, reload: Reload, ctx: HandlerContext): Promise<void> {
  const link = await ctx.connect(inputs.node);
  const { container, signal, exec } = reload;
  const state = await link.exec(["docker", "container", "inspect", "-f", "{{.State.Running}}", container], {
    timeoutMs: 20_000,
  });
  if (state.stdout.trim() !== "true") return;
  ctx.progress(`reloading ${container}`);
  const argv = exec ? ["docker", "exec", container, ...exec] : ["docker", "kill", "-s", signal ?? "SIGHUP", container];
  const result = await link.exec(argv, { timeoutMs: 60_000, signal: ctx.signal });
  if (result.code === 0) return;
  throw new Error(
    `${inputs.path} on ${inputs.node} is written, but ${container} did not take it (${argv.slice(1).join(" ")}): ` +
      `${said(result)}. Correct the files; the next "pulumi up" tries again`,
  );
}

/** Regular files, links and the like that nobody declared. Sockets are not: they come and go with who listens there. */
const strangers = (found: Listing, goal: Listing, { others = [] }: NodeFilesInputs): string[] =>
  [...found]
    .filter(([path, { type }]) => type !== "d" && type !== "s" && !goal.has(path) && !others.includes(path))
    .map(([path]) => path);

/** State with what differs on the node put in the place of what was declared. */
async function observe(old: NodeFilesState, ctx: HandlerContext): Promise<NodeFilesState | undefined> {
  const found = await list(await ctx.connect(old.node), old.node, old.path, folders(old.files));
  if (!found.has(".")) return undefined;
  const goal = wanted(old);
  const paths = [...goal.keys(), ...strangers(found, goal, old)];
  if (paths.every((path) => same(found.get(path), goal.get(path)))) return old;
  const files: Record<string, FileSpec & { owner?: string }> = {};
  for (const path of paths) {
    const entry = found.get(path);
    if (entry && goal.get(path)?.type !== "d") files[path] = seen(entry, goal.get(path), old.files[path]);
  }
  const dir = folders(old.files)
    .map((path) => found.get(path))
    .find((entry) => entry && !same(entry, goal.get(".")));
  const folder = dir && {
    ...(dir.mode !== modeOf(old.dirMode, "0755") && { dirMode: octal(dir.mode) }),
    ...(dir.uid !== (old.uid ?? 0) && { uid: dir.uid }),
    ...(dir.gid !== (old.gid ?? 0) && { gid: dir.gid }),
  };
  return { ...old, ...folder, files, digest: digest(found) };
}

/** A file as the diff shall show it. The content itself stays on the node: it may be anything. */
function seen(entry: Found, goal: Found | undefined, declared: FileSpec | undefined): FileSpec & { owner?: string } {
  const kept = entry.sha256 !== undefined && entry.sha256 === goal?.sha256 && declared ? declared.content : undefined;
  const what = entry.sha256 ? `sha256 ${entry.sha256}` : `of type ${entry.type}`;
  const mode = entry.mode === goal?.mode ? declared?.mode : octal(entry.mode);
  const moved = goal !== undefined && (entry.uid !== goal.uid || entry.gid !== goal.gid);
  return {
    ...(declared?.encoding && { encoding: declared.encoding }),
    content: kept ?? (goal ? `(changed on the node: ${what})` : `(not declared: ${what})`),
    ...(mode !== undefined && { mode }),
    ...(moved && { owner: `${entry.uid}:${entry.gid}` }),
  };
}

/** Everything from the node, for import. Only files directly in the folder: those below may be another resource's. */
async function adopt(id: string, ctx: HandlerContext): Promise<NodeFilesState | undefined> {
  const [, node, path] = /^([^/]+)(\/.+)$/.exec(id) ?? [];
  if (node === undefined || path === undefined) {
    throw new Error(`"${id}" is no id of NodeFiles: give <node><path>, such as node-c/etc/dsmil/redis`);
  }
  const link = await ctx.connect(node);
  const found = await list(link, node, path, ["."]);
  const dir = found.get(".");
  if (dir === undefined) return undefined;
  const regular = [...found].filter(([, { type }]) => type === "f");
  const texts = await contents(
    link,
    node,
    path,
    regular.map(([name]) => name),
  );
  const files = Object.fromEntries(
    regular.map(([name, { mode }]) => [
      name,
      { ...(texts.get(name) ?? { content: "" }), ...(mode !== 0o644 && { mode: octal(mode) }) },
    ]),
  );
  const owner = regular[0]?.[1] ?? dir;
  const inputs: NodeFilesInputs = {
    node,
    path,
    files,
    ...(owner.uid !== 0 && { uid: owner.uid }),
    ...(owner.gid !== 0 && { gid: owner.gid }),
    ...(dir.mode !== 0o755 && { dirMode: octal(dir.mode) }),
  };
  return { ...inputs, digest: digest(found) };
}
