/** A device that answers questions of a tenant's users over the bus. */
export interface Device {
  readonly device: number;
  /** Type of the question. */
  readonly type: number;
  /** For people. */
  readonly name: string;
  /** Time in which an answer must be here, ms. */
  readonly deadlineMs: number;
  /** Longest answer that is passed on, bytes. */
  readonly maxAnswer: number;
  /** Of a strategic device. */
  readonly roeTokenId?: number;
}
