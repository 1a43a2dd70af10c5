import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./nodes.ts";

/** What a run of the CLI came to. */
export interface CliRun {
  readonly code: number;
  /** Everything printed, both streams. */
  readonly output: string;
}

/** A stack of its own with the provider of this project, driven through the real CLI. */
export interface TestStack {
  /** Runs `pulumi` on the stack. */
  pulumi(...args: string[]): Promise<CliRun>;
  /** Runs it and throws with all it printed unless it succeeds. */
  ok(...args: string[]): Promise<string>;
  /** Replaces the program's settings, which it reads as JSON from `settings`. */
  set(settings: object): void;
  /** The state file as it lies on the disk. */
  state(): string;
}

/**
 * @param root folder with `.dsmil/access.json`; gets a project with this program
 * @param program TypeScript; `pulumi`, `dsmil` (the resource classes) and `settings` are in scope
 */
export async function testStack(root: string, program: string): Promise<TestStack> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...(process.env.PULUMI_HOME === undefined ? await projectEnv() : {}),
    PULUMI_BACKEND_URL: `file://${root}/state`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const provider = join(projectRoot, "infra/provider");
  mkdirSync(join(root, "state"));
  symlinkSync(join(projectRoot, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ type: "module", main: "index.ts", version: "0.0.0" }));
  writeFileSync(
    join(root, "Pulumi.yaml"),
    JSON.stringify({
      name: "test",
      runtime: { name: "nodejs", options: { typescript: false } },
      plugins: { providers: [{ name: "dsmil", path: provider }] },
    }),
  );
  const imports = [
    'import { readFileSync } from "node:fs";',
    'import * as pulumi from "@pulumi/pulumi";',
    `import * as dsmil from ${JSON.stringify(join(provider, "index.ts"))};`,
    `const settings = JSON.parse(readFileSync(${JSON.stringify(join(root, "settings.json"))}, "utf8"));`,
  ];
  writeFileSync(join(root, "index.ts"), [...imports, program].join("\n"));
  const pulumi = (...args: string[]): Promise<CliRun> =>
    new Promise((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: root,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      const collect = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout.on("data", collect);
      child.stderr.on("data", collect);
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? 1, output }));
    });
  const ok = async (...args: string[]): Promise<string> => {
    const { code, output } = await pulumi(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited ${code}\n${output}`);
    return output;
  };
  await ok("stack", "init", "test");
  return {
    pulumi,
    ok,
    set: (settings) => writeFileSync(join(root, "settings.json"), JSON.stringify(settings)),
    state: () => readFileSync(join(root, "state/.pulumi/stacks/test/test.json"), "utf8"),
  };
}

async function projectEnv(): Promise<Record<string, string>> {
  const { pulumiEnv } = await import("../../infra/toolchain/env.ts");
  return pulumiEnv(projectRoot);
}
