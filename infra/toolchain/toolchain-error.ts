/** A tool cannot be had; the message says what was tried and what to do. */
export class ToolchainError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ToolchainError";
  }
}
