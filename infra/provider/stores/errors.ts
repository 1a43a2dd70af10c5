/** The store's container does not run: nothing can be read or changed until it does. */
export class StoreDown extends Error {
  override readonly name = "StoreDown";
  /**
   * The container is not there at all, and with it nothing that could be looked at. Creating again is safe, as it takes
   * the path of adoption: what the data volume may still hold is kept.
   */
  readonly gone: boolean;

  constructor(message: string, gone = false) {
    super(message);
    this.gone = gone;
  }
}

/** Removal would drop data, and nobody said that it may. */
export class DataAtRisk extends Error {
  override readonly name = "DataAtRisk";

  /** @param what what would be lost: `stream ALPHA_L3_IN (12 entries)` */
  constructor(where: string, what: readonly string[]) {
    super(
      `${where}: refused, as this would drop data: ${what.join(", ")}. Set allowDataLoss to drop it, ` +
        "or retain to keep the data and end access only",
    );
  }
}

const socketCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTCONN",
  "EHOSTUNREACH",
  "ERR_STREAM_DESTROYED",
]);
const serverSays =
  /^(LOADING|MASTERDOWN|BUSY) |Connection is closed|Connection terminated|socket hang up|timeout exceeded when trying to connect|Client network socket disconnected|the database system is|connection lost|Stream isn't writeable/i;

/** Whether an error means that the connection is gone or the server is not ready yet; trying again may help. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && (socketCodes.has(code) || /^(08|57P0)/.test(code))) return true;
  return serverSays.test(error.message) || (error.cause !== undefined && isTransient(error.cause));
}
