import { type ApiResponse, badRequest, type Handler, StatusError } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Clock, messageOf } from "@skates/component-base";
import { apiReviews, type KubeletAccess, kubeletAccess } from "../server/kubelet-access.ts";
import { refused } from "../server/kubelet-handler.ts";

const PAGES: ReadonlyMap<string, string> = new Map([
  ["containerLogs", "logs"],
  ["exec", "exec"],
  ["attach", "attach"],
  ["portForward", "port-forward"],
]);

/** What the API of simulated nodes stands on. */
export interface SimulatedServer {
  /** Asks the API server about callers, under an identity of a node. */
  readonly client: Client;
  /** The node of which callers need rights. */
  readonly nodeName: string;
  readonly clock: Clock;
}

/** The API of simulated nodes, one for all in a process, as closed as that of real ones. */
export function simulatedServer({ client, nodeName, clock }: SimulatedServer): Handler {
  return simulatedHandler(kubeletAccess({ reviews: apiReviews(client, nodeName), clock }));
}

/** Says to those who may ask why there is nothing to read or to run. */
export function simulatedHandler(access: KubeletAccess): Handler {
  return async (request) => {
    const page = request.path.split("/")[1] ?? "";
    try {
      await access(request, page);
    } catch (error) {
      return refused(
        request,
        error instanceof StatusError ? error : new StatusError("InternalError", messageOf(error)),
      );
    }
    if (page === "healthz") return text(200, "ok");
    const what = PAGES.get(page);
    if (what === undefined) return text(404, "404 page not found");
    return refused(request, badRequest(`${what} is not possible: the containers of this node are simulated`));
  };
}

function text(status: number, body: string): ApiResponse {
  const chunks = [new TextEncoder().encode(body)];
  return { status, headers: {}, body: { kind: "bytes", mediaType: "text/plain", chunks } };
}
