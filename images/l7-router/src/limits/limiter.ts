import { ApiError } from "../api-error.ts";
import { DEFAULT_LIMITS, type TenantLimits } from "./tenant-limits.ts";

/** What a tenant has used here. */
interface Used {
  /** Requests that may be made now; grows with time. */
  requests: number;
  /** When that was so, ms since 1970. */
  at: number;
  /** Day of UTC, and its tokens. */
  day: number;
  tokens: number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Holds the tenants to their limits. Each of several routers holds them to its share: together they never give more, and a
 * tenant whose requests all come to one router gets that router's share alone. Counts are gone with the process.
 */
export class Limiter {
  private limits: ReadonlyMap<string, TenantLimits> = new Map();
  private readonly used = new Map<string, Used>();

  /** Puts new limits in force; what was used stays used. */
  replace(limits: ReadonlyMap<string, TenantLimits>): void {
    this.limits = limits;
  }

  /**
   * Takes one request; the headers that tell what is left.
   * @throws ApiError 429
   */
  take(tenant: string, now = Date.now()): Readonly<Record<string, string>> {
    const { requests, tokens } = this.of(tenant);
    const used = this.usedBy(tenant, now);
    used.requests = Math.min(requests, used.requests + ((now - used.at) / MINUTE) * requests);
    used.at = now;
    if (used.tokens >= tokens) {
      const seconds = Math.ceil(((used.day + 1) * DAY - now) / 1000);
      const message = `You exceeded the tenant's quota of tokens for today. It starts anew in ${seconds} s.`;
      throw new ApiError(429, "insufficient_quota", message, null, { type: "insufficient_quota", retryAfter: seconds });
    }
    if (used.requests < 1) {
      const seconds = Math.ceil(((1 - used.requests) / requests) * 60);
      const message = `Rate limit of the tenant reached: requests per minute. Try again in ${seconds} s.`;
      throw new ApiError(429, "rate_limit_exceeded", message, null, { type: "requests", retryAfter: seconds });
    }
    used.requests -= 1;
    return {
      "x-ratelimit-limit-requests": String(requests),
      "x-ratelimit-remaining-requests": String(Math.floor(used.requests)),
      "x-ratelimit-limit-tokens": String(tokens),
      "x-ratelimit-remaining-tokens": String(tokens - used.tokens),
    };
  }

  /** Counts what a request took. What answers under way take beyond the quota is counted too, not prevented. */
  spend(tenant: string, tokens: number, now = Date.now()): void {
    this.usedBy(tenant, now).tokens += tokens;
  }

  /** This router's share of a tenant's limits, at least 1. */
  private of(tenant: string): { readonly requests: number; readonly tokens: number } {
    const { requests_per_minute, tokens_per_day, routers } = this.limits.get(tenant) ?? DEFAULT_LIMITS;
    const shareOf = (all: number): number => Math.max(1, Math.floor(all / routers));
    return { requests: shareOf(requests_per_minute), tokens: shareOf(tokens_per_day) };
  }

  private usedBy(tenant: string, now: number): Used {
    const day = Math.floor(now / DAY);
    const known = this.used.get(tenant) ?? { requests: this.of(tenant).requests, at: now, day, tokens: 0 };
    if (known.day !== day) Object.assign(known, { day, tokens: 0 });
    this.used.set(tenant, known);
    return known;
  }
}
