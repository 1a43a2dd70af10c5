import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { type RunOptions, type RunResult, run, runOrThrow } from "./run.ts";

let found: Promise<string | undefined> | undefined;

/**
 * Path of the Docker client to use: the first in PATH that can build with BuildKit (a client before 23 has it built in,
 * a later one needs its buildx plugin), else the first that works at all. `undefined`: there is none.
 */
export function dockerClient(): Promise<string | undefined> {
  found ??= choose();
  return found;
}

/** Looks again at the next call; after an installation. */
export function forgetDockerClient(): void {
  found = undefined;
}

async function choose(): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"].filter((path) => path !== "");
  const paths = [...new Set(folders)].map((folder) => join(folder, "docker")).filter(executable);
  for (const path of paths) if (await canBuild(path)) return path;
  return paths[0];
}

async function canBuild(path: string): Promise<boolean> {
  const { stdout } = await run([path, "--version"], { timeoutMs: 10_000 });
  const major = Number(/version (\d+)\./.exec(stdout)?.[1] ?? Number.NaN);
  if (Number.isNaN(major)) return false;
  return major < 23 || (await run([path, "buildx", "version"], { timeoutMs: 10_000 })).code === 0;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs `docker <args>` against the operator's engine; a non-zero exit is a result. */
export async function tryDocker(args: readonly string[], options?: RunOptions): Promise<RunResult> {
  const client = await dockerClient();
  if (client === undefined) return { code: 127, stdout: "", stderr: "no docker client (install docker.io)" };
  return run([client, ...args], options);
}

/**
 * Runs `docker <args>`, which has to succeed.
 * @returns stdout @throws Error with what docker said.
 */
export async function docker(args: readonly string[], options?: RunOptions): Promise<string> {
  const client = await dockerClient();
  if (client === undefined) throw new Error("no docker client: install docker.io");
  return runOrThrow([client, ...args], options);
}
