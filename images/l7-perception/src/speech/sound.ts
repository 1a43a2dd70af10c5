/** A sound: one channel, -1 to 1. */
export interface Sound {
  /** Values a second. */
  readonly rate: number;
  readonly samples: Float32Array;
}
