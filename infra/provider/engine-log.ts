import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as EngineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type * as EnginePb from "@pulumi/pulumi/proto/engine_pb.js";

/**
 * Messages to the engine, shown beside their resource. The client is made with the first message: most runs have none.
 * A message that cannot be delivered is lost, the operation it speaks of is not.
 */
export class EngineLog {
  #address = "";
  #send: ((urn: string, warning: boolean, message: string, ephemeral: boolean) => void) | undefined;

  /** Where the engine listens; the last word counts. */
  setAddress(address: string): void {
    if (address === "" || address === this.#address) return;
    this.#address = address;
    this.#send = undefined;
  }

  readonly log = (urn: string, level: "info" | "warning", message: string, ephemeral: boolean): void => {
    if (this.#address === "") return;
    this.#send ??= sender(this.#address);
    this.#send(urn, level === "warning", message, ephemeral);
  };
}

function sender(address: string): (urn: string, warning: boolean, message: string, ephemeral: boolean) => void {
  const fromPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
  const grpc = fromPulumi("@grpc/grpc-js") as typeof Grpc;
  const { EngineClient } = fromPulumi("./proto/engine_grpc_pb.js") as typeof EngineGrpc;
  const { LogRequest, LogSeverity } = fromPulumi("./proto/engine_pb.js") as typeof EnginePb;
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  return (urn, warning, message, ephemeral) => {
    const request = new LogRequest();
    request.setSeverity(warning ? LogSeverity.WARNING : LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    client.log(request, () => undefined);
  };
}
