/** Why a worker does not take a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
  }

  /** The response body. */
  get body() {
    return { error: { code: this.code, message: this.message } };
  }
}
