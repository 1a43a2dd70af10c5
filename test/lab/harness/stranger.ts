import { join } from "node:path";
import { command } from "../../../infra/toolchain/command.ts";
import { findGo } from "../../../infra/toolchain/go.ts";

/** Builds quic-stranger for this machine into `folder`; the path of the program. */
export async function buildStranger(root: string, folder: string): Promise<string> {
  const program = join(folder, "quic-stranger");
  const go = await findGo({ root });
  const source = join(root, "test/lab/harness/quic-stranger/main.go");
  const env = { ...go.env, GOWORK: "off", GOFLAGS: "-buildvcs=false -mod=readonly", CGO_ENABLED: "0" };
  const { code, tail } = await command([go.path, "build", "-o", program, source], {
    cwd: join(root, "infra/toolchain/dbe-quic"),
    env,
  });
  if (code !== 0) throw new Error(`quic-stranger was not built:\n${tail}`);
  return program;
}
