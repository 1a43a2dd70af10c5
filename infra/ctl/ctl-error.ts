/** An error that the operator can do something about. */
export class CtlError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "CtlError";
    this.remedy = remedy;
  }
}

/** Ends the program with this code; what was to be said is said. */
export class CtlExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.name = "CtlExit";
    this.code = code;
  }
}
