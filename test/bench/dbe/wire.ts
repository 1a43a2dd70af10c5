/** A lasting connection to the echo server: every message comes back whole, in order. */
export interface Wire {
  /** Sends a message of the payload. */
  send(payload: Buffer): void;
  /** Takes the size of each payload that came back. */
  onAnswer: (bytes: number) => void;
  close(): void;
}
