import { pick, type Random } from "@skates/component-base";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import type { Decision, Failure } from "./decision.ts";
import { Evaluation, firstRuling, type Judging, nominationRuling, prepareAll, type Ruling } from "./evaluation.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import { type Rejection, unresolvable } from "./verdict.ts";

/** Kinds of pods whose evaluations are kept. Each takes some 20 bytes and a pointer per node. */
const KEPT_MAX = 64;

export interface FrameworkOptions {
  /** In the order in which they are asked. */
  readonly plugins: readonly SchedulerPlugin[];
  readonly snapshot: Snapshot;
  /** Chooses among the best. */
  readonly random: Random;
}

/** Nodes that passed all filters, with their scores at the same places. Used again for every pod. */
interface Candidates {
  slots: Int32Array;
  totals: Float64Array;
  count: number;
}

/** Asks the plugins and chooses. Pure but for what it remembers to be faster, and for chance among equals. */
export class Framework {
  readonly plugins: readonly SchedulerPlugin[];
  readonly #snapshot: Snapshot;
  readonly #random: Random;
  /** Those that can be asked once for all pods that are alike, and the others. */
  readonly #signing: readonly SchedulerPlugin[];
  readonly #others: readonly SchedulerPlugin[];
  readonly #evaluations = new Map<string, Evaluation>();
  readonly #found: Candidates = { slots: new Int32Array(0), totals: new Float64Array(0), count: 0 };

  constructor({ plugins, snapshot, random }: FrameworkOptions) {
    this.plugins = plugins;
    this.#snapshot = snapshot;
    this.#random = random;
    this.#signing = plugins.filter(({ sign, prepare }) => sign !== undefined && prepare !== undefined);
    this.#others = plugins.filter(({ sign, prepare }) => sign === undefined && prepare !== undefined);
  }

  /** Why the pod is not to be tried at all. */
  gate(pod: PodInfo): { readonly plugin: SchedulerPlugin; readonly rejection: Rejection } | undefined {
    for (const plugin of this.plugins) {
      const rejection = plugin.gate?.(pod);
      if (rejection !== undefined) return { plugin, rejection };
    }
    return undefined;
  }

  decide(pod: PodInfo): Decision {
    const nodeCount = this.#snapshot.nodeCount;
    if (nodeCount === 0) return { failure: { nodeCount, plugins: new Set(), rejections: new Map() } };
    const nominated = this.#nominated(pod);
    if (nominated !== undefined) return nominated;
    const id = JSON.stringify(this.#signing.map((plugin) => plugin.sign?.(pod) ?? null));
    const kept = this.#evaluations.get(id);
    if (kept !== undefined) return this.#decideBy(kept, id, pod);
    const prepared = prepareAll(this.#signing, pod, this.#snapshot);
    if ("rejection" in prepared) return { failure: this.#outright(prepared) };
    if (prepared.judges.some(({ judge }) => judge.only !== undefined)) return this.#decideAmong(prepared.judges, pod);
    return this.#decideBy(new Evaluation(prepared.judges, this.#snapshot), id, pod);
  }

  /** The node that was cleared for the pod, if it will do by now. */
  #nominated(pod: PodInfo): Decision | undefined {
    const node = this.#snapshot.node(this.#snapshot.nominationOf(pod.uid) ?? "");
    if (node === undefined) return undefined;
    const prepared = prepareAll(this.plugins, pod, this.#snapshot);
    if ("rejection" in prepared || prepared.judges.some(({ judge }) => judge.only?.has(node.name) === false))
      return undefined;
    return this.#rulingOf(prepared.judges, node, pod) === undefined ? { node, feasible: 1 } : undefined;
  }

  #rulingOf(judges: readonly Judging[], node: NodeInfo, pod: PodInfo): Ruling | undefined {
    return firstRuling(judges, node) ?? nominationRuling(judges, node, { pod, snapshot: this.#snapshot });
  }

  #decideBy(evaluation: Evaluation, id: string, pod: PodInfo): Decision {
    this.#evaluations.delete(id);
    this.#evaluations.set(id, evaluation);
    const [oldest] = this.#evaluations.keys();
    if (this.#evaluations.size > KEPT_MAX && oldest !== undefined) this.#evaluations.delete(oldest);
    const others = prepareAll(this.#others, pod, this.#snapshot);
    if ("rejection" in others) return { failure: this.#outright(others) };
    evaluation.refresh();
    this.#collect(evaluation, others.judges, pod);
    if (this.#found.count === 0) return { failure: this.#failureOf(evaluation, others.judges, pod) };
    for (const { judge, weight, raw } of evaluation.relative())
      this.#addScores({ judge, weight }, (slot) => raw.at(slot));
    this.#addOthers(others.judges);
    return this.#best();
  }

  /** For pods that may only go to nodes they name: they are looked at one by one. */
  #decideAmong(judges: readonly Judging[], pod: PodInfo): Decision {
    const others = prepareAll(this.#others, pod, this.#snapshot);
    if ("rejection" in others) return { failure: this.#outright(others) };
    const all = [...judges, ...others.judges];
    const restricting = all.filter(({ judge }) => judge.only !== undefined);
    const names = restricting.map(({ judge }) => judge.only ?? new Set<string>());
    const plugins = new Set<SchedulerPlugin>(restricting.map(({ plugin }) => plugin));
    const rejections = new Map<NodeInfo, Rejection>();
    this.#reset();
    for (const name of names[0] ?? []) {
      const node = this.#snapshot.node(name);
      if (node === undefined || !names.every((set) => set.has(name))) continue;
      const ruling = this.#rulingOf(all, node, pod);
      if (ruling === undefined) {
        this.#add(node.slot, 0);
        continue;
      }
      rejections.set(node, ruling.rejection);
      plugins.add(ruling.plugin);
    }
    if (this.#found.count > 0) {
      for (const judging of judges) this.#addJudged(judging);
      this.#addOthers(others.judges);
      return this.#best();
    }
    const absent = unresolvable(
      `node(s) didn't satisfy plugin(s) [${restricting.map(({ plugin }) => plugin.name).join(" ")}]`,
    );
    return { failure: { nodeCount: this.#snapshot.nodeCount, plugins, rejections, absent } };
  }

  /** Notes the nodes that pass all filters. */
  #collect(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): void {
    const { feasible, plainScores } = evaluation;
    const { nodes } = this.#snapshot;
    const asked = others.filter(({ judge }) => judge.filter !== undefined && judge.passesAll !== true);
    const awaiting = this.#snapshot.nominationCount > 0;
    const all = awaiting ? [...evaluation.judges, ...others] : others;
    this.#reset();
    for (let slot = 0; slot < nodes.length; slot++) {
      if (feasible[slot] !== 1) continue;
      const node = nodes[slot];
      if (node === undefined) continue;
      if (asked.length > 0 && firstRuling(asked, node) !== undefined) continue;
      if (awaiting && nominationRuling(all, node, { pod, snapshot: this.#snapshot }) !== undefined) continue;
      this.#add(slot, plainScores[slot] ?? 0);
    }
  }

  #reset(): void {
    const size = this.#snapshot.nodes.length;
    if (this.#found.slots.length < size) {
      this.#found.slots = new Int32Array(size * 2);
      this.#found.totals = new Float64Array(size * 2);
    }
    this.#found.count = 0;
  }

  #add(slot: number, total: number): void {
    const found = this.#found;
    found.slots[found.count] = slot;
    found.totals[found.count++] = total;
  }

  #addOthers(judges: readonly Judging[]): void {
    let feasible: readonly NodeInfo[] | undefined;
    for (const judging of judges) {
      if (judging.judge.weigh !== undefined) judging.judge.weigh((feasible ??= this.#feasible()));
      this.#addJudged(judging);
    }
  }

  #feasible(): readonly NodeInfo[] {
    const out: NodeInfo[] = [];
    for (let i = 0; i < this.#found.count; i++) {
      const node = this.#snapshot.nodes[this.#found.slots[i] ?? 0];
      if (node !== undefined) out.push(node);
    }
    return out;
  }

  #addJudged(judging: Judging): void {
    const { judge } = judging;
    if (judge.score === undefined) return;
    this.#addScores(judging, (slot) => {
      const node = this.#snapshot.nodes[slot];
      return node === undefined ? 0 : (judge.score?.(node) ?? 0);
    });
  }

  #addScores({ judge, weight }: Pick<Judging, "judge" | "weight">, scoreAt: (slot: number) => number): void {
    const { slots, totals, count } = this.#found;
    const scores = new Float64Array(count);
    for (let i = 0; i < count; i++) scores[i] = scoreAt(slots[i] ?? 0);
    judge.normalize?.(scores);
    for (let i = 0; i < count; i++) totals[i] = (totals[i] ?? 0) + weight * (scores[i] ?? 0);
  }

  /** One of the candidates with the highest total, by chance. */
  #best(): Decision {
    const { slots, totals, count } = this.#found;
    let max = Number.NEGATIVE_INFINITY;
    let equals = 0;
    for (let i = 0; i < count; i++) {
      const total = totals[i] ?? 0;
      if (total > max) {
        max = total;
        equals = 1;
      } else if (total === max) equals++;
    }
    let skip = equals > 1 ? pick(this.#random, equals) : 0;
    for (let i = 0; i < count; i++) {
      if (totals[i] !== max || skip-- > 0) continue;
      const node = this.#snapshot.nodes[slots[i] ?? 0];
      if (node !== undefined) return { node, feasible: count };
    }
    throw new RangeError("there is no candidate");
  }

  #outright({ plugin, rejection }: { readonly plugin: SchedulerPlugin; readonly rejection: Rejection }): Failure {
    const { nodeCount } = this.#snapshot;
    return { nodeCount, plugins: new Set([plugin]), outright: rejection, rejections: new Map() };
  }

  #failureOf(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): Failure {
    const rejections = new Map<NodeInfo, Rejection>();
    const plugins = new Set<SchedulerPlugin>();
    for (const node of this.#snapshot.nodes) {
      if (node === undefined) continue;
      const ruling =
        evaluation.rulings[node.slot] ??
        firstRuling(others, node) ??
        nominationRuling([...evaluation.judges, ...others], node, { pod, snapshot: this.#snapshot });
      if (ruling === undefined) continue;
      rejections.set(node, ruling.rejection);
      plugins.add(ruling.plugin);
    }
    return { nodeCount: this.#snapshot.nodeCount, plugins, rejections };
  }
}
