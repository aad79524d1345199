import { type ApiResponse, badRequest, StatusError } from "@skates/apimachinery";
import { type Authorizer, forbidden, type SpecialCall, type SpecialHandler } from "@skates/apiserver";
import type { Kubelets } from "../kubelet/kubelets.ts";
import { containerOf, nodeOfPod, podOf } from "./pod-container.ts";
import { queryFlag } from "./query.ts";

/** What the API calls them, and what kubelets do. */
const PARAMETERS = [
  ["stdin", "input"],
  ["stdout", "output"],
  ["stderr", "error"],
  ["tty", "tty"],
] as const;

/** `pods/exec`, `attach` and `portforward`: the connection is joined to the kubelet's, whichever protocol the two agree on. */
export function podStreamHandlers(kubelets: Kubelets, authorizer: Authorizer): readonly SpecialHandler[] {
  const stream = (subresource: string, handle: SpecialHandler["handle"]): SpecialHandler => ({
    group: "",
    resource: "pods",
    subresource,
    verbs: ["create", "get"],
    handle: async (call) => {
      await requireCreate(authorizer, call);
      return await handle(call);
    },
  });
  return [
    stream("exec", (call) => toContainer(call, kubelets, "exec")),
    stream("attach", (call) => toContainer(call, kubelets, "attach")),
    stream("portforward", (call) => forwardPorts(call, kubelets)),
  ];
}

/** A WebSocket opens with GET, but whoever may only read must not run anything: `create` is wanted whatever the transport. */
async function requireCreate(authorizer: Authorizer, { user, route, signal }: SpecialCall): Promise<void> {
  if (route.verb === "create") return;
  const { resourceRequest, path, group, version, resource, subresource, namespace, authorizedName } = route;
  const what = { resourceRequest, path, group, version, resource, subresource, namespace, name: authorizedName };
  const attributes = { user, verb: "create", ...what };
  const { decision, reason } = await authorizer.authorize(attributes, signal);
  if (decision !== "allow") throw forbidden(attributes, reason);
}

async function toContainer(call: SpecialCall, kubelets: Kubelets, verb: "exec" | "attach"): Promise<ApiResponse> {
  requireUpgrade(call);
  const { query } = call.request;
  const pod = await podOf(call);
  const container = containerOf(pod, query.get("container") ?? "");
  const node = nodeOfPod(pod);
  const out = new URLSearchParams();
  for (const [from, to] of PARAMETERS) if (queryFlag(query, from)) out.set(to, "1");
  if (verb === "exec") for (const part of query.getAll("command")) out.append("command", part);
  const { namespace = "", name } = pod.metadata;
  const path = `/${verb}/${segment(namespace)}/${segment(name)}/${segment(container)}`;
  return await kubelets.forward(call.request, { node, path, query: out });
}

async function forwardPorts(call: SpecialCall, kubelets: Kubelets): Promise<ApiResponse> {
  requireUpgrade(call);
  const pod = await podOf(call);
  const node = nodeOfPod(pod);
  const query = new URLSearchParams();
  for (const ports of call.request.query.getAll("ports"))
    for (const port of ports.split(",")) query.append("port", port);
  const { namespace = "", name } = pod.metadata;
  return await kubelets.forward(call.request, {
    node,
    path: `/portForward/${segment(namespace)}/${segment(name)}`,
    query,
  });
}

function requireUpgrade({ request }: SpecialCall): void {
  if (request.upgrade === undefined) throw badRequest("Upgrade request required");
  const { protocol } = request.upgrade;
  if (protocol === "websocket" || protocol === "spdy/3.1") return;
  throw new StatusError(
    "BadRequest",
    `unable to upgrade: protocol ${protocol} is not supported, use websocket or SPDY/3.1`,
  );
}

function segment(text: string): string {
  return encodeURIComponent(text);
}
