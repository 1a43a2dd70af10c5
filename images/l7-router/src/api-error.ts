/** What a client should know beside the refusal itself. */
export interface ApiErrorHints {
  /** `type` of the error; default by status. */
  readonly type?: string;
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number;
}

/** A refusal, told in the error format of the OpenAI API. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly param: string | null;
  readonly retryAfter: number | undefined;
  private readonly type: string;

  constructor(status: number, code: string, message: string, param: string | null = null, hints: ApiErrorHints = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.param = param;
    this.retryAfter = hints.retryAfter;
    this.type = hints.type ?? typeOf(status);
  }

  /** The response body. */
  get body() {
    const { message, type, code, param } = this;
    return { error: { message, type, param, code } };
  }
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}
