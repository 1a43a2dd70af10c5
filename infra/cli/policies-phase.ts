import { compileRules } from "../policy/compile-rules.ts";
import type { Phases } from "./phases.ts";
import { projectRoot } from "./root.ts";

/** Compiles the tenants' rules where these sources never were on this machine: the stacks take them as they lie. */
export async function compilePolicies(phases: Phases): Promise<void> {
  await phases.run(
    "policies",
    (step) => compileRules({ root: projectRoot, progress: step }),
    ({ digest, wasm }) => `${digest.slice(0, 16)}…, ${Math.round(wasm.length / 1024)} KiB`,
  );
}
