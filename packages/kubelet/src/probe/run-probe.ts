import { asError, hasCode, messageOf } from "@skates/component-base";
import type { Probe } from "@skates/api/core/v1";
import { expand } from "../env/expand.ts";
import type { AnyContainer } from "../pod/containers.ts";
import type { Runtime } from "../runtime.ts";
import type { ProbeNetwork } from "./probe-network.ts";
import { httpProbe, portNumber } from "./target.ts";

/** `error`: the probe itself could not be made, which says nothing about the container. */
export type ProbeOutcome =
  | { readonly result: "success"; readonly warning?: string | undefined }
  | { readonly result: "failure" | "error"; readonly output: string };

export interface ProbeCall {
  readonly probe: Probe;
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIp: string;
  /** `v1.36`: of the user agent. */
  readonly version: string;
}

const OUTPUT_MAX = 10 * 1024;

/** Makes one probe, within its timeout. Rejects only when the signal aborted. */
export async function runProbe(
  deps: { readonly runtime: Runtime; readonly network: ProbeNetwork },
  call: ProbeCall,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const { probe } = call;
  try {
    if (probe.exec !== undefined) return await execProbe(deps.runtime, call, signal);
    if (probe.httpGet !== undefined) return await httpGetProbe(deps.network, call, signal);
    if (probe.tcpSocket !== undefined) return await tcpProbe(deps.network, call, signal);
    if (probe.grpc !== undefined) return await grpcProbe(deps.network, call, signal);
    return { result: "error", output: `missing probe handler for ${call.container.name}` };
  } catch (error) {
    if (signal.aborted) throw error;
    return { result: "error", output: messageOf(error) };
  }
}

function timeoutSeconds(probe: Probe): number {
  return probe.timeoutSeconds ?? 1;
}

async function execProbe(runtime: Runtime, call: ProbeCall, signal: AbortSignal): Promise<ProbeOutcome> {
  const values = new Map((call.container.env ?? []).map(({ name, value = "" }) => [name, value]));
  const command = (call.probe.exec?.command ?? []).map((word) => expand(word, values));
  try {
    const run = { containerId: call.containerId, command, timeoutSeconds: timeoutSeconds(call.probe) };
    const { stdout, stderr, exitCode } = await runtime.execSync(run, signal);
    if (exitCode === 0) return { result: "success" };
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    return { result: "failure", output: text.slice(0, OUTPUT_MAX) };
  } catch (error) {
    if (signal.aborted || !hasCode(error, "ExecTimeout")) throw error;
    return { result: "failure", output: messageOf(error) };
  }
}

async function httpGetProbe(network: ProbeNetwork, call: ProbeCall, signal: AbortSignal): Promise<ProbeOutcome> {
  const { httpGet } = call.probe;
  if (httpGet === undefined) return { result: "error", output: "missing httpGet" };
  const timeoutMs = timeoutSeconds(call.probe) * 1000;
  const target = httpProbe(httpGet, { ...call, timeoutMs, agent: `kube-probe/${call.version}` });
  try {
    const { status, body } = await network.httpGet(target, signal);
    if (status >= 200 && status < 300) return { result: "success" };
    if (status >= 300 && status < 400) {
      return { result: "success", warning: `Probe terminated redirects, Response body: ${body}` };
    }
    return { result: "failure", output: `HTTP probe failed with statuscode: ${status}` };
  } catch (error) {
    if (signal.aborted) throw error;
    return { result: "failure", output: `Get "${target.url}": ${messageOf(error)}` };
  }
}

async function tcpProbe(network: ProbeNetwork, call: ProbeCall, signal: AbortSignal): Promise<ProbeOutcome> {
  const { tcpSocket } = call.probe;
  if (tcpSocket === undefined) return { result: "error", output: "missing tcpSocket" };
  const host = tcpSocket.host === undefined || tcpSocket.host === "" ? call.podIp : tcpSocket.host;
  const port = portNumber(tcpSocket.port, call.container);
  try {
    await network.tcpConnect({ host, port, timeoutMs: timeoutSeconds(call.probe) * 1000 }, signal);
    return { result: "success" };
  } catch (error) {
    if (signal.aborted) throw error;
    return { result: "failure", output: messageOf(error) };
  }
}

async function grpcProbe(network: ProbeNetwork, call: ProbeCall, signal: AbortSignal): Promise<ProbeOutcome> {
  const { grpc } = call.probe;
  if (grpc === undefined) return { result: "error", output: "missing grpc" };
  const service = grpc.service ?? "";
  const timeoutMs = timeoutSeconds(call.probe) * 1000;
  try {
    const status = await network.grpcHealth({ host: call.podIp, port: grpc.port, service, timeoutMs }, signal);
    if (status === 1) return { result: "success" };
    const name = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"][status] ?? String(status);
    return { result: "failure", output: `service unhealthy (responded with "${name}")` };
  } catch (error) {
    if (signal.aborted) throw error;
    return { result: "failure", output: asError(error).message };
  }
}
