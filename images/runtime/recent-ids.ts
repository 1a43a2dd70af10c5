/** Remembers at least the last `size` ids, at most twice as many. */
export class RecentIds {
  private readonly size: number;
  private newer = new Set<string>();
  private older = new Set<string>();

  constructor(size: number) {
    this.size = size;
  }

  add(id: string): void {
    this.newer.add(id);
    if (this.newer.size < this.size) return;
    this.older = this.newer;
    this.newer = new Set();
  }

  has(id: string): boolean {
    return this.newer.has(id) || this.older.has(id);
  }
}
