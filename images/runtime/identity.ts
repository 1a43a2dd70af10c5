import type { Environment } from "./environment.ts";

/** Levels of LOG_LEVEL, most talkative first. */
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** Who a service is: in its log lines, metrics, health report and events. */
export interface Identity {
  /** Node it runs on: `node-a`. */
  readonly node: string;
  /** `l3-router` */
  readonly service: string;
  /** Device it speaks for, 0 to 103. */
  readonly device: number;
  /** Layer as a number, 3 to 9. */
  readonly layer: number;
  /** First token id of the device, 0x8000 + 3 × device. */
  readonly tokenIdBase: number;
  /** Upper-case tenant id; absent in shared services. */
  readonly tenant?: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Port of /healthz, /health and /metrics. */
  readonly httpPort: number;
}

/** What a service is when its container does not say. */
export interface IdentityDefaults {
  readonly service: string;
  readonly device: number;
  readonly layer: number;
  readonly httpPort?: number;
}

/** Reads NODE_ID, SERVICE, DEVICE_ID, LAYER (`3` or `L3`), TOKEN_ID_BASE, LOG_LEVEL, HTTP_PORT. */
export function readIdentity(env: Environment, defaults: IdentityDefaults): Identity {
  const device = env.integer("DEVICE_ID", { min: 0, max: 103, default: defaults.device });
  const layer = env.text("LAYER", { pattern: /^L?[0-9]$/, hint: "L2 to L9", default: `L${defaults.layer}` });
  const base = `0x${(0x8000 + 3 * device).toString(16)}`;
  const token = env.text("TOKEN_ID_BASE", {
    pattern: /^0x[0-9a-f]{4}$/i,
    hint: `hexadecimal such as ${base}`,
    default: base,
  });
  return {
    node: env.text("NODE_ID", { pattern: /^[a-z][a-z0-9-]{0,30}$/, hint: "a node id such as node-a" }),
    service: env.text("SERVICE", {
      pattern: /^[a-z][a-z0-9-]{0,30}$/,
      hint: "a service id",
      default: defaults.service,
    }),
    device,
    layer: Number(layer.replace("L", "")),
    tokenIdBase: Number(token),
    logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
    httpPort: env.integer("HTTP_PORT", { min: 0, max: 65535, default: defaults.httpPort ?? 8080 }),
  };
}
