import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project under test. */
export const root: string = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The manifest the lab tests deploy: a copy, so that adding a tenant never edits the project's own. */
export const manifestPath: string = join(root, ".dsmil/test/manifest.yaml");

/** The stacks, data first. */
export const STACKS = ["node-c", "node-a", "node-b"] as const;

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the project folder and returns what it did; only a failure to start it throws. */
export function run(
  command: string,
  args: readonly string[],
  options: { stdin?: string; timeoutMs?: number; env?: Record<string, string> } = {},
): Promise<Run> {
  return new Promise((done, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, DSMIL_MANIFEST: manifestPath, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeoutMs ?? 900_000,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (code) => done({ code: code ?? 1, stdout, stderr }));
    // A command that ends without reading its input is no fault of the test.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}

/** Runs `bin/dsmil`. */
export function dsmil(...args: string[]): Promise<Run> {
  return run(join(root, "bin/dsmil"), args);
}

/** Runs `bin/dsmil` and fails with all it printed unless it exits 0. */
export async function dsmilOk(...args: string[]): Promise<Run> {
  const result = await dsmil(...args);
  if (result.code !== 0)
    throw new Error(`dsmil ${args.join(" ")} exited ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result;
}

/** Runs the Pulumi CLI as a person does after `eval "$(bin/dsmil env)"`. */
export async function pulumi(...args: string[]): Promise<Run> {
  const env = JSON.parse((await dsmilOk("env", "--json")).stdout) as Record<string, string>;
  return run("pulumi", [...args, "--non-interactive", "--color", "never"], { env });
}

/** Runs the same Pulumi command on every stack at the same time; by stack, in the order that they are deployed. */
export async function pulumiOnAll(...args: string[]): Promise<ReadonlyMap<string, Run>> {
  const runs = await Promise.all(STACKS.map((stack) => pulumi(...args, "--stack", stack)));
  return new Map(STACKS.map((stack, i) => [stack, runs[i] as Run]));
}

/** Starts from the project's manifest. */
export function resetManifest(): void {
  mkdirSync(dirname(manifestPath), { recursive: true });
  writeFileSync(manifestPath, readFileSync(join(root, "manifest.yaml")));
}

/** Edits the deployed manifest's text. */
export function editManifest(edit: (text: string) => string): void {
  writeFileSync(manifestPath, edit(readFileSync(manifestPath, "utf8")));
}

export const CHARLIE = `
  - id: charlie
    roe_level: ANALYSIS_ONLY
    actions: [ALERT_ONLY]
    compartments: [SOC]
    api_keys: [default]
    retention: { hot: 24h, soc: 7d, archive: 90d }
`;
