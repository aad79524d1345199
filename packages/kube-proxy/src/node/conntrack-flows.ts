import { spawn } from "node:child_process";
import type { Logger } from "@skates/component-base";
import type { FlowTable, StaleFlow } from "../stale-flows.ts";

/** Forgets UDP flows with the `conntrack` program. A machine without it keeps them until they time out: said once. */
export function conntrackFlows(log: Logger, program = "conntrack"): FlowTable {
  let missing = false;
  return {
    async forget(flows, signal) {
      for (const flow of flows) {
        if (missing) return;
        const outcome = await forgetOne(program, flow, signal);
        if (outcome !== "missing") continue;
        missing = true;
        log.warn("stale UDP flows last until they time out: install the package conntrack", {});
      }
    },
  };
}

function forgetOne(program: string, flow: StaleFlow, signal: AbortSignal): Promise<"done" | "missing"> {
  const args = ["-D", "-p", "udp", "--orig-dst", flow.destination, "--dport", String(flow.port)];
  if (flow.endpoint !== undefined) args.push("--dst-nat", flow.endpoint);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", signal });
    child.on("error", () => resolve("missing"));
    // It exits with 1 when there was no such flow, which is as good.
    child.on("close", () => resolve("done"));
  });
}
