import { openEndpoint } from "../../provider/stores/endpoint.ts";
import { httpsRequest } from "../stores/https-request.ts";
import { lookingContext } from "./context.ts";
import type { NameMatcher, Trace } from "./trace.ts";

interface Collections {
  readonly result?: { readonly collections?: readonly { readonly name: string }[] };
}

/** Collections in Qdrant. */
export async function tracesInQdrant(node: string, name: NameMatcher): Promise<Trace[]> {
  const { port, servername, ca, secret, close } = await openEndpoint(lookingContext(), node, "qdrant");
  try {
    const endpoint = { host: "127.0.0.1", port, servername, ca };
    const { status, body } = await httpsRequest(endpoint, {
      method: "GET",
      path: "/collections",
      headers: { "api-key": secret },
    });
    if (status !== 200) throw new Error(`qdrant on ${node}: GET /collections answers ${status}`);
    const { result } = JSON.parse(body) as Collections;
    const names = (result?.collections ?? []).map((c) => c.name).filter(name.matches);
    return names.map((collection) => ({ place: `qdrant on ${node}`, what: `collection ${collection}` }));
  } finally {
    await close();
  }
}
