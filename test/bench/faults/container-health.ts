import { readAccess } from "../../../infra/access/access.ts";
import { connect } from "../../../infra/access/connection.ts";
import { askHealth } from "../../../infra/cli/status/ask-health.ts";
import type { Container } from "../../../infra/model/types.ts";

const ASK_MS = 6000;
const FORMAT = "{{.State.Pid}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";

/** What a container's engine says of it. */
export interface Running {
  /** 0 while it does not run. */
  readonly pid: number;
  readonly ip: string;
}

/** Its main process and address now. @throws what the node's connection met */
export async function running(root: string, { node, name }: Container): Promise<Running> {
  const connection = await connect(readAccess(root, node));
  const { stdout } = await connection.exec(["docker", "inspect", "-f", FORMAT, name], { timeoutMs: ASK_MS });
  const [pid = "0", ip = ""] = stdout.trim().split(" ");
  return { pid: Number(pid), ip };
}

/** Whether it runs as another process than `before` and is healthy, by the question that `dsmil status` asks. */
export async function healthyAgain(root: string, container: Container, before: number): Promise<boolean> {
  const { pid, ip } = await running(root, container);
  if (pid === 0 || pid === before || ip === "") return false;
  const { health } = await askHealth(await connect(readAccess(root, container.node)), ip, container);
  return health === "healthy";
}
