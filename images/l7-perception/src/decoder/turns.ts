/** What waits, tenant by tenant: whoever was served last is served after the others, however many it has. */
export class TenantTurns<T extends { readonly tenant: string }> {
  private readonly waiting = new Map<string, T[]>();
  private last = "";

  /** How many wait. */
  get size(): number {
    return [...this.waiting.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** How many of a tenant's wait. */
  of(tenant: string): number {
    return this.waiting.get(tenant)?.length ?? 0;
  }

  add(one: T): void {
    const own = this.waiting.get(one.tenant);
    if (own) own.push(one);
    else this.waiting.set(one.tenant, [one]);
  }

  /** Whose turn it is, which waits no more. */
  take(): T | undefined {
    const served = this.waiting.get(this.last);
    if (served) {
      this.waiting.delete(this.last);
      this.waiting.set(this.last, served);
    }
    const [first] = this.waiting.values();
    const one = first?.[0];
    if (!one) return undefined;
    this.last = one.tenant;
    this.remove(one);
    return one;
  }

  /** Whether it still waited. */
  remove(one: T): boolean {
    const own = this.waiting.get(one.tenant) ?? [];
    const at = own.indexOf(one);
    if (at < 0) return false;
    own.splice(at, 1);
    if (own.length === 0) this.waiting.delete(one.tenant);
    return true;
  }
}
