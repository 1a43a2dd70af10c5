import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pulumiEnv } from "../../../infra/toolchain/env.ts";
import { run } from "../run.ts";
import type { Side } from "../side.ts";
import type { Workload } from "../workload.ts";

/** How the CLI is called; `bin/dsmil up` and `bin/dsmil plan` do the same. */
const UP = ["up", "--yes", "--skip-preview", "--parallel", "16"];

/** What is switched for a comparison of settings; the default is what the project does. */
export interface OurSettings {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether `up` looks at the nodes first; default true, as `bin/dsmil up` does. */
  readonly refresh?: boolean;
}

/** Our own components in a Pulumi program: one stack a node, three `pulumi` processes at a time. */
export class OurSide implements Side {
  readonly name = "ours";
  readonly #root: string;
  readonly #state: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #refresh: boolean;

  constructor(root: string, settings: OurSettings = {}, state = join(root, ".dsmil/bench/state")) {
    this.#root = root;
    this.#state = state;
    this.#refresh = settings.refresh ?? true;
    this.#env = {
      ...pulumiEnv(root),
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      DSMIL_ROOT: root,
      ...settings.env,
    };
  }

  /** Empty stacks; not part of any measurement. */
  async prepare(workload: Workload): Promise<void> {
    rmSync(this.#state, { recursive: true, force: true });
    mkdirSync(this.#state, { recursive: true, mode: 0o700 });
    for (const node of workload.nodes) await this.#pulumi(workload, ["stack", "init", node]);
  }

  async apply(workload: Workload): Promise<void> {
    await this.#all(workload, [...UP, ...(this.#refresh ? ["--refresh"] : [])]);
  }

  /** Asks every node whether it is as the state says: what `bin/dsmil up` does where nothing was edited. */
  async verify(workload: Workload): Promise<void> {
    await this.#all(workload, ["refresh", "--preview-only", "--expect-no-changes"]);
  }

  /** Asks every node and runs the program: what `bin/dsmil plan` does. */
  async verifyAll(workload: Workload): Promise<void> {
    await this.#all(workload, ["preview", "--refresh", "--json", "--expect-no-changes"]);
  }

  /** Runs the program and compares with the state; asks no node. */
  async verifyState(workload: Workload): Promise<void> {
    await this.#all(workload, ["preview", "--json", "--expect-no-changes"]);
  }

  async destroy(workload: Workload): Promise<void> {
    await this.#all(workload, ["destroy", "--yes", "--skip-preview"]);
  }

  async #all(workload: Workload, args: readonly string[]): Promise<void> {
    await Promise.all(workload.nodes.map((node) => this.#pulumi(workload, [...args, "--stack", node])));
  }

  #pulumi(workload: Workload, args: readonly string[]): Promise<string> {
    return run(["pulumi", ...args, "--non-interactive", "--color", "never"], {
      cwd: join(this.#root, "test/bench/program"),
      env: { ...this.#env, DSMIL_BENCH_WORKLOAD: JSON.stringify(workload) },
    });
  }
}
