import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { runProcess } from "./process.ts";

/** A docker client and how it builds. */
export interface BuildClient {
  /** Absolute path. */
  readonly path: string;
  /** With BuildKit a build step can borrow files of this machine; the classic builder cannot. */
  readonly builder: "buildkit" | "classic";
}

let chosen: Promise<BuildClient> | undefined;

/**
 * The docker client to build with: `DSMIL_DOCKER` when that is set, else the first one in PATH, /usr/bin or
 * /usr/local/bin that can use BuildKit (built into clients before 23, a plugin called buildx since), else the first one.
 * @throws Error when there is none.
 */
export function buildClient(): Promise<BuildClient> {
  chosen ??= choose().catch((error: unknown) => {
    chosen = undefined;
    throw error;
  });
  return chosen;
}

async function choose(): Promise<BuildClient> {
  const named = process.env.DSMIL_DOCKER;
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"];
  const paths = named ? [named] : folders.filter((folder) => folder !== "").map((folder) => join(folder, "docker"));
  const clients = [...new Set(paths)].filter(isExecutable);
  for (const path of clients) {
    if (await hasBuildKit(path)) return { path, builder: "buildkit" };
  }
  const [path] = clients;
  if (path !== undefined) return { path, builder: "classic" };
  throw new Error(
    named ? `DSMIL_DOCKER=${named} is not an executable` : "no docker client is installed: apt-get install docker.io",
  );
}

async function hasBuildKit(path: string): Promise<boolean> {
  try {
    const major = Number(/version (\d+)\./.exec(await runProcess([path, "--version"]))?.[1]);
    if (major < 23) return major >= 19;
    await runProcess([path, "buildx", "version"]);
    return true;
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
