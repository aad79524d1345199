import { setMaxListeners } from "node:events";
import { isStatus } from "@skates/apimachinery";
import { type Pod, podCondition, pods } from "@skates/api/core/v1";
import { createEnv } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { type Explanation, explainPending, readSchedulerConfiguration } from "@skates/kube-scheduler";
import { extenderTransport } from "@skates/kube-scheduler/node";
import { EXIT, failure, usageError } from "../cli/errors.ts";
import type { Command } from "../cli/command.ts";
import { flagsFrom } from "../cli/flags.ts";
import { adminClient } from "../cluster/admin-client.ts";
import { existingServerConfig } from "../cluster/config.ts";
import { pathsOf } from "../cluster/data-dir.ts";
import { featureGatesFrom } from "../component-flags/feature-gates.ts";
import { schedulerConfigurationFrom } from "../component-flags/scheduler.ts";

/** Names of nodes that are listed before the rest is counted. */
const NAMES_MAX = 8;
const ROWS_MAX = 10;

/** Says why a pod is pending. */
export const why: Command = {
  name: "why",
  summary:
    "Says why a pod is not scheduled: for each plugin the nodes it rules out, the scores of the rest, and the smallest change that would let the pod in.",
  usage: "skates why POD [flags]",
  takesArgs: true,
  flags: {
    namespace: { type: "string", short: "n", value: "NAME", doc: "Namespace of the pod (default default)." },
  },
  async run({ args, flags, dataDir, signal, print }) {
    const [name] = args;
    if (name === undefined || args.length > 1) throw usageError("skates why takes one pod: skates why POD");
    const paths = pathsOf(dataDir);
    const config = existingServerConfig(paths);
    const namespace = flags.string("namespace") ?? "default";
    const text = schedulerConfigurationFrom(flagsFrom(config.flags ?? {}));
    const configuration = text === undefined ? undefined : readSchedulerConfiguration(text);
    setMaxListeners(0); // many reads end with the one signal, and with those that are made of it
    setMaxListeners(0, signal);
    await using admin = adminClient(paths, config);
    const gates = featureGatesFrom(flagsFrom(config.flags ?? {}));
    const env = createEnv({ clock: systemClock(), random: systemRandom(), gates });
    let pod: Pod;
    try {
      pod = await admin.client.resource<Pod>(pods).get({ namespace, name }, {}, signal);
    } catch (error) {
      if (isStatus(error, "NotFound"))
        throw failure(`there is no pod ${name} in namespace ${namespace}`, "look with 'skates kubectl get pods -A'");
      throw failure("the API does not answer", `see ${paths.logs}`, error);
    }
    const { nodeName = "", schedulerName = "" } = pod.spec;
    if (nodeName !== "") {
      print(`pod ${namespace}/${name} has been scheduled: it is on node ${nodeName}`);
      return EXIT.done;
    }
    const said = podCondition(pod, "PodScheduled")?.message;
    if (said !== undefined) print(`the scheduler said: ${said}`);
    const explanation = await explainPending(
      { client: admin.client, env, configuration, extenderTransport: extenderTransport() },
      pod,
      signal,
    );
    if (explanation === undefined) {
      print(`no scheduler of this cluster is named ${JSON.stringify(schedulerName)}: the pod waits for another one`);
      return EXIT.done;
    }
    for (const line of linesOf(explanation)) print(line);
    return EXIT.done;
  },
};

/** The explanation as it is printed. */
export function linesOf({ nodeCount, outright, ruledOut, feasible, change }: Explanation): readonly string[] {
  const out: string[] = [];
  for (const { plugin, reasons } of outright) out.push(`${plugin} holds the pod back: ${reasons.join(", ")}`);
  for (const { plugin, nodes } of ruledOut) {
    const count = [...nodes.values()].reduce((sum, names) => sum + names.length, 0);
    out.push(`${plugin} rules out ${count} of ${nodeCount} nodes:`);
    for (const [reason, names] of nodes) out.push(`  ${reason}: ${listed(names)}`);
  }
  if (nodeCount === 0) out.push("there are no nodes");
  if (feasible.length > 0) {
    out.push(
      `${feasible.length} of ${nodeCount} nodes will do${feasible.length > ROWS_MAX ? `, the best ${ROWS_MAX}` : ""}:`,
    );
    for (const { node, total, scores } of feasible.slice(0, ROWS_MAX)) {
      const parts = Object.entries(scores).map(([plugin, score]) => `${plugin} ${Math.round(score)}`);
      out.push(`  ${node}  ${Math.round(total)} = ${parts.join(" + ")}`);
    }
  }
  if (change !== undefined) {
    out.push(`the smallest change that would let it in, on node ${change.node}:`);
    for (const step of change.steps) out.push(`  ${step}`);
  } else if (feasible.length === 0 && outright.length === 0 && nodeCount > 0) {
    out.push("no small change was found that would let it in");
  }
  return out;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(", ");
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}
