import type { CompiledRules } from "../../infra/policy/compiled-rules.ts";

/** Stands for the compiled rules: composing needs their digest and bytes only. */
export const rules: CompiledRules = {
  wasm: Buffer.from([0, 0x61, 0x73, 0x6d, 0xff]),
  digest: "ab".repeat(48),
  fileName: "abab.wasm",
};
