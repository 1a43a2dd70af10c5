import { describe, expect, it } from "vitest";
import { docker, image } from "./engine.ts";

const PROGRAM = `
const { InferenceSession } = await import("/app/node_modules/onnxruntime-node/dist/index.js");
const { ORT_DISABLE_TELEMETRY: one, ORT_TELEMETRY_DISABLED: two } = process.env;
const refused = await InferenceSession.create(Buffer.from("no model")).then(() => "taken", () => "refused");
console.log(JSON.stringify({ runtime: typeof InferenceSession.create, refused, off: [one, two] }));`;

describe("dsmil-onnx-base", () => {
  it("loads the native runtime as any user on a read-only root without a network, and has nothing of graphics cards", async () => {
    const tag = await image("dsmil-onnx-base");
    const run = ["run", "--rm", "--read-only", "--network", "none", "--cap-drop", "ALL", "--user", "10001:10001"];
    const node = ["--entrypoint", "/usr/local/bin/node", tag, "--input-type=module", "-e", PROGRAM];
    expect(JSON.parse(await docker([...run, ...node]))).toEqual({
      runtime: "function",
      refused: "refused",
      off: ["1", "1"],
    });
    const files = await docker([...run, "--entrypoint", "/bin/find", tag, "/app/node_modules", "-type", "f"]);
    expect(files.split("\n").filter((file) => /\.(so|node|dll|dylib)/.test(file))).toHaveLength(2);
    expect(files).not.toMatch(/cuda|tensorrt|win32|darwin/);
  });
});
