/** A request that is refused: what is told to who asked. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** Seconds after which asking again makes sense. */
  readonly retryAfter: number | undefined;

  constructor(status: number, code: string, message: string, retryAfter?: number) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** The response body. */
  get body() {
    return { error: { code: this.code, message: this.message } };
  }
}
