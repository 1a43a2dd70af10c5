import { docker, tryDocker } from "./docker.ts";
import { freePort } from "./free-port.ts";
import { inspectMachine } from "./inspect.ts";
import { LAB_LABEL, LAB_ROOT_LABEL, type LabSpec, type Machine } from "./spec.ts";

/**
 * What an engine in a container needs short of --privileged, which hosts with a reduced bounding set refuse: mounts,
 * networks, device nodes. With the two `security-opt`s it works on cgroup v1 and v2.
 */
const CAPABILITIES = [
  "SYS_ADMIN",
  "NET_ADMIN",
  "NET_RAW",
  "NET_BROADCAST",
  "SYS_PTRACE",
  "SYS_NICE",
  "SYS_CHROOT",
  "IPC_LOCK",
  "DAC_READ_SEARCH",
  "LINUX_IMMUTABLE",
  "MKNOD",
  "SETFCAP",
  "AUDIT_WRITE",
] as const;

/** A machine's entry point does not start the engine while this file exists. */
export const ENGINE_HOLD = "/run/lab/engine-stopped";

/** A machine's disks: they outlive its container, so that a machine made anew has its containers and files again. */
export function machineVolumes(name: string): readonly { readonly name: string; readonly path: string }[] {
  return [
    { name: `${name}-engine`, path: "/var/lib/docker" },
    { name: `${name}-config`, path: "/etc/dsmil" },
    { name: `${name}-hostkeys`, path: "/etc/ssh/hostkeys" },
  ];
}

/** `docker create` arguments of a machine; pure. `port`: loopback port for its sshd. */
export function machineArguments(spec: LabSpec, machine: Machine, port: number, cgroupVersion: 1 | 2): string[] {
  return [
    "create",
    ...["--name", machine.name, "--hostname", machine.hostname, "--restart", "unless-stopped", "--stop-timeout", "40"],
    ...["--label", `${LAB_LABEL}=${spec.network}`, "--label", `${LAB_ROOT_LABEL}=${spec.root}`],
    ...CAPABILITIES.flatMap((name) => ["--cap-add", name]),
    ...["seccomp", "apparmor", "systempaths"].flatMap((name) => ["--security-opt", `${name}=unconfined`]),
    ...["--device-cgroup-rule", "a *:* rwm"],
    ...(cgroupVersion === 2 ? ["--cgroupns", "private"] : []),
    ...["--network", spec.network, "--ip", machine.address, "--publish", `127.0.0.1:${port}:22`],
    ...machineVolumes(machine.name).flatMap((volume) => ["--volume", `${volume.name}:${volume.path}`]),
    ...["--tmpfs", "/run", "--tmpfs", "/tmp:exec"],
    ...["--log-driver", "json-file", "--log-opt", "max-size=10m", "--log-opt", "max-file=2"],
    spec.image,
  ];
}

/** What `ensureMachine` had to do. */
export type MachineChange =
  | "none"
  | "created"
  | "started"
  | "remade"
  | "remade empty"
  | "reconnected"
  | "resumed"
  | "engine started";

/**
 * Brings one machine to "running", whatever it was: made, started, resumed, put back on its network. Removed
 * containers come back on their disks.
 * @param expected whether it existed before, as far as this project knows
 */
export async function ensureMachine(
  spec: LabSpec,
  machine: Machine,
  publicKeyFile: string,
  cgroupVersion: 1 | 2,
  expected: boolean,
): Promise<MachineChange> {
  const state = await inspectMachine(machine);
  const make = async (): Promise<MachineChange> => {
    const kept = await ensureVolumes(spec, machine);
    await createMachine(spec, machine, publicKeyFile, cgroupVersion);
    return kept ? "remade" : expected ? "remade empty" : "created";
  };
  if (state.status === "missing") return make();
  if (state.status === "unfinished") {
    await docker(["rm", "--force", machine.name]);
    return make();
  }
  let change: MachineChange = "none";
  if (state.status === "stopped") {
    if ((await tryDocker(["start", machine.name])).code !== 0) {
      // Its port was taken meanwhile, or its network is another one now: the same disks in a new container.
      await docker(["rm", "--force", machine.name]);
      return make();
    }
    change = "started";
  } else {
    if (state.status === "paused") {
      await docker(["unpause", machine.name]);
      change = "resumed";
    }
    if (await releaseEngine(machine)) change = "engine started";
  }
  if (state.networks.includes(spec.network)) return change;
  await docker(["network", "connect", "--ip", machine.address, spec.network, machine.name]);
  return "reconnected";
}

/** Lets an engine start again that a drill has stopped. @returns whether one was held. */
async function releaseEngine(machine: Machine): Promise<boolean> {
  const script = `[ ! -e ${ENGINE_HOLD} ] || { rm -f ${ENGINE_HOLD}; echo held; }`;
  const { stdout } = await tryDocker(["exec", machine.name, "sh", "-c", script], { timeoutMs: 10_000 });
  return stdout.includes("held");
}

/** @returns whether the engine's disk was there already. */
async function ensureVolumes(spec: LabSpec, machine: Machine): Promise<boolean> {
  const volumes = machineVolumes(machine.name);
  const disk = volumes[0]?.name ?? "";
  const kept = (await tryDocker(["volume", "inspect", disk])).code === 0;
  for (const { name } of volumes) {
    await docker(["volume", "create", "--label", `${LAB_LABEL}=${spec.network}`, name]);
  }
  return kept;
}

async function createMachine(
  spec: LabSpec,
  machine: Machine,
  publicKeyFile: string,
  cgroupVersion: 1 | 2,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await docker(machineArguments(spec, machine, await freePort(), cgroupVersion));
    // Copied, not mounted: the machine then starts again whatever becomes of this folder.
    await docker(["cp", publicKeyFile, `${machine.name}:/etc/ssh/authorized_keys/root`]);
    const started = await tryDocker(["start", machine.name]);
    if (started.code === 0) return;
    await docker(["rm", "--force", machine.name]);
    const portTaken = /port is already allocated|address already in use/i.test(started.stderr);
    if (!portTaken || attempt === 5) throw new Error(`${machine.name} does not start: ${started.stderr.trim()}`);
  }
}
