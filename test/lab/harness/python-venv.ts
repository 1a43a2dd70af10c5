import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./dsmil.ts";

/**
 * Makes a virtual environment below .dsmil/test with what test/lab/NAME-requirements.txt pins by hash, where it is not there as
 * pinned; returns its folder of programs.
 * @throws saying what to install where this machine has no Python with venv
 */
export async function ensureVenv(name: string): Promise<string> {
  const requirements = join(root, `test/lab/${name}-requirements.txt`);
  const folder = join(root, ".dsmil/test", name);
  const bin = join(folder, "bin");
  const [wanted, done] = [readFileSync(requirements, "utf8"), join(folder, "installed.txt")];
  if (existsSync(done) && readFileSync(done, "utf8") === wanted) return bin;
  try {
    execFileSync("python3", ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"], {
      stdio: "pipe",
    });
  } catch {
    throw new Error("this machine has no Python 3.11 or newer with venv: run `apt-get install python3-venv`");
  }
  mkdirSync(folder, { recursive: true });
  await ok("python3", "-m", "venv", "--clear", folder);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await ok(join(bin, "python"), ...pip, "--require-hashes", "--only-binary", ":all:", "-r", requirements);
  writeFileSync(done, wanted);
  return bin;
}

async function ok(command: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} exited ${code}: ${stderr}`);
}
