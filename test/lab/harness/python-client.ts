import { join } from "node:path";
import { type Run, root, run } from "./dsmil.ts";
import { ensureVenv } from "./python-venv.ts";

const PROGRAM = join(root, "test/lab/harness/openai_program.py");

/** Settings of openai_program.py: BASE_URL, MODEL, HOW, OPENAI_API_KEY; also PROMPT, TEXTS, CA_FILE. */
export type PythonSettings = Readonly<Record<string, string>>;

/** What the official Python client got; the client is installed where it is not yet. */
export async function pythonClient(settings: PythonSettings): Promise<Record<string, unknown>> {
  const python = join(await ensureVenv("openai"), "python");
  const { code, stdout, stderr }: Run = await run(python, [PROGRAM], { env: { ...settings }, timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`openai_program.py exited ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
