/** What a tenant may use, over all routers together. */
export interface TenantLimits {
  readonly requests_per_minute: number;
  /** Tokens of prompts and answers of a day of UTC. */
  readonly tokens_per_day: number;
  /** Routers that share them. */
  readonly routers: number;
}

/** Where the manifest says nothing, and while a tenant's file is missing. */
export const DEFAULT_LIMITS: TenantLimits = { requests_per_minute: 60, tokens_per_day: 200_000, routers: 1 };

/** Reads limits.json of an upper-case tenant. Throws with what is wrong. */
export function parseLimits(text: string, tenant: string): TenantLimits {
  const file = JSON.parse(text) as Readonly<Record<string, unknown>> | null;
  if (file?.tenant !== tenant) throw new Error(`"tenant" is ${JSON.stringify(file?.tenant)}, expected "${tenant}"`);
  const whole = (name: keyof TenantLimits, max: number): number => {
    const value = file[name];
    if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max) return value as number;
    throw new Error(`"${name}" is no whole number from 1 to ${max}`);
  };
  return {
    requests_per_minute: whole("requests_per_minute", 1e6),
    tokens_per_day: whole("tokens_per_day", 1e12),
    routers: whole("routers", 16),
  };
}
