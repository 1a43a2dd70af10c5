import { randomBytes } from "node:crypto";
import type { Container } from "../../infra/model/types.ts";
import { docker, eventually, image, tryDocker } from "./engine.ts";

/** Content by file name; private files are for the container's user alone. */
export type Files = Readonly<Record<string, string | { readonly content: string; readonly mode: string }>>;

/**
 * One container of the model, started on this machine's engine as the deployer starts it on a node: same user, mounts,
 * tmpfs, limits and health check. Folders of the node are volumes here, so that the engine may be anywhere.
 */
export class Rig {
  readonly name = `t-images-${randomBytes(4).toString("hex")}`;
  readonly plan: Container;
  private readonly volumes = new Set<string>();

  constructor(plan: Container) {
    this.plan = plan;
  }

  /** Writes files into what is mounted at `target`, owned by the services' user. */
  async write(target: string, files: Files): Promise<void> {
    const volume = this.volumeAt(target);
    const lines = Object.entries(files).map(([file, value]) => {
      const { content, mode } = typeof value === "string" ? { content: value, mode: "0444" } : value;
      const text = Buffer.from(content).toString("base64");
      return `echo ${text} | base64 -d >/x/.new; chmod ${mode} /x/.new; chown 10001:10001 /x/.new; mv /x/.new /x/${file}`;
    });
    const script = ["set -e", "chown 10001:10001 /x", "chmod 0750 /x", ...lines].join("\n");
    const base = await image("dsmil-base");
    await docker(["run", "--rm", "-i", "-v", `${volume}:/x`, base, "sh", "-s"], script);
  }

  /** Starts the container; `options` go to `docker run`. */
  async start(options: readonly string[] = []): Promise<void> {
    const { plan } = this;
    const mounts = plan.mounts.flatMap(({ target, readOnly }) => [
      "-v",
      `${this.volumeAt(target)}:${target}${readOnly ? ":ro" : ""}`,
    ]);
    await docker([
      ...["run", "-d", "--name", this.name, "--hostname", plan.name, "--init", "--restart", "always"],
      ...["--user", "10001:10001", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--memory", `${plan.memoryMiB}m`, "--memory-swap", `${plan.memoryMiB}m`, "--cpus", String(plan.cpus)],
      ...mounts,
      ...Object.entries(plan.tmpfs).flatMap(([path, flags]) => ["--tmpfs", `${path}:${flags}`]),
      ...Object.entries(plan.env).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
      ...plan.publish.flatMap(({ internal }) => ["-p", `127.0.0.1::${internal}`]),
      ...options,
      await image(plan.image),
    ]);
  }

  /** Loopback port that leads to a port of the container; another one after each start. */
  async port(internal: number): Promise<number> {
    const said = await docker(["port", this.name, `${internal}/tcp`]);
    return Number(said.split("\n")[0]?.split(":").at(-1));
  }

  /** Waits until the container's own health check passes. */
  async healthy(seconds = 30): Promise<void> {
    await eventually(
      `health of ${this.plan.name}`,
      async () => {
        const { code, stdout, stderr } = await this.exec(this.plan.health.argv);
        if (code !== 0) throw new Error(`${stdout}${stderr}\n${await this.logs()}`);
        return true;
      },
      seconds,
    );
  }

  exec(argv: readonly string[], stdin = ""): ReturnType<typeof tryDocker> {
    return tryDocker(["exec", "-i", this.name, ...argv], stdin);
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await tryDocker(["logs", "--tail", "20", this.name]);
    return stdout + stderr;
  }

  /** Kills the container's processes without warning and starts it again. */
  async crash(): Promise<void> {
    await docker(["kill", "--signal", "KILL", this.name]);
    await docker(["start", this.name]);
  }

  /** Exit code of an orderly stop. */
  async stop(): Promise<number> {
    await docker(["stop", "-t", String(this.plan.stopSeconds), this.name]);
    return Number(await docker(["inspect", "-f", "{{.State.ExitCode}}", this.name]));
  }

  async dispose(): Promise<void> {
    await tryDocker(["rm", "-f", "-v", this.name]);
    for (const volume of this.volumes) await tryDocker(["volume", "rm", "-f", volume]);
  }

  private volumeAt(target: string): string {
    const index = this.plan.mounts.findIndex((mount) => mount.target === target);
    if (index === -1) throw new Error(`${this.plan.name} mounts nothing at ${target}`);
    const volume = `${this.name}-${index}`;
    this.volumes.add(volume);
    return volume;
  }
}
