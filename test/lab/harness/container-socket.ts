import { decodeLocal } from "../../../images/runtime/dbe/codec/local.ts";
import type { Envelope } from "../../../images/runtime/dbe/codec/types.ts";
import { root, run } from "./dsmil.ts";

/** Posts standard input, hex, to the container's gateway and prints the answer's status and body, hex. */
const POST = `
const http = require("node:http");
let hex = "";
process.stdin.on("data", (d) => (hex += d)).on("end", () => {
  const body = Buffer.from(hex.trim(), "hex");
  const headers = { "content-type": "application/dbe", "content-length": body.length };
  const to = { socketPath: "/run/dbe/gateway.sock", path: "/v1/messages", method: "POST", headers };
  const posted = http.request(to, (response) => {
    const chunks = [];
    response.on("data", (d) => chunks.push(d));
    response.on("end", () => console.log(response.statusCode + " " + Buffer.concat(chunks).toString("hex")));
  });
  posted.on("error", (error) => console.log("0 " + error.message));
  posted.end(body);
});`;

/** Says something to the bus out of a service's container, by the socket that it has there; the answer. */
export async function sayFrom(node: string, container: string, frame: Buffer): Promise<Envelope> {
  const argv = ["docker", "exec", "-i", container, "/usr/local/bin/node", "-e", `'${POST}'`];
  const ssh = ["-F", `${root}/.dsmil/ssh/config`, node, ...argv];
  const { stdout, stderr } = await run("ssh", ssh, { stdin: frame.toString("hex") });
  const [status, body = ""] = stdout.trim().split(" ");
  if (status !== "200") throw new Error(`${container}: the gateway answered ${stdout}${stderr}`);
  return decodeLocal(Buffer.from(body, "hex"));
}
