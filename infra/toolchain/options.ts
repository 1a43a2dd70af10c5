export interface ToolchainOptions {
  /** The project folder. */
  readonly root: string;
  /** Told what is being done, a short line each; may be called often. */
  readonly progress?: (message: string) => void;
  /** Aborts the work; what is finished is kept for the next run. */
  readonly signal?: AbortSignal;
}
