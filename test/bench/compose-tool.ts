import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { command } from "../../infra/toolchain/command.ts";
import { findGo } from "../../infra/toolchain/go.ts";

const PACKAGE = "github.com/docker/compose/v2/cmd";

/**
 * How docker compose v2 is started on this machine: as the docker client's plugin where it is installed, else as a
 * binary built from the Go module proxy in the version that compose/go.mod pins (a minute or five, once).
 */
export async function composeTool(root: string, step: (text: string) => void): Promise<[string, ...string[]]> {
  const installed = await command(["docker", "compose", "version", "--short"]).catch(() => undefined);
  if (installed?.code === 0 && /^v?2\./.test(installed.stdout)) return ["docker", "compose"];
  const binary = join(root, ".dsmil/tools/docker-compose");
  if (existsSync(binary)) return [binary];
  mkdirSync(dirname(binary), { recursive: true });
  step("docker compose is not installed: building it from Go modules");
  const go = await findGo({ root, progress: step });
  const build = await command([go.path, "build", "-mod=readonly", "-ldflags", "-s -w", "-o", binary, PACKAGE], {
    cwd: join(root, "test/bench/compose"),
    env: { ...go.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" },
    onLine: step,
  });
  if (build.code !== 0) throw new Error(`docker compose could not be built: ${build.tail}`);
  return [binary];
}
