import {
  type ApiResponse,
  badRequest,
  type FieldError,
  invalid,
  invalidStatus,
  StatusError,
} from "@skates/apimachinery";
import type { SpecialHandler } from "@skates/apiserver";
import type { Kubelets } from "../kubelet/kubelets.ts";
import { containerOf, nodeOfPod, podOf } from "./pod-container.ts";
import { queryFlag, queryNumber } from "./query.ts";

/** So much of a kubelet's refusal is read. */
const REFUSAL_BYTES = 2048;

/** `pods/log`: the kubelet's answer, streamed. */
export function podLogHandler(kubelets: Kubelets): SpecialHandler {
  return {
    group: "",
    resource: "pods",
    subresource: "log",
    verbs: ["get"],
    async handle(call) {
      const { query } = call.request;
      const findings = logFindings(query);
      const pod = await podOf(call);
      const { namespace = "", name } = pod.metadata;
      if (findings.length > 0) throw invalidStatus({ group: "", kind: "PodLogOptions" }, name, findings);
      const container = containerOf(pod, query.get("container") ?? "");
      if ((pod.spec.nodeName ?? "") === "") return text([]);
      const node = nodeOfPod(pod);
      const path = `/containerLogs/${[namespace, name, container].map(encodeURIComponent).join("/")}`;
      // A WebSocket is between the client and this server.
      const response = await kubelets.forward(
        { ...call.request, upgrade: undefined },
        { node, path, query: kubeletQuery(query) },
      );
      if (response.status !== 200) throw await refusalOf(response, name);
      return response.body.kind === "bytes" ? text(response.body.chunks) : text([]);
    },
  };
}

function text(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): ApiResponse {
  return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "text/plain", chunks } };
}

function logFindings(query: URLSearchParams): readonly FieldError[] {
  const out: FieldError[] = [];
  const tailLines = queryNumber(query, "tailLines");
  const limitBytes = queryNumber(query, "limitBytes");
  const sinceSeconds = queryNumber(query, "sinceSeconds");
  const sinceTime = query.get("sinceTime") ?? "";
  if (sinceTime !== "" && Number.isNaN(Date.parse(sinceTime)))
    throw badRequest(`sinceTime: ${JSON.stringify(sinceTime)} is no RFC 3339 time`);
  if (tailLines !== undefined && tailLines < 0)
    out.push(invalid(["tailLines"], tailLines, "must be greater than or equal to 0"));
  if (limitBytes !== undefined && limitBytes < 1)
    out.push(invalid(["limitBytes"], limitBytes, "must be greater than 0"));
  if (sinceSeconds !== undefined && sinceTime !== "") {
    out.push({
      ...invalid(["sinceSeconds"], sinceSeconds, "at most one of `sinceTime` or `sinceSeconds` may be specified"),
      reason: "Forbidden",
    });
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    out.push(invalid(["sinceSeconds"], sinceSeconds, "must be greater than 0"));
  }
  return out;
}

/** The parameters that a kubelet knows, in its spelling. */
function kubeletQuery(query: URLSearchParams): URLSearchParams {
  const out = new URLSearchParams();
  for (const name of ["follow", "previous", "timestamps"]) if (queryFlag(query, name)) out.set(name, "true");
  for (const name of ["sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream"]) {
    const value = query.get(name) ?? "";
    if (value !== "") out.set(name, value);
  }
  return out;
}

async function refusalOf({ status, body }: ApiResponse, pod: string): Promise<StatusError> {
  let message = "";
  if (body.kind === "bytes") {
    const decoder = new TextDecoder();
    for await (const chunk of body.chunks) {
      message += decoder.decode(chunk, { stream: true });
      if (message.length > REFUSAL_BYTES) break;
    }
  }
  message = message.slice(0, REFUSAL_BYTES).trim();
  if (status === 400) return badRequest(message);
  if (status === 404) {
    return new StatusError("NotFound", `the server could not find the requested resource ( pods/log ${pod})`, {
      details: { name: pod, kind: "pods/log", causes: [{ reason: "UnexpectedServerResponse", message }] },
    });
  }
  return new StatusError(
    "InternalError",
    `Internal error occurred: ${message === "" ? `kubelet answered ${status}` : message}`,
  );
}
