import { request as plain } from "node:http";
import { request as tls } from "node:https";

/** Longest answer, characters. */
const MAX_ANSWER = 64 * 1024;
/** Longest wait, milliseconds. */
const PATIENCE = 2000;

/**
 * What SHRINK says now: `GET <address>/api/v1/metrics`, or the same at a socket of the file system.
 * @param address `http://…`, `https://…`, or `unix:/run/shrink/shrink.sock`
 * @throws Error when there is no answer in 2 s, it is no 200 or no JSON
 */
export async function askShrink(address: string, signal: AbortSignal): Promise<unknown> {
  const path = "/api/v1/metrics";
  const socketPath = address.startsWith("unix:") ? address.slice("unix:".length) : undefined;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
  const text = await new Promise<string>((resolve, reject) => {
    const options = { signal: limit, agent: false as const };
    const send = address.startsWith("https:") ? tls : plain;
    const asked =
      socketPath === undefined
        ? send(`${address}${path}`, options)
        : plain({ ...options, socketPath, path, host: "localhost" });
    asked.on("error", reject);
    asked.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > MAX_ANSWER) asked.destroy(new Error(`an answer of more than ${MAX_ANSWER} characters`));
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`HTTP ${response.statusCode}`));
      });
    });
    asked.end();
  });
  return JSON.parse(text);
}
