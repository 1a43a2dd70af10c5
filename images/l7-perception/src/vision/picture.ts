/** A decoded picture: RGB, 8 bits each, row by row, no transparency. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** width × height × 3 bytes. */
  readonly rgb: Uint8Array;
}
