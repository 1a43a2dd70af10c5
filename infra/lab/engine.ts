import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dockerClient, forgetDockerClient, tryDocker } from "./docker.ts";
import { ensurePackages } from "./packages.ts";
import { type Progress, run, runOrThrow } from "./run.ts";

/** The operator's container engine: images are built on it and the lab's machines run on it. */
export interface Engine {
  readonly version: string;
  readonly cgroupVersion: 1 | 2;
  /** Its data folder, on its own machine. */
  readonly dataRoot: string;
  readonly rootless: boolean;
  /** Path of the docker client to use with it. */
  readonly client: string;
  /** True when an earlier or this call started it in the background; `stopOwnEngine` ends it. */
  readonly own: boolean;
  /** True when this very call started it. */
  readonly started: boolean;
}

/** Whether an engine answers and, if not, why. */
export type EngineState = { readonly engine: Engine } | { readonly engine?: undefined; readonly problem: string };

const FOLDER = ".dsmil/engine";
const READY_MS = 90_000;

/** Asks the engine that `DOCKER_HOST`, the docker context or /var/run/docker.sock names; changes nothing. */
export async function findEngine(root: string): Promise<EngineState> {
  const client = await dockerClient();
  if (client === undefined) return { problem: "no docker client is installed" };
  const { code, stdout, stderr } = await tryDocker(["info", "--format", "{{json .}}"], { timeoutMs: 15_000 });
  const info = code === 0 ? (JSON.parse(stdout) as Record<string, unknown>) : {};
  const version = info.ServerVersion;
  if (typeof version !== "string" || version === "") return { problem: unreachable(stderr, info) };
  const security = Array.isArray(info.SecurityOptions) ? info.SecurityOptions.map(String) : [];
  return {
    engine: {
      version,
      cgroupVersion: info.CgroupVersion === "2" ? 2 : 1,
      dataRoot: typeof info.DockerRootDir === "string" ? info.DockerRootDir : "/var/lib/docker",
      rootless: security.some((option) => option.includes("rootless")),
      client,
      own: ownPid(root) !== undefined,
      started: false,
    },
  };
}

/**
 * An engine that answers. A running one is used as it is; else, as root, docker.io is installed when it is missing and
 * dockerd started: by systemd where that runs, else as a background process that outlives this one.
 * @throws Error with the remedy when there is none and none may be started.
 */
export async function ensureEngine(root: string, progress: Progress = () => undefined): Promise<Engine> {
  const before = await findEngine(root);
  if (before.engine !== undefined) return before.engine;
  const host = process.env.DOCKER_HOST;
  if (host !== undefined && host !== "") {
    throw new Error(`DOCKER_HOST=${host}: ${before.problem}. Start that engine, or unset DOCKER_HOST`);
  }
  if (process.getuid?.() !== 0) throw new Error(`${before.problem}. ${UNPRIVILEGED}`);
  if ((await run(["sh", "-c", "command -v dockerd"])).code !== 0) {
    await ensurePackages(["docker.io", "iptables"], progress);
    forgetDockerClient();
    // The package may have started it.
    const installed = await waitForEngine(root, 3_000, () => false);
    if (installed !== undefined) return installed;
  }
  progress("starting the container engine");
  const ended = existsSync("/run/systemd/system") ? await startBySystemd() : startDetached(root);
  const engine = await waitForEngine(root, READY_MS, ended);
  if (engine !== undefined) return { ...engine, started: true };
  throw new Error(`the container engine did not start within ${READY_MS / 1000} s:\n  ${lastWords(root)}`);
}

/** What somebody who is not root can do about an engine that does not answer. */
export const UNPRIVILEGED =
  "As root: start the engine (systemctl start docker) and let this user use it (usermod -aG docker USER, then log in " +
  "again); or run this command as root";

/** Ends the engine that `ensureEngine` started in the background here, if it still runs; no other. */
export async function stopOwnEngine(root: string): Promise<boolean> {
  const pid = ownPid(root);
  if (pid === undefined) return false;
  process.kill(pid, "SIGTERM");
  const deadline = Date.now() + 30_000;
  while (ownPid(root) !== undefined && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
  if (ownPid(root) !== undefined) throw new Error(`dockerd (process ${pid}) does not end; see ${FOLDER}/dockerd.log`);
  rmSync(join(root, FOLDER), { recursive: true, force: true });
  return true;
}

async function startBySystemd(): Promise<() => boolean> {
  await runOrThrow(["systemctl", "start", "docker"], { timeoutMs: READY_MS });
  return () => false;
}

/** @returns whether the process has ended already. */
function startDetached(root: string): () => boolean {
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeStalePid("/var/run/docker.pid");
  const log = openSync(join(folder, "dockerd.log"), "a", 0o600);
  const child = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log], cwd: "/" });
  child.on("error", () => undefined);
  child.unref();
  if (child.pid !== undefined) {
    writeFileSync(join(folder, "dockerd.json"), JSON.stringify({ pid: child.pid, started: startTime(child.pid) }));
  }
  return () => child.exitCode !== null || child.pid === undefined;
}

/** After a crash the file can name a process that is something else by now, and dockerd would refuse to start. */
function removeStalePid(path: string): void {
  if (!existsSync(path)) return;
  const pid = readFileSync(path, "utf8").trim();
  const name = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, "utf8").trim() : "";
  if (name !== "dockerd") rmSync(path, { force: true });
}

async function waitForEngine(root: string, ms: number, ended: () => boolean): Promise<Engine | undefined> {
  const deadline = Date.now() + ms;
  for (;;) {
    const state = await findEngine(root);
    if (state.engine !== undefined) return state.engine;
    if (ended() || Date.now() > deadline) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/** Process id of the engine we started, while that very process lives. */
function ownPid(root: string): number | undefined {
  const path = join(root, FOLDER, "dockerd.json");
  if (!existsSync(path)) return undefined;
  const { pid, started } = JSON.parse(readFileSync(path, "utf8")) as { pid: number; started: string };
  return started !== "" && startTime(pid) === started ? pid : undefined;
}

/** Field 22 of /proc/PID/stat, the start in clock ticks since boot: it tells a process from a later one of that id. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    return "";
  }
}

function unreachable(stderr: string, info: Record<string, unknown>): string {
  const errors = Array.isArray(info.ServerErrors) ? info.ServerErrors.map(String) : [];
  const said = errors[0] ?? stderr.trim().split("\n").at(-1) ?? "";
  if (/permission denied/i.test(said)) return "this user may not use the container engine (permission denied)";
  if (/cannot connect|no such file|connection refused/i.test(said)) return "no container engine is running";
  return `the container engine does not answer: ${said}`;
}

function lastWords(root: string): string {
  const path = join(root, FOLDER, "dockerd.log");
  if (!existsSync(path)) return "see: journalctl -u docker";
  return readFileSync(path, "utf8").trim().split("\n").slice(-5).join("\n  ");
}
