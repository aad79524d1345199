import { type ApiResponse, badRequest, type Handler } from "@skates/apimachinery";
import { refused } from "../server/kubelet-handler.ts";

const PAGES: ReadonlyMap<string, string> = new Map([
  ["containerLogs", "logs"],
  ["exec", "exec"],
  ["attach", "attach"],
  ["portForward", "port-forward"],
]);

/** The API of simulated nodes, one for all in a process: it says why there is nothing to read or to run. */
export const simulatedHandler: Handler = (request) => {
  const page = request.path.split("/")[1] ?? "";
  const what = PAGES.get(page);
  if (page === "healthz") return Promise.resolve(text(200, "ok"));
  if (what === undefined) return Promise.resolve(text(404, "404 page not found"));
  return Promise.resolve(
    refused(request, badRequest(`${what} is not possible: the containers of this node are simulated`)),
  );
};

function text(status: number, body: string): ApiResponse {
  const chunks = [new TextEncoder().encode(body)];
  return { status, headers: {}, body: { kind: "bytes", mediaType: "text/plain", chunks } };
}
