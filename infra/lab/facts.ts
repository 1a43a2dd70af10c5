import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from "node:fs";
import { arch, platform, totalmem } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { type UsedSubnet, usedSubnets } from "./conflicts.ts";
import { tryDocker } from "./docker.ts";
import { type Engine, findEngine } from "./engine.ts";
import { foreignMachine, inspectMachine } from "./inspect.ts";
import { missingPackages } from "./packages.ts";
import type { LabSpec } from "./spec.ts";

/** What was found out about this machine before anything is changed. */
export interface Facts {
  readonly platform: string;
  readonly arch: string;
  /** `PRETTY_NAME` of /etc/os-release. */
  readonly system: string;
  /** Debian, Ubuntu or a relative with apt-get. */
  readonly debian: boolean;
  readonly root: boolean;
  readonly engine?: Engine;
  /** Why no engine answers. */
  readonly engineProblem?: string;
  /** `DOCKER_HOST`, when set. */
  readonly dockerHost?: string;
  /** Free space of the file systems that fill up, each once. */
  readonly disks: readonly { readonly path: string; readonly freeBytes: number; readonly needBytes: number }[];
  /** Memory of the machine, or what a control group leaves of it. */
  readonly memoryBytes: number;
  readonly projectWritable: boolean;
  /** Debian packages to install. */
  readonly missingPackages: readonly string[];
  /** Commands that are not in PATH, for systems without apt. */
  readonly missingCommands: readonly string[];
  readonly usedSubnets: readonly UsedSubnet[];
  /** Lab machines' names that something else holds: what to tell people. */
  readonly foreign: readonly string[];
}

/** What is to be done, as far as it decides what is needed. */
export interface Intent {
  /** Project folder. */
  readonly root: string;
  /** The lab to create; absent: the nodes are other machines. */
  readonly lab?: Pick<LabSpec, "network" | "subnet" | "machines">;
}

const GIB = 1024 ** 3;
/** Images of a complete lab; fewer on the engine: this is a first run. */
const IMAGES = 11;

/** Debian package → the command that shows it is there. */
const PACKAGES: readonly { readonly name: string; readonly command: string; readonly labOnly?: boolean }[] = [
  { name: "docker.io", command: "docker" },
  { name: "mmdebstrap", command: "mmdebstrap" },
  { name: "openssh-client", command: "ssh-keygen" },
  { name: "ca-certificates", command: "update-ca-certificates" },
  { name: "iptables", command: "iptables", labOnly: true },
];

/** Looks at this machine; changes nothing and uses no network. */
export async function gatherFacts(intent: Intent): Promise<Facts> {
  const state = await findEngine(intent.root);
  const release = osRelease();
  const debian = existsSync("/usr/bin/apt-get") && /\b(debian|ubuntu)\b/.test(`${release.ID} ${release.ID_LIKE}`);
  const lacking = PACKAGES.filter(({ command, labOnly }) => {
    const engineHasIt = labOnly === true && (intent.lab === undefined || state.engine !== undefined);
    return !engineHasIt && !inPath(command);
  });
  const host = process.env.DOCKER_HOST;
  return {
    platform: platform(),
    arch: arch(),
    system: release.PRETTY_NAME ?? platform(),
    debian,
    root: process.getuid?.() === 0,
    ...(state.engine === undefined ? { engineProblem: state.problem } : { engine: state.engine }),
    ...(host === undefined || host === "" ? {} : { dockerHost: host }),
    disks: disks([
      ...(isLocal(host) ? [{ path: state.engine?.dataRoot ?? "/var/lib/docker", needBytes: await engineBytes() }] : []),
      { path: resolve(intent.root), needBytes: projectBytes(intent.root) },
    ]),
    memoryBytes: memory(),
    projectWritable: writable(intent.root),
    missingPackages: debian ? await missingPackages(lacking.map(({ name }) => name)) : [],
    missingCommands: lacking.map(({ command }) => command),
    usedSubnets: intent.lab === undefined ? [] : await usedSubnets(intent.lab.network),
    foreign: state.engine === undefined ? [] : await foreign(intent),
  };
}

async function foreign({ root, lab }: Intent): Promise<string[]> {
  if (lab === undefined) return [];
  const found = await Promise.all(
    lab.machines.map(async ({ name }) => foreignMachine(name, await inspectMachine({ name }), lab.network, root)),
  );
  return found.filter((text) => text !== undefined);
}

/** What images and the machines' disks still take: all of it at first, room to work once the images are there. */
async function engineBytes(): Promise<number> {
  const { stdout } = await tryDocker(["image", "ls", "--filter", "reference=dsmil-*", "--format", "{{.Repository}}"]);
  const built = new Set(stdout.split("\n").filter((name) => name !== "")).size;
  return built < IMAGES ? 12 * GIB : 3 * GIB;
}

/** What tools and their caches still take in the project folder. */
function projectBytes(root: string): number {
  return existsSync(join(root, ".dsmil/pulumi")) ? GIB : 4 * GIB;
}

function disks(wanted: readonly { readonly path: string; readonly needBytes: number }[]): Facts["disks"] {
  const byDevice = new Map<number, { path: string; freeBytes: number; needBytes: number }>();
  for (const { path, needBytes } of wanted) {
    const there = existingParent(path);
    const { bavail, bsize } = statfsSync(there);
    const device = statSync(there).dev;
    const known = byDevice.get(device);
    byDevice.set(device, {
      path: known?.path ?? path,
      freeBytes: bavail * bsize,
      needBytes: needBytes + (known?.needBytes ?? 0),
    });
  }
  return [...byDevice.values()];
}

function existingParent(path: string): string {
  return existsSync(path) ? path : existingParent(dirname(path));
}

/** The least of what the machine has and what control groups allow. */
function memory(): number {
  const limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].map((path) =>
    existsSync(path) ? Number(readFileSync(path, "utf8").trim()) : Number.NaN,
  );
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

function osRelease(): Partial<Record<string, string>> {
  if (!existsSync("/etc/os-release")) return {};
  const lines = readFileSync("/etc/os-release", "utf8").matchAll(/^([A-Z_]+)="?(.*?)"?$/gm);
  return Object.fromEntries([...lines].map(([, key, value]) => [key, value]));
}

function inPath(command: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders.some((folder) => folder !== "" && allowed(join(folder, command), constants.X_OK));
}

function writable(folder: string): boolean {
  const own = join(folder, ".dsmil");
  return allowed(existsSync(own) ? own : folder, constants.W_OK);
}

function allowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function isLocal(host: string | undefined): boolean {
  return host === undefined || host === "" || host.startsWith("unix://");
}
