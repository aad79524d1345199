import { parseDuration } from "@skates/apimachinery";
import type { Extender } from "@skates/api/kubescheduler/v1";
import { deadline, isAbort, messageOf, pick, type Env, type Random } from "@skates/component-base";
import type { BindOutcome } from "../bind/bind-outcome.ts";
import type { Decision, Failure } from "../framework/decision.ts";
import type { Framework } from "../framework/framework.ts";
import type { Chosen, SchedulerPlugin } from "../framework/plugin.ts";
import { type Rejection, unresolvable, unschedulable } from "../framework/verdict.ts";
import { rejectionsBy } from "../framework/rejections.ts";
import { byImportance, type Candidate, candidateOf } from "../preemption/candidate.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import {
  errorIn,
  type ExtenderArgs,
  type ExtenderVictims,
  readFilterAnswer,
  readPriorities,
  readVictims,
} from "./extender-wire.ts";

/** Posts JSON to an extender and gives its answer, parsed. Rejects where it does not answer with 200 and JSON. */
export type ExtenderTransport = (
  extender: Extender,
  call: { readonly verb: string; readonly body: unknown },
  signal: AbortSignal,
) => Promise<unknown>;

export interface ExtendersOptions {
  readonly env: Env;
  readonly extenders: readonly Extender[];
  readonly transport: ExtenderTransport;
  readonly random: Random;
}

/** What an extender says of nodes. */
export interface Opinion {
  readonly extender: string;
  readonly rejections: ReadonlyMap<NodeInfo, Rejection>;
  readonly scores: ReadonlyMap<NodeInfo, number>;
  /** It failed, and is not ignorable: pods that it is asked about are not scheduled. */
  readonly failure: string | undefined;
}

/** Scores of extenders are 0 to 10, those of plugins 0 to 100. */
const SCALE = 10;

/** Stands for an extender where it is told who rejected a pod: any change may change its mind. */
const REJECTING: SchedulerPlugin = {
  name: "Extender",
  wakes: [
    {
      on: [
        "NodeAdded",
        "NodeDeleted",
        "NodeAllocatableChanged",
        "NodeLabelsChanged",
        "NodeTaintsChanged",
        "AssignedPodAdded",
        "AssignedPodDeleted",
        "AssignedPodUpdated",
      ],
    },
  ],
};

/** Programs that have a say over HTTP, beside the plugins. An extender that hangs costs the pods that it is asked about their time only. */
export class Extenders {
  readonly #options: ExtendersOptions;

  constructor(options: ExtendersOptions) {
    this.#options = options;
  }

  /** Some extender is to be asked where the pod may go. */
  concern(pod: PodInfo): boolean {
    return this.#options.extenders.some(
      (extender) => (has(extender.filterVerb) || has(extender.prioritizeVerb)) && manages(extender, pod),
    );
  }

  /** Some extender is to be asked who may be preempted for the pod. */
  preempt(pod: PodInfo): boolean {
    return this.#options.extenders.some((extender) => has(extender.preemptVerb) && manages(extender, pod));
  }

  /** The best node by plugins and extenders. Rejects where an extender that is not ignorable fails. */
  async decide(pod: PodInfo, framework: Framework, signal: AbortSignal): Promise<Decision> {
    const found = framework.candidates(pod);
    if ("failure" in found) return found;
    const rejections = new Map<NodeInfo, Rejection>();
    let nodes: readonly NodeInfo[] = [...found.scores.keys()];
    for (const extender of this.#options.extenders) {
      if (nodes.length === 0) break;
      if (has(extender.filterVerb) && manages(extender, pod)) {
        nodes = await this.#filter(extender, { pod, nodes, rejections }, signal);
      }
    }
    if (nodes.length === 0) return { failure: failureBy(rejections, framework, pod) };
    const totals = new Map(nodes.map((node) => [node, found.scores.get(node) ?? 0]));
    await Promise.all(
      this.#options.extenders
        .filter((extender) => has(extender.prioritizeVerb) && manages(extender, pod))
        .map((extender) => this.#prioritize(extender, { pod, nodes, totals }, signal)),
    );
    return this.#best({ pod, totals, rejections, framework });
  }

  /** What each extender that is asked says of these nodes, for explanations: whom it rules out, or how it failed, and what it adds to scores. */
  async opinions(pod: PodInfo, nodes: readonly NodeInfo[], signal: AbortSignal): Promise<readonly Opinion[]> {
    const out: Opinion[] = [];
    let left = nodes;
    for (const extender of this.#options.extenders) {
      if (!manages(extender, pod)) continue;
      const rejections = new Map<NodeInfo, Rejection>();
      const totals = new Map<NodeInfo, number>();
      let failure: string | undefined;
      try {
        const asked = { pod, nodes: left, rejections };
        if (has(extender.filterVerb) && left.length > 0) left = await this.#filter(extender, asked, signal);
        if (has(extender.prioritizeVerb)) await this.#prioritize(extender, { pod, nodes: left, totals }, signal);
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) throw error;
        failure = messageOf(error);
        left = [];
      }
      out.push({ extender: extender.urlPrefix ?? "", rejections, scores: totals, failure });
    }
    return out;
  }

  /** Binds the pod where an extender does that for it. Undefined: it is left to the plugins, also where an ignorable extender fails. */
  async bind({ pod, node }: Chosen, signal: AbortSignal): Promise<BindOutcome | undefined> {
    const extender = this.#options.extenders.find((one) => has(one.bindVerb) && manages(one, pod));
    if (extender === undefined) return undefined;
    const { name, namespace = "", uid = "" } = pod.pod.metadata;
    const body = { podName: name, podNamespace: namespace, podUID: uid, node: node.name };
    try {
      const error = errorIn(await this.#call(extender, { verb: extender.bindVerb ?? "", body }, signal));
      if (error !== "") throw new Error(error);
      return { kind: "bound" };
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      if (extender.ignorable === true) return this.#ignored(extender, error);
      return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /** What all extenders that are asked leave of the nodes that could be cleared. Rejects where one fails that is not ignorable. */
  async agreedCandidates(
    candidates: readonly Candidate[],
    pod: PodInfo,
    signal: AbortSignal,
  ): Promise<readonly Candidate[]> {
    let left = candidates;
    for (const extender of this.#options.extenders) {
      if (!has(extender.preemptVerb) || !manages(extender, pod) || left.length === 0) continue;
      try {
        const body = preemptionArgs(extender, pod, left);
        const answer = readVictims(await this.#call(extender, { verb: extender.preemptVerb ?? "", body }, signal));
        left = spared(extender, { pod, candidates: left, answer });
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted || extender.ignorable !== true) throw error;
        this.#ignored(extender, error);
      }
    }
    return left;
  }

  async #filter(
    extender: Extender,
    {
      pod,
      nodes,
      rejections,
    }: {
      readonly pod: PodInfo;
      readonly nodes: readonly NodeInfo[];
      readonly rejections: Map<NodeInfo, Rejection>;
    },
    signal: AbortSignal,
  ): Promise<readonly NodeInfo[]> {
    const byName = new Map(nodes.map((node) => [node.name, node]));
    try {
      const body = argsOf(extender, pod, nodes);
      const answer = readFilterAnswer(await this.#call(extender, { verb: extender.filterVerb ?? "", body }, signal));
      if (answer.error !== "") throw new Error(answer.error);
      const passed: NodeInfo[] = [];
      for (const name of new Set(answer.passed ?? [])) {
        const node = byName.get(name);
        // Nodes that it was not asked about are none of its business.
        if (node === undefined) {
          const claim = `claims a filtered node ${JSON.stringify(name)} which is not found in the input node list`;
          throw new Error(`extender ${JSON.stringify(extender.urlPrefix)} ${claim}`);
        }
        passed.push(node);
        byName.delete(name);
      }
      for (const [name, node] of byName) {
        const final = answer.unresolvable[name];
        const reason = answer.failed[name] ?? "node(s) were rejected by an extender";
        rejections.set(node, final === undefined ? unschedulable(reason) : unresolvable(final));
      }
      return passed;
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted || extender.ignorable !== true) throw error;
      this.#ignored(extender, error);
      return nodes;
    }
  }

  async #prioritize(
    extender: Extender,
    {
      pod,
      nodes,
      totals,
    }: { readonly pod: PodInfo; readonly nodes: readonly NodeInfo[]; readonly totals: Map<NodeInfo, number> },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const body = argsOf(extender, pod, nodes);
      const scores = readPriorities(await this.#call(extender, { verb: extender.prioritizeVerb ?? "", body }, signal));
      for (const node of nodes) {
        const score = (scores.get(node.name) ?? 0) * Number(extender.weight ?? 1) * SCALE;
        totals.set(node, (totals.get(node) ?? 0) + score);
      }
    } catch (error) {
      if (isAbort(error, signal) || signal.aborted) throw error;
      this.#ignored(extender, error);
    }
  }

  /** The best that will still do: the cluster may have changed while extenders were asked. */
  #best({
    pod,
    totals,
    rejections,
    framework,
  }: {
    readonly pod: PodInfo;
    readonly totals: ReadonlyMap<NodeInfo, number>;
    readonly rejections: Map<NodeInfo, Rejection>;
    readonly framework: Framework;
  }): Decision {
    const plugins = new Set<SchedulerPlugin>([REJECTING]);
    const left = new Map(totals);
    while (left.size > 0) {
      const max = Math.max(...left.values());
      const best = [...left.keys()].filter((node) => left.get(node) === max);
      const node = best[pick(this.#options.random, best.length)];
      if (node === undefined) break;
      const ruling = framework.rulingOn(node, pod);
      if (ruling === undefined) return { node, feasible: totals.size };
      left.delete(node);
      rejections.set(node, ruling.rejection);
      plugins.add(ruling.plugin);
    }
    const failure = failureBy(rejections, framework, pod);
    return { failure: { ...failure, plugins: new Set([...failure.plugins, ...plugins]) } };
  }

  async #call(
    extender: Extender,
    call: { readonly verb: string; readonly body: unknown },
    signal: AbortSignal,
  ): Promise<unknown> {
    const timeoutMs = parseDuration(extender.httpTimeout ?? "5s");
    using limit = deadline(this.#options.env.clock, timeoutMs, signal);
    try {
      return await this.#options.transport(extender, call, limit.signal);
    } catch (error) {
      if (signal.aborted || !limit.expired()) throw error;
      const url = `${(extender.urlPrefix ?? "").replace(/\/+$/, "")}/${call.verb}`;
      throw new Error(`extender at ${url} did not answer within ${extender.httpTimeout ?? "5s"}`, { cause: error });
    }
  }

  #ignored(extender: Extender, error: unknown): undefined {
    this.#options.env.log.warn("an extender failed and was passed over", {
      extender: extender.urlPrefix ?? "",
      cause: messageOf(error),
    });
  }
}

/** Why no node is left, the nodes included that plugins had ruled out before. */
function failureBy(rejections: ReadonlyMap<NodeInfo, Rejection>, framework: Framework, pod: PodInfo): Failure {
  const before = framework.failure(pod);
  return {
    nodeCount: before.nodeCount,
    plugins: new Set([...before.plugins, REJECTING]),
    rejections: rejectionsBy(new Map([...before.rejections.entries(), ...rejections])),
    absent: before.absent,
  };
}

function preemptionArgs(extender: Extender, { pod }: PodInfo, candidates: readonly Candidate[]): object {
  const cached = extender.nodeCacheCapable === true;
  const byNode = candidates.map(({ node, victims, violations }) => {
    const pods = victims.map((victim) => (cached ? { uid: victim.uid } : victim.pod));
    return [node.name, { pods, numPDBViolations: violations }] as const;
  });
  return { pod, [cached ? "nodeNameToMetaVictims" : "nodeNameToVictims"]: Object.fromEntries(byNode) };
}

/** The candidates as an extender leaves them. It may refuse nodes and name other victims, but none that is not less important. */
function spared(
  { urlPrefix = "" }: Extender,
  {
    pod,
    candidates,
    answer,
  }: {
    readonly pod: PodInfo;
    readonly candidates: readonly Candidate[];
    readonly answer: ReadonlyMap<string, ExtenderVictims>;
  },
): readonly Candidate[] {
  const byName = new Map(candidates.map((candidate) => [candidate.node.name, candidate]));
  return [...answer].map(([name, { uids, violations }]) => {
    const candidate = byName.get(name);
    if (candidate === undefined) {
      throw new Error(`extender ${urlPrefix} claims to preempt on node ${name}, which it was not asked about`);
    }
    const victims = uids.map((uid) => {
      const victim = candidate.node.pods.get(uid) ?? candidate.victims.find((one) => one.uid === uid);
      if (victim !== undefined && victim.priority < pod.priority) return victim;
      const why = victim === undefined ? "the pod is not found on that node" : "the pod is no less important";
      throw new Error(`extender: ${urlPrefix} claims to preempt pod (UID: ${uid}) on node: ${name}, but ${why}`);
    });
    return candidateOf(candidate.node, victims.toSorted(byImportance), violations ?? candidate.violations);
  });
}

function argsOf(extender: Extender, { pod }: PodInfo, nodes: readonly NodeInfo[]): ExtenderArgs {
  if (extender.nodeCacheCapable === true) return { pod, nodes: null, nodenames: nodes.map(({ name }) => name) };
  const items = nodes.map(({ node }) => node);
  return { pod, nodes: { apiVersion: "v1", kind: "NodeList", metadata: {}, items }, nodenames: null };
}

/** Resources of which some extender says that only it looks whether they fit. */
export function resourcesOfExtenders(extenders: readonly Extender[]): ReadonlySet<string> {
  const managed = extenders.flatMap(({ managedResources = [] }) => managedResources);
  return new Set(managed.filter(({ ignoredByScheduler }) => ignoredByScheduler === true).map(({ name }) => name));
}

function has(verb: string | undefined): boolean {
  return verb !== undefined && verb !== "";
}

/** The pod asks for one of the resources that the extender manages, or it manages none in particular. */
function manages({ managedResources = [] }: Extender, { pod }: PodInfo): boolean {
  if (managedResources.length === 0) return true;
  const names = new Set(managedResources.map(({ name }) => name));
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].some(({ resources }) =>
    [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})].some((name) =>
      names.has(name),
    ),
  );
}
