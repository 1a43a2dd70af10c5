import { readAccess } from "../../access/access.ts";
import { connect, type NodeConnection } from "../../access/connection.ts";
import type { Doors } from "../../isolation/drivers/doors.ts";
import type { Fleet } from "../stores/fleet.ts";
import { httpsRequest } from "../stores/https-request.ts";
import { connectPostgres } from "../stores/postgres-client.ts";
import { connectRedis } from "../stores/redis-client.ts";

const EXEC_MS = 15_000;

/** The deployed fleet's servers and nodes, over SSH. */
export function fleetDoors({ root, model, endpoints }: Fleet): Doors {
  const node = (id: string): Promise<NodeConnection> => connect(readAccess(root, id));
  return {
    redis: async (user, password) => connectRedis(await endpoints.get("redis"), { user, password }),
    postgres: async (user, password) =>
      connectPostgres(await endpoints.get("postgres"), { user, password, database: model.fleet.database }),
    https: async (server, call) => httpsRequest(await endpoints.get(server), call),
    exec: async (id, argv, timeoutMs = EXEC_MS) => (await node(id)).exec(argv, { timeoutMs }),
    reach: async (id, host, port) => {
      const stream = await (await node(id)).stream(host, port);
      stream.destroy();
    },
  };
}
