/** Memory for one read, characters: the number of entries asked for follows their average length. */
const READ_BUDGET = 2 * 1024 * 1024;
/** Most entries of one read whatever their length was: after short ones, this many may be 64 KiB each. */
const MAX_READ = 128;

/** How many entries of a stream to read at once. Starts as if all were long; grows with each read of short ones. */
export class ReadSize {
  private averageLength = 64 * 1024;

  /** @param limit most that the reader can take now */
  entries(limit = MAX_READ): number {
    return Math.max(1, Math.min(limit, MAX_READ, Math.floor(READ_BUDGET / this.averageLength)));
  }

  /** Learns from what a read brought. */
  learn(entries: readonly { readonly event: string | undefined }[]): void {
    if (entries.length === 0) return;
    const length = entries.reduce((sum, { event }) => sum + (event?.length ?? 0), 0) / entries.length;
    this.averageLength = Math.max(256, length, this.averageLength / 2);
  }
}
