/**
 * A health check without a connection, which a TLS server would log as a failed handshake: whether somebody listens there,
 * as the kernel tells. For images that have a shell's tools only.
 * @param host `0.0.0.0` or `127.0.0.1`, exactly as the server listens
 */
export function listening(host: "0.0.0.0" | "127.0.0.1", port: number): readonly string[] {
  const address = host === "0.0.0.0" ? "00000000" : "0100007F";
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["grep", "-q", ` ${address}:${hex} 00000000:0000 0A `, "/proc/net/tcp"];
}
