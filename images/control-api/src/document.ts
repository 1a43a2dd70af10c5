import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/** The types of the library know no mutualTLS, which OpenAPI has since 3.1. */
const SECURITY = [{ certificate: [] }];
const COMPONENTS = {
  securitySchemes: { certificate: { type: "mutualTLS", description: "An operator's certificate" } },
};

/** Collects the routes that follow into an OpenAPI document, which is served as `/openapi.json`. */
export async function addDocument(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "dsmil control API",
        version: "1.0.0",
        description: "What runs on a node of the fleet, for operators with a certificate.",
      },
    },
  });
  app.get("/openapi.json", { schema: { hide: true } as object }, async (_request, reply) =>
    reply
      .type("application/json")
      .send(JSON.stringify({ ...app.swagger(), components: COMPONENTS, security: SECURITY })),
  );
}
