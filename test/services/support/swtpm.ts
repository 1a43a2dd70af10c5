import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "../../../images/runtime/dbe/keys/tpm/run-tool.ts";
import { ensurePackages } from "../../../infra/lab/packages.ts";
import { type Child, startChild } from "./child.ts";

/** A software TPM of a test's own, over a Unix socket. */
export class Swtpm {
  readonly #folder: string;
  #child: Child | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Installs what is missing, makes a new TPM and starts it. */
  static async create(): Promise<Swtpm> {
    await ensurePackages(["swtpm", "tpm2-tools", "libtss2-tcti-swtpm0"]);
    const swtpm = new Swtpm(mkdtempSync(join(tmpdir(), "t-swtpm-")));
    mkdirSync(join(swtpm.#folder, "state"));
    await swtpm.start();
    return swtpm;
  }

  /** tpm2-tss's name of the way to it. */
  get tcti(): string {
    return `swtpm:path=${this.#socket}`;
  }

  get #socket(): string {
    return join(this.#folder, "tpm.sock");
  }

  /** Powers it on; its PCRs are those of a machine that has just started. */
  async start(): Promise<void> {
    const socket = this.#socket;
    const state = join(this.#folder, "state");
    this.#child = await startChild(
      [
        ...["swtpm", "socket", "--tpm2", "--tpmstate", `dir=${state}`, "--flags", "not-need-init,startup-clear"],
        ...["--server", `type=unixio,path=${socket}`, "--ctrl", `type=unixio,path=${socket}.ctrl`],
      ],
      { ready: async () => existsSync(`${socket}.ctrl`) },
    );
  }

  /** Takes it away: no socket, no answer. */
  async stop(): Promise<void> {
    await this.#child?.end("SIGTERM");
    for (const name of [this.#socket, `${this.#socket}.ctrl`]) rmSync(name, { force: true });
  }

  /** What another firmware or Secure Boot policy does at the machine's start. */
  async extend(register: number): Promise<void> {
    await runTool(this.tcti, "tpm2_pcrextend", [`${register}:sha256=${"5a".repeat(32)}`]);
  }

  /** A restart of the machine: the same TPM, PCRs from the beginning. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async destroy(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
