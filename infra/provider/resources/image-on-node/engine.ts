import { type ChildProcess, execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type { NodeLink } from "../../handler.ts";
import { said } from "../../run.ts";

/** Longest that one load may take, ms: 2 GB over a 10 Mbit/s line. */
const LOAD_MS = 30 * 60_000;

/** Reference → image id, of those that the node has. */
export async function idsOnNode(
  link: NodeLink,
  node: string,
  refs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const format = "{{range .RepoTags}}{{.}} {{end}}{{.Id}}";
  const result = await link.exec(["docker", "image", "inspect", "-f", format, ...refs], { timeoutMs: 60_000 });
  return parse(result, refs, `ask the engine of ${node} for its images`);
}

/** Reference → image id, of those that this machine's engine has. */
export async function idsHere(refs: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const format = "{{range .RepoTags}}{{.}} {{end}}{{.Id}}";
  const result = await promisify(execFile)("docker", ["image", "inspect", "-f", format, ...refs]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code?: unknown; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === "number" ? error.code : 127,
      stdout: error.stdout ?? "",
      stderr: error.stderr || error.message,
    }),
  );
  return parse(result, refs, "ask the engine of this machine for its images");
}

function parse(
  result: { code: number; stdout: string; stderr: string },
  refs: readonly string[],
  what: string,
): ReadonlyMap<string, string> {
  // One missing reference makes the exit status 1 while the others are still printed.
  if (result.code !== 0 && !/no such (image|object)/i.test(result.stderr)) {
    throw new Error(`cannot ${what}: ${said(result)}`);
  }
  const ids = new Map<string, string>();
  for (const line of result.stdout.split("\n")) {
    const words = line.trim().split(" ");
    const id = words.pop();
    for (const tag of words) if (id && refs.includes(tag)) ids.set(tag, id);
  }
  return ids;
}

/** `docker save` here into `docker load` there, as fast as the slower of the two. Layers in common travel once. */
export async function transfer(
  link: NodeLink,
  node: string,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const save = spawn("docker", ["save", ...refs], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = end(save);
  try {
    const load = link.exec(["docker", "load", "-q"], { stdin: save.stdout, timeoutMs: LOAD_MS, signal });
    const [saved, loaded] = await Promise.all([ended, load]);
    if (saved.code !== 0) throw new Error(`docker save ${refs.join(" ")} failed on this machine: ${said(saved)}`);
    if (loaded.code !== 0) throw new Error(`docker load failed on ${node}: ${said(loaded)}`);
  } finally {
    if (save.exitCode === null) save.kill();
  }
}

function end(child: ChildProcess): Promise<{ code: number; stdout: string; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`docker does not start on this machine: ${error.message}`)));
    child.once("close", (code) => resolve({ code: code ?? -1, stdout: "", stderr }));
  });
}
