import type { HealthProbe } from "../types.ts";

/**
 * GET over HTTP, asked with BusyBox's wget, which every image of ours that serves HTTP has. No -T: with it, BusyBox 1.35 of
 * Debian crashes in a container; the engine bounds the check itself.
 */
export function httpHealth(port: number): HealthProbe {
  const argv = ["busybox", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${port}/healthz`];
  return { kind: "http", port, path: "/healthz", argv };
}
