/**
 * Why a worker gave no answer, or no whole one. `down`: it is not there or failed, which counts against it; `busy`: it has no
 * place or no model now, or does not believe this claim; `refused`: the request itself cannot be answered, by no other worker either.
 */
export class WorkerError extends Error {
  readonly kind: "down" | "busy" | "refused";
  readonly status: number;
  readonly code: string;

  constructor(kind: WorkerError["kind"], status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "WorkerError";
    this.kind = kind;
    this.status = status;
    this.code = code;
  }
}
