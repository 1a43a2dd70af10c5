/** Fastify's bounds of a server on a port: what a slow or idle client may hold, and how it drains. */
export const SERVER_LIMITS = {
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  keepAliveTimeout: 65_000,
  http: { headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
  forceCloseConnections: "idle",
  // While draining, requests of open connections are still answered; health says 503 by itself.
  return503OnClosing: false,
} as const;
