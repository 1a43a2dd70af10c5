import { command } from "../toolchain/command.ts";
import { ensureOpa } from "../toolchain/opa.ts";
import type { ToolchainOptions } from "../toolchain/options.ts";
import { RULES_FOLDER, SCHEMAS_FOLDER } from "./sources.ts";

/** What checking and testing the rules found. */
export interface RulesReport {
  /** What is wrong, in opa's words; empty where all is well. */
  readonly problems: readonly string[];
  readonly tests: number;
  /** Lines of the rules that tests reached, percent. */
  readonly coverage: number;
}

/** Formats (without changing), checks strictly against the schemas, and tests the tenants' rules. */
export async function testRules(options: ToolchainOptions): Promise<RulesReport> {
  const opa = await ensureOpa(options);
  const { root, signal } = options;
  const problems: string[] = [];
  const run = async (what: string, ...args: string[]): Promise<string> => {
    const { code, stdout, tail } = await command([opa, ...args], { cwd: root, signal });
    if (code !== 0) problems.push(`${what}:\n${tail}`);
    return stdout;
  };
  await run("opa fmt", "fmt", "--list", "--fail", RULES_FOLDER);
  await run("opa check", "check", "--strict", "--schema", SCHEMAS_FOLDER, RULES_FOLDER);
  const results = await run("opa test", "test", "--format=json", RULES_FOLDER);
  const tests = problems.length > 0 ? 0 : (JSON.parse(results) as readonly unknown[]).length;
  const covered = await run("opa test --coverage", "test", "--coverage", "--format=json", RULES_FOLDER);
  const coverage = problems.length > 0 ? 0 : (JSON.parse(covered) as { readonly coverage: number }).coverage;
  return { problems, tests, coverage };
}
