import { spawn } from "node:child_process";
import { KeyError } from "../key-error.ts";
import { tpmError } from "./tpm-error.ts";

/** Longest a TPM may take over one command, ms; making an ECC key takes a slow chip a second. */
const TIMEOUT_MS = 30_000;
/** Most that a tool may print, bytes. */
const MAX_OUTPUT = 64 * 1024;

/**
 * Runs one of tpm2-tools, without a shell.
 * @param input standard input: the seed to seal
 * @returns standard output
 * @throws KeyError with the TPM's reason
 */
export function runTool(tcti: string, tool: string, args: readonly string[], input?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";
    const env = { PATH: path, LC_ALL: "C", TPM2TOOLS_TCTI: tcti };
    const child = spawn(tool, args, {
      env,
      stdio: ["pipe", "pipe", "pipe"],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
    });
    const output: Buffer[] = [];
    let length = 0;
    let words = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output.push(chunk);
      length += chunk.length;
      if (length > MAX_OUTPUT) child.kill("SIGKILL");
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-8192);
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const remedy = "use an image that stands on dsmil-tpm-tools";
      const why = error.code === "ENOENT" ? `is not installed; ${remedy}` : `cannot run: ${error.message}`;
      reject(new KeyError("away", `${tool} ${why}`, error));
    });
    child.once("close", (code, signal) => {
      const said = Buffer.concat(output, length);
      for (const chunk of output) chunk.fill(0);
      if (code === 0) return resolve(said);
      said.fill(0);
      reject(
        signal === null ? tpmError(tcti, tool, words) : new KeyError("away", `the TPM at ${tcti} hangs in ${tool}`),
      );
    });
    // A tool that ends before it read everything says why on standard error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
  });
}
