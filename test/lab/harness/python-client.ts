import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Run, root, run } from "./dsmil.ts";

const REQUIREMENTS = join(root, "test/lab/openai-requirements.txt");
const PROGRAM = join(root, "test/lab/harness/openai_program.py");
const FOLDER = join(root, ".dsmil/test/openai");
const PYTHON = join(FOLDER, "bin/python");

/**
 * Makes the virtual environment with the official Python client below .dsmil/test; what is installed is pinned by hash.
 * @throws saying what to install where this machine has no Python with venv
 */
export async function ensurePythonClient(): Promise<void> {
  const [wanted, done] = [readFileSync(REQUIREMENTS, "utf8"), join(FOLDER, "installed.txt")];
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) return;
  try {
    execFileSync("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"], {
      stdio: "pipe",
    });
  } catch {
    throw new Error("this machine has no Python 3.11 or newer with venv: run `apt-get install python3-venv`");
  }
  mkdirSync(FOLDER, { recursive: true });
  await ok("python3", "-m", "venv", "--clear", FOLDER);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await ok(PYTHON, ...pip, "--require-hashes", "--only-binary", ":all:", "-r", REQUIREMENTS);
  writeFileSync(done, wanted);
}

async function ok(command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} exited ${code}: ${stderr}`);
}

/** Settings of openai_program.py: BASE_URL, MODEL, HOW, OPENAI_API_KEY; also PROMPT, TEXTS, CA_FILE. */
export type PythonSettings = Readonly<Record<string, string>>;

/** What the official Python client got. */
export async function pythonClient(settings: PythonSettings): Promise<Record<string, unknown>> {
  const { code, stdout, stderr }: Run = await run(PYTHON, [PROGRAM], { env: { ...settings }, timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`openai_program.py exited ${code}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, unknown>;
}
