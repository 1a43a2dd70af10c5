/**
 * A health check without a connection, which a TLS server would log as a failed handshake: whether somebody listens there,
 * as the kernel tells. Go listens on 0.0.0.0 by a socket for IPv6, too. For images that have grep.
 */
export function listening(port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return ["grep", "-qsE", `: [0-9A-F]+:${hex} 0+:0000 0A `, "/proc/net/tcp", "/proc/net/tcp6"];
}
