const NODE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The node a certificate is for: the one DNS name `<node>.<domain>` among its names. A certificate that names several
 * hosts of the domain is a server's, not a node's.
 * @param names the certificate's subject alternative names, as X509Certificate gives them
 * @throws Error when there is none, or more than one
 */
export function nodeName(names: string | undefined, domain: string): string {
  // Names with odd characters come quoted (CVE-2021-44532); no node's name has any.
  const listed = names === undefined || names.includes('"') ? [] : names.split(", ");
  const found = listed
    .map((name) => name.toLowerCase())
    .filter((name) => name.startsWith("dns:") && name.endsWith(`.${domain}`))
    .map((name) => name.slice("dns:".length, -domain.length - 1));
  const [node = ""] = found;
  if (found.length === 1 && NODE.test(node)) return node;
  throw new Error(`the peer's certificate must name exactly one <node>.${domain}, it names ${names ?? "nothing"}`);
}
