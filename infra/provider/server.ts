import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as Plug from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as Pb from "@pulumi/pulumi/proto/provider_pb.js";
import type * as Empty from "google-protobuf/google/protobuf/empty_pb.js";
import type * as StructPb from "google-protobuf/google/protobuf/struct_pb.js";
import type { Props } from "./handler.ts";
import { formatPath, parsePath, positions, valueAt } from "./path.ts";
import { type DiffAnswer, type Plugin, VERSION } from "./plugin.ts";

// The protocol's generated code is CommonJS without types, and gRPC must be the very copy that it uses.
const fromPulumi = createRequire(createRequire(import.meta.url).resolve("@pulumi/pulumi/package.json"));
export const grpc = fromPulumi("@grpc/grpc-js") as typeof Grpc;
const pb = fromPulumi("./proto/provider_pb.js") as typeof Pb;
const plug = fromPulumi("./proto/plugin_pb.js") as typeof Plug;
const { Struct } = fromPulumi("google-protobuf/google/protobuf/struct_pb.js") as typeof StructPb;
const empty = fromPulumi("google-protobuf/google/protobuf/empty_pb.js") as typeof Empty;
const { ResourceProviderService } = fromPulumi("./proto/provider_grpc_pb.js") as {
  ResourceProviderService: Grpc.ServiceDefinition;
};

type StructMessage = StructPb.Struct;
const bag = (struct: StructMessage | undefined): Props => (struct?.toJavaScript() ?? {}) as Props;
const struct = (props: Props): StructMessage =>
  Struct.fromJavaScript(props as Parameters<typeof Struct.fromJavaScript>[0]);

/** Answers one method: what the function returns, or its error as a gRPC status without stack. */
function answer<Q, A>(work: (request: Q) => A | Promise<A>): Grpc.handleUnaryCall<Q, A> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => work(call.request))
      .then(
        (value) => callback(null, value),
        (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
      );
  };
}

/**
 * The engine's ResourceProvider service over a plugin (pulumi: proto/pulumi/provider.proto).
 * @param engine told the engine's address when the engine says it
 */
export function createServer(plugin: Plugin, engine: (address: string) => void): Grpc.Server {
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  server.addService(ResourceProviderService, { ...lifecycle(plugin), ...formalities(engine) });
  return server;
}

function lifecycle(plugin: Plugin): Grpc.UntypedServiceImplementation {
  return {
    check: answer(async (request: Pb.CheckRequest) => {
      const { inputs, failures } = await plugin.check(request.getUrn(), bag(request.getNews()));
      const response = new pb.CheckResponse();
      response.setInputs(struct(inputs));
      for (const { property, reason } of failures) {
        const failure = new pb.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        response.addFailures(failure);
      }
      return response;
    }),
    diff: answer(async (request: Pb.DiffRequest) =>
      diffResponse(await plugin.diff(request.getUrn(), bag(request.getOlds()), bag(request.getNews()))),
    ),
    create: answer(async (request: Pb.CreateRequest) => {
      const [news, preview] = [bag(request.getProperties()), request.getPreview()];
      const { id, outs } = await plugin.create(request.getUrn(), news, preview, request.getTimeout());
      const response = new pb.CreateResponse();
      response.setId(id);
      response.setProperties(struct(outs));
      return response;
    }),
    read: answer(async (request: Pb.ReadRequest) => {
      const [state, inputs] = [bag(request.getProperties()), bag(request.getInputs())];
      const found = await plugin.read(request.getUrn(), request.getId(), state, inputs, request.getTimeout());
      const response = new pb.ReadResponse();
      if (found === undefined) return response;
      response.setId(request.getId());
      response.setProperties(struct(found.props));
      response.setInputs(struct(found.inputs));
      return response;
    }),
    update: answer(async (request: Pb.UpdateRequest) => {
      const [olds, news] = [bag(request.getOlds()), bag(request.getNews())];
      const outs = await plugin.update(request.getUrn(), olds, news, request.getPreview(), request.getTimeout());
      const response = new pb.UpdateResponse();
      response.setProperties(struct(outs));
      return response;
    }),
    delete: answer(async (request: Pb.DeleteRequest) => {
      await plugin.remove(request.getUrn(), request.getId(), bag(request.getProperties()), request.getTimeout());
      return new empty.Empty();
    }),
    cancel: answer(() => {
      plugin.cancel();
      return new empty.Empty();
    }),
  };
}

/** What the engine asks before it gets to resources. The provider itself has no configuration. */
function formalities(engine: (address: string) => void): Grpc.UntypedServiceImplementation {
  return {
    handshake: answer((request: Pb.ProviderHandshakeRequest) => {
      engine(request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    }),
    attach: answer((request: Plug.PluginAttach) => {
      engine(request.getAddress());
      return new empty.Empty();
    }),
    configure: answer(() => {
      const response = new pb.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    checkConfig: answer((request: Pb.CheckRequest) => {
      const response = new pb.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    diffConfig: answer(() => {
      const response = new pb.DiffResponse();
      response.setChanges(pb.DiffResponse.DiffChanges.DIFF_NONE);
      return response;
    }),
    getSchema: answer(() => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "dsmil", version: VERSION }));
      return response;
    }),
    getPluginInfo: answer(() => {
      const response = new plug.PluginInfo();
      response.setVersion(VERSION);
      return response;
    }),
  };
}

/** The difference in the engine's terms: paths with positions, each with its kind, so that values are shown. */
function diffResponse({ report, old, now, deleteBeforeReplace }: DiffAnswer): Pb.DiffResponse {
  const response = new pb.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
  response.setChanges(report.changed.length + report.replace.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...report.replace]);
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  const { Kind } = pb.PropertyDiff;
  const tops = new Set<string>();
  for (const text of report.changed) {
    const path = parsePath(text);
    const top = String(path[0]);
    tops.add(top);
    const replaces = report.replace.includes(top);
    const before = valueAt(old, path);
    const after = valueAt(now, path);
    const entry = new pb.PropertyDiff();
    if (before === undefined && after !== undefined) entry.setKind(replaces ? Kind.ADD_REPLACE : Kind.ADD);
    else if (after === undefined && before !== undefined) entry.setKind(replaces ? Kind.DELETE_REPLACE : Kind.DELETE);
    else entry.setKind(replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE);
    const wire = positions(now, path) ?? positions(old, path) ?? path;
    response.getDetaileddiffMap().set(formatPath(wire), entry);
  }
  response.setDiffsList([...tops]);
  return response;
}
