/** Writes the types of the gateway's API, from the OpenAPI document that it serves. */
import openapiTypes, { astToString } from "openapi-typescript";
import { generated } from "../../../kit/make/generated.ts";
import { createApp } from "../../cryptex/src/gateway/http/app.ts";

const FILE = "packages/cryptex-client/generated/gateway.ts";
const HEAD = "// Types of the gateway's API, made from its OpenAPI document. Do not edit: npm run gen\n\n";

/** Returns the path in a list, which is empty if the file was current. */
export async function generateGatewayTypes(): Promise<string[]> {
  return generated(FILE, HEAD + astToString(await openapiTypes(await gatewayDocument())));
}

/** Asks an app for it whose services do nothing: it needs none to describe itself, but leaves out the paths of those that it has not. */
export async function gatewayDocument(): Promise<string> {
  const nothing = {} as never;
  const { router } = createApp({
    services: { gap: {}, triggers: {} } as never,
    hub: nothing,
    access: { hosts: "any", origins: "any" },
    report(error) {
      throw error;
    },
    closing: new AbortController().signal,
  });
  return await (await router.request("/openapi.json")).text();
}
