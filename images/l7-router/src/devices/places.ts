/** Questions under way at most, in all and of one tenant: a tenant whose SOC router hangs must not take all. */
const IN_ALL = 48;
const EACH = 16;

/** Counts what is under way by tenant. */
export class Places {
  private readonly byTenant = new Map<string, number>();
  private taken = 0;

  /** Takes a place; false when there is none. */
  take(tenant: string): boolean {
    const own = this.byTenant.get(tenant) ?? 0;
    if (this.taken >= IN_ALL || own >= EACH) return false;
    this.byTenant.set(tenant, own + 1);
    this.taken += 1;
    return true;
  }

  free(tenant: string): void {
    const own = (this.byTenant.get(tenant) ?? 1) - 1;
    if (own > 0) this.byTenant.set(tenant, own);
    else this.byTenant.delete(tenant);
    this.taken -= 1;
  }
}
