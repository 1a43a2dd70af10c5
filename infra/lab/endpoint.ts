import { createConnection } from "node:net";
import { tryDocker } from "./docker.ts";
import { inspectMachine } from "./inspect.ts";
import type { Machine } from "./spec.ts";

/** Where a machine's sshd answers from here, and by which key it is known. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…`, read through the engine, not over the network. */
  readonly hostKey: string;
}

/**
 * Waits until a machine's sshd and engine answer. Its own address is preferred; the published loopback port serves
 * where containers' addresses are not routable (an engine in a virtual machine).
 * @throws Error with the machine's last words after `timeoutMs`.
 */
export async function waitForMachine(machine: Machine, timeoutMs = 60_000): Promise<Endpoint> {
  const deadline = Date.now() + timeoutMs;
  const script =
    'cat /etc/ssh/hostkeys/ssh_host_ed25519_key.pub && docker version --format "{{.Server.Version}}" >/dev/null';
  let missing = "the machine";
  while (Date.now() < deadline) {
    const answer = await tryDocker(["exec", machine.name, "sh", "-c", script], { timeoutMs: 15_000 });
    const hostKey = /^(ssh-ed25519 \S+)/.exec(answer.stdout)?.[1];
    if (answer.code === 0 && hostKey !== undefined) {
      const reached = await reach(machine);
      if (reached !== undefined) return { ...reached, hostKey };
      missing = "its SSH server";
    } else {
      missing = hostKey === undefined ? "its SSH host key" : "its container engine";
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const { stdout, stderr } = await tryDocker(["logs", "--tail", "8", machine.name]);
  throw new Error(
    `${machine.node} (container ${machine.name}) is not ready after ${timeoutMs / 1000} s: ${missing} does not answer. ` +
      `Its last lines:\n  ${`${stdout}${stderr}`.trim().split("\n").slice(-8).join("\n  ")}`,
  );
}

async function reach(machine: Machine): Promise<{ host: string; port: number } | undefined> {
  if (await speaksSsh(machine.address, 22)) return { host: machine.address, port: 22 };
  const { port } = await inspectMachine(machine);
  if (port !== undefined && (await speaksSsh("127.0.0.1", port))) return { host: "127.0.0.1", port };
  return undefined;
}

/** Whether something there greets like an SSH server within a second. */
function speaksSsh(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), 1_000);
    socket.once("data", (data) => end(data.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
