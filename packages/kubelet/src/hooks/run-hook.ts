import { type Clock, messageOf } from "@skates/component-base";
import type { LifecycleHandler } from "@skates/api/core/v1";
import type { AnyContainer } from "../pod/containers.ts";
import type { ProbeNetwork } from "../probe/probe-network.ts";
import { httpProbe } from "../probe/target.ts";
import type { Runtime } from "../runtime.ts";

export interface HookDeps {
  readonly runtime: Runtime;
  readonly network: ProbeNetwork;
  readonly clock: Clock;
  readonly version: string;
}

export interface HookCall {
  readonly handler: LifecycleHandler;
  readonly container: AnyContainer;
  readonly containerId: string;
  readonly podIp: string;
}

const HTTP_TIMEOUT_MS = 600_000;

/** Runs a postStart or preStop hook to its end; throws when it failed. */
export async function runHook(deps: HookDeps, call: HookCall, signal: AbortSignal): Promise<void> {
  const { handler } = call;
  if (handler.exec !== undefined) return await execHook(deps, call, signal);
  if (handler.sleep !== undefined) return await deps.clock.sleep(handler.sleep.seconds * 1000, signal);
  if (handler.httpGet === undefined) throw new Error(`invalid handler: ${JSON.stringify(handler)}`);
  const agent = `kube-lifecycle/${deps.version}`;
  // Any answer counts: only a failed connection fails the hook.
  await deps.network.httpGet(httpProbe(handler.httpGet, { ...call, timeoutMs: HTTP_TIMEOUT_MS, agent }), signal);
}

async function execHook(deps: HookDeps, call: HookCall, signal: AbortSignal): Promise<void> {
  const command = call.handler.exec?.command ?? [];
  const run = { containerId: call.containerId, command, timeoutSeconds: 0 };
  try {
    const { stdout, stderr, exitCode } = await deps.runtime.execSync(run, signal);
    if (exitCode === 0) return;
    const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    throw new Error(`command '${command.join(" ")}' exited with ${exitCode}: ${output}`);
  } catch (error) {
    throw new Error(messageOf(error), { cause: error });
  }
}
