/** What a policy may take, so that no file and no request can take a service down. Sizes in bytes. */
export const POLICY_LIMITS = {
  /** bundle.json: a signature's hex and a few names. */
  bundle: 16 * 1024,
  data: 256 * 1024,
  wasm: 4 * 1024 * 1024,
  /** One request as JSON. */
  input: 4 * 1024,
  /** One decision as JSON: at most the tenant's channels. */
  output: 64 * 1024,
  /** Memory of one module, pages of 64 KiB. */
  memoryPages: 128,
  /** One decision, ms of the clock. It takes microseconds; this is for one that never ends, not for a busy machine. */
  evaluationMs: 1_000,
  /** Decisions that are remembered, and the longest request among them. */
  remembered: 256,
  rememberedInput: 512,
} as const;
