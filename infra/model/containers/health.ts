import type { HealthProbe } from "../types.ts";

/** GET over HTTP, asked with BusyBox's wget, which every image of ours that serves HTTP has. */
export function httpHealth(port: number): HealthProbe {
  const argv = ["busybox", "wget", "-q", "-T", "3", "-O", "/dev/null", `http://127.0.0.1:${port}/healthz`];
  return { kind: "http", port, path: "/healthz", argv };
}
