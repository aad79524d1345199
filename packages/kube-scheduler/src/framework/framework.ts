import { pick, type Random } from "@skates/component-base";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { bestInBlocks, judgeByRows } from "./block-search.ts";
import { Candidates, OUT } from "./candidates.ts";
import type { Decision, Failure } from "./decision.ts";
import { Evaluation, type Survivors } from "./evaluation.ts";
import { failureByGroups } from "./failure-by-groups.ts";
import { firstRuling, type Judging, nominationRuling, prepareAll, type Ruling } from "./judging.ts";
import { feasibleEnough } from "./percentage.ts";
import type { SchedulerPlugin } from "./plugin.ts";
import { NO_TIMES, type PluginTimes } from "./plugin-times.ts";
import { NO_REJECTIONS, rejectionsBy } from "./rejections.ts";
import { type Profile, type Voice, voicesOf } from "./profile.ts";
import { type Rejection, unresolvable } from "./verdict.ts";

/** Nodes that all kept evaluations together may speak of; each takes some 40 bytes. */
const KEPT_NODES_MAX = 600_000;
const KEPT_MAX = 256;
/** To look at so many nodes takes as long as is saved each time that what was seen is used. */
const NODES_PER_USE = 64;

export interface FrameworkOptions {
  readonly profile: Profile;
  readonly snapshot: Snapshot;
  /** Chooses among the best. */
  readonly random: Random;
  readonly times?: PluginTimes | undefined;
}

/** Asks the plugins of a profile and chooses. Pure but for what it remembers to be faster, and for chance among equals. */
export class Framework {
  readonly profile: Profile;
  readonly voices: readonly Voice[];
  readonly #snapshot: Snapshot;
  readonly #random: Random;
  /** Those that can be asked once for all pods that are alike, and the others. */
  readonly #signing: readonly Voice[];
  /** Those of them whose answers are not worth keeping for pods that are seldom. */
  readonly #quick: readonly Voice[];
  readonly #lasting: readonly Voice[];
  readonly #others: readonly Voice[];
  /** Kinds of pods that were seen lately, and how often. */
  readonly #seen = new Map<string, number>();
  readonly #evaluations = new Map<string, Evaluation>();
  readonly #found: Candidates;
  readonly #times: PluginTimes;
  /** Where the next search begins that does not look at all nodes. */
  #start = 0;

  constructor({ profile, snapshot, random, times = NO_TIMES }: FrameworkOptions) {
    this.profile = profile;
    this.voices = voicesOf(profile);
    this.#snapshot = snapshot;
    this.#random = random;
    this.#times = times;
    this.#signing = this.voices.filter(({ plugin }) => plugin.sign !== undefined);
    this.#quick = this.#signing.filter(({ plugin }) => plugin.quick === true);
    this.#lasting = this.#signing.filter(({ plugin }) => plugin.quick !== true);
    this.#others = this.voices.filter(({ plugin }) => plugin.sign === undefined);
    this.#found = new Candidates(snapshot);
  }

  /** Why the pod is not to be tried at all. */
  gate(pod: PodInfo): Ruling | undefined {
    for (const plugin of this.profile.plugins.preEnqueue) {
      const rejection = plugin.preEnqueue?.(pod);
      if (rejection !== undefined) return { plugin, rejection };
    }
    return undefined;
  }

  /** The best node for the pod. */
  decide(pod: PodInfo): Decision {
    this.#times.begin();
    try {
      return this.#decide(pod);
    } finally {
      this.#times.end();
    }
  }

  #decide(pod: PodInfo): Decision {
    const nodeCount = this.#snapshot.nodeCount;
    if (nodeCount === 0) return { failure: { nodeCount, plugins: new Set(), rejections: NO_REJECTIONS } };
    const nominated = this.#nominated(pod);
    if (nominated !== undefined) return nominated;
    const search = this.#times.point("Filter", () => this.#search(pod));
    if ("failure" in search) return search;
    if ("names" in search) {
      const { judges, names } = search;
      this.#times.count(judges);
      return this.#times.point("Score", () => this.#decideAmong(judges, names, pod));
    }
    const { evaluation, others } = search;
    this.#times.count(evaluation.judges);
    this.#times.count(others);
    return this.#times.point("Score", () =>
      others.length > 0 || this.#looksAtSome()
        ? this.#decideOneByOne(evaluation, others, pod)
        : this.#decideByGroups(evaluation, pod),
    );
  }

  /** All nodes that pass all filters, with their scores, for those who have a further say; or the reason why there are none. */
  candidates(pod: PodInfo): { readonly failure: Failure } | { readonly scores: ReadonlyMap<NodeInfo, number> } {
    const { nodeCount } = this.#snapshot;
    if (nodeCount === 0) return { failure: { nodeCount, plugins: new Set(), rejections: NO_REJECTIONS } };
    const search = this.#search(pod);
    if ("failure" in search) return search;
    if ("names" in search) {
      const failure = this.#collectAmong(search.judges, search.names, pod);
      return failure === undefined ? { scores: this.#found.scores() } : { failure };
    }
    this.#collect(search.evaluation, search.others, pod);
    if (this.#found.count === 0) return { failure: this.#failureOf(search.evaluation, search.others, pod) };
    return { scores: this.#found.scores() };
  }

  /** Why the pod cannot go to the nodes that it cannot go to. */
  failure(pod: PodInfo): Failure {
    const search = this.#search(pod);
    if ("failure" in search) return search.failure;
    if ("evaluation" in search) return this.#failureOf(search.evaluation, search.others, pod);
    const nodeCount = this.#snapshot.nodeCount;
    return (
      this.#collectAmong(search.judges, search.names, pod) ?? {
        nodeCount,
        plugins: new Set(),
        rejections: NO_REJECTIONS,
      }
    );
  }

  /** Why the pod cannot go to this node as it is now; undefined if it can. */
  rulingOn(node: NodeInfo, pod: PodInfo): Ruling | undefined {
    const prepared = prepareAll(this.voices, pod, this.#snapshot);
    if ("rejection" in prepared) return prepared;
    const outside = prepared.judges.find(({ judge }) => judge.only?.has(node.name) === false);
    if (outside !== undefined) return { plugin: outside.plugin, rejection: notAmong([outside]) };
    return this.#rulingOf(prepared.judges, node, pod);
  }

  /** The node that was cleared for the pod, if it will do by now. */
  #nominated(pod: PodInfo): Decision | undefined {
    const node = this.#snapshot.node(this.#snapshot.nominationOf(pod.uid) ?? "");
    if (node === undefined) return undefined;
    return this.rulingOn(node, pod) === undefined ? { node, feasible: 1 } : undefined;
  }

  #rulingOf(judges: readonly Judging[], node: NodeInfo, pod: PodInfo): Ruling | undefined {
    return firstRuling(judges, node) ?? nominationRuling(judges, node, { pod, snapshot: this.#snapshot });
  }

  /** Who is to be asked about the pod, and about which nodes. */
  #search(
    pod: PodInfo,
  ):
    | { readonly failure: Failure }
    | { readonly judges: readonly Judging[]; readonly names: readonly ReadonlySet<string>[] }
    | { readonly evaluation: Evaluation; readonly others: readonly Judging[] } {
    const others = this.#times.point("PreFilter", () => prepareAll(this.#others, pod, this.#snapshot, this.#times));
    if ("rejection" in others) return { failure: this.#outright(others) };
    const lastingId = this.#signature(this.#lasting, pod);
    const id = `${lastingId}${this.#signature(this.#quick, pod)}`;
    const kept = this.#evaluations.get(id);
    if (kept !== undefined && others.judges.length === 0) return { evaluation: this.#keep(id, kept), others: [] };
    const quick = prepareAll(this.#quick, pod, this.#snapshot, this.#times);
    if ("rejection" in quick) return { failure: this.#outright(quick) };
    // The first of its kind may be the only one: then what is kept of others that are alike but for quick answers is of more use.
    const whole = this.#note(id) >= this.#usesOfKept(quick.judges) && others.judges.length === 0;
    const voices = whole ? this.#signing : this.#lasting;
    const keptId = whole ? id : lastingId;
    const later = whole ? [] : inOrder(this.voices, [...quick.judges, ...others.judges]);
    const known = this.#evaluations.get(keptId);
    if (known !== undefined && later.every(({ judge }) => judge.only === undefined)) {
      return { evaluation: this.#keep(keptId, known), others: later };
    }
    const prepared = prepareAll(voices, pod, this.#snapshot, this.#times);
    if ("rejection" in prepared) return { failure: this.#outright(prepared) };
    const judges = inOrder(this.voices, [...prepared.judges, ...later]);
    const names = judges.flatMap(({ judge }) => (judge.only === undefined ? [] : [judge.only]));
    if (names.length > 0) return { judges, names };
    return {
      evaluation: this.#keep(keptId, new Evaluation(prepared.judges, this.#snapshot, this.#times)),
      others: later,
    };
  }

  #idOf(pod: PodInfo): string {
    return `${this.#signature(this.#lasting, pod)}${this.#signature(this.#quick, pod)}`;
  }

  #signature(voices: readonly Voice[], pod: PodInfo): string {
    return JSON.stringify(voices.map(({ plugin }) => plugin.sign?.(pod, this.#snapshot) ?? null));
  }

  /** How often such a pod was seen lately, this time included. */
  #note(id: string): number {
    const uses = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.delete(id);
    this.#seen.set(id, uses);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > this.#keptMax() && oldest !== undefined) this.#seen.delete(oldest);
    return uses;
  }

  /** From which use on it pays to look at all nodes so as to keep what the quick say: later, where they can be asked about blocks. */
  #usesOfKept(quick: readonly Judging[]): number {
    return 2 + (this.#asksBlocks(quick) ? Math.floor(this.#snapshot.nodeCount / NODES_PER_USE) : 0);
  }

  /** What these say depends on amounts alone, and all nodes come into question. */
  #asksBlocks(judges: readonly Judging[]): boolean {
    return this.#snapshot.nominationCount === 0 && !this.#looksAtSome() && judgeByRows(judges);
  }

  #keptMax(): number {
    return Math.max(8, Math.min(KEPT_MAX, Math.floor(KEPT_NODES_MAX / (this.#snapshot.nodes.length + 1))));
  }

  /** Notes that an evaluation was used, forgets those that were not for long, and brings it up to date. */
  #keep(id: string, evaluation: Evaluation): Evaluation {
    this.#evaluations.delete(id);
    this.#evaluations.set(id, evaluation);
    const [oldest] = this.#evaluations.keys();
    if (this.#evaluations.size > this.#keptMax() && oldest !== undefined) this.#evaluations.delete(oldest);
    evaluation.refresh();
    return evaluation;
  }

  /** Nobody but signing plugins has something to say: the groups tell the best without a look at each node. */
  #decideByGroups(evaluation: Evaluation, pod: PodInfo): Decision {
    const passedOver: number[] = [];
    try {
      for (;;) {
        const survivors = evaluation.survivors();
        if (survivors.length === 0) break;
        const slot = this.#bestOf(survivors, evaluation);
        const node = this.#snapshot.nodes[slot];
        if (node === undefined) throw new RangeError("a node that is gone was found feasible");
        if (nominationRuling(evaluation.judges, node, { pod, snapshot: this.#snapshot }) === undefined) {
          return { node, feasible: survivors.reduce((sum, { size }) => sum + size, 0) };
        }
        evaluation.passOver(slot);
        passedOver.push(slot);
      }
    } finally {
      for (const slot of passedOver) evaluation.takeBack(slot);
    }
    return { failure: this.#failureOf(evaluation, [], pod) };
  }

  /** One of the slots with the highest total, by chance. */
  #bestOf(survivors: readonly Survivors[], evaluation: Evaluation): number {
    const bonuses = evaluation.bonuses(survivors);
    let max = Number.NEGATIVE_INFINITY;
    let equals = 0;
    for (let i = 0; i < survivors.length; i++) {
      const group = survivors[i]?.group;
      if (group === undefined) continue;
      const total = group.best + (bonuses[i] ?? 0);
      const count = group.at(group.best).length;
      if (total > max) {
        max = total;
        equals = count;
      } else if (total === max) equals += count;
    }
    let skip = equals > 1 ? pick(this.#random, equals) : 0;
    for (let i = 0; i < survivors.length; i++) {
      const group = survivors[i]?.group;
      if (group === undefined || group.best + (bonuses[i] ?? 0) !== max) continue;
      const slots = group.at(group.best);
      const slot = slots[skip];
      if (slot !== undefined) return slot;
      skip -= slots.length;
    }
    throw new RangeError("there is no candidate");
  }

  #decideOneByOne(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): Decision {
    if (this.#asksBlocks(others)) return this.#decideByBlocks(evaluation, others, pod);
    this.#collect(evaluation, others, pod);
    if (this.#found.count === 0) return { failure: this.#failureOf(evaluation, others, pod) };
    return this.#found.best(this.#random);
  }

  /** Most nodes need no look. */
  #decideByBlocks(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): Decision {
    const { rows } = this.#snapshot.amounts;
    const best = bestInBlocks({ evaluation, others, rows, random: this.#random });
    const node = best === undefined ? undefined : this.#snapshot.nodes[best.slot];
    if (best !== undefined && node !== undefined) return { node, feasible: best.feasible };
    // Such a pod is tried again and again, and to tell why it waits each node would be asked about each time.
    this.#seen.set(this.#idOf(pod), Number.POSITIVE_INFINITY);
    return { failure: this.#failureOf(evaluation, others, pod) };
  }

  /** For pods that may only go to nodes they name: they are looked at one by one. */
  #decideAmong(judges: readonly Judging[], names: readonly ReadonlySet<string>[], pod: PodInfo): Decision {
    const failure = this.#collectAmong(judges, names, pod);
    return failure === undefined ? this.#found.best(this.#random) : { failure };
  }

  #collectAmong(judges: readonly Judging[], names: readonly ReadonlySet<string>[], pod: PodInfo): Failure | undefined {
    const restricting = judges.filter(({ judge }) => judge.only !== undefined);
    const plugins = new Set<SchedulerPlugin>(restricting.map(({ plugin }) => plugin));
    const rejections = new Map<NodeInfo, Rejection>();
    this.#found.clear();
    for (const name of names[0] ?? []) {
      const node = this.#snapshot.node(name);
      if (node === undefined || !names.every((set) => set.has(name))) continue;
      const ruling = this.#rulingOf(judges, node, pod);
      if (ruling === undefined) {
        this.#found.add(node.slot, 0);
        continue;
      }
      rejections.set(node, ruling.rejection);
      plugins.add(ruling.plugin);
    }
    if (this.#found.count > 0) {
      this.#found.score(judges);
      return undefined;
    }
    const absent = notAmong(restricting);
    return { nodeCount: this.#snapshot.nodeCount, plugins, rejections: rejectionsBy(rejections), absent };
  }

  /** Notes the nodes that pass all filters, with their scores. */
  #collect(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): void {
    const asked = others.filter(({ judge }) => judge.filter !== undefined && judge.passesAll !== true);
    const awaiting = this.#snapshot.nominationCount > 0;
    const all = awaiting ? [...evaluation.judges, ...others] : [];
    const slow = asked.filter(({ judge }) => judge.byRow?.passes === undefined);
    const told = others.filter(scoresByRow);
    const byRow = this.#snapshot.amounts.memo(rowRating(asked, told));
    const rate = (slot: number): number => {
      const rating = byRow(slot);
      const node = rating === OUT ? undefined : this.#snapshot.nodes[slot];
      if (node === undefined) return rating;
      if (firstRuling(slow, node, this.#times) !== undefined) return OUT;
      return awaiting && nominationRuling(all, node, { pod, snapshot: this.#snapshot }) !== undefined ? OUT : rating;
    };
    this.#found.clear();
    const rateNode = slow.length > 0 || awaiting ? rate : byRow;
    const feasible = this.#looksAtSome()
      ? this.#someFeasible(evaluation, rateNode)
      : this.#allFeasible(evaluation, rateNode);
    const bonuses = evaluation.bonuses(feasible);
    if (bonuses.some((bonus) => bonus !== 0)) {
      const byGroup = new Map(feasible.map(({ group }, i) => [group, bonuses[i] ?? 0]));
      this.#found.raise((slot) => {
        const group = evaluation.groups.of(slot);
        return group === undefined ? 0 : (byGroup.get(group) ?? 0);
      });
    }
    this.#found.score(others.filter((judging) => !told.includes(judging)));
  }

  #allFeasible(evaluation: Evaluation, rate: (slot: number) => number): readonly Survivors[] {
    const feasible: Survivors[] = [];
    for (const { group } of evaluation.survivors()) {
      const before = this.#found.count;
      for (const score of group.scores) this.#found.addRated(group.at(score), score, rate);
      const size = this.#found.count - before;
      if (size > 0) feasible.push({ group, size });
    }
    return feasible;
  }

  /** The same until there are enough, going on where the last search ended. */
  #someFeasible(evaluation: Evaluation, rate: (slot: number) => number): readonly Survivors[] {
    const { nodes } = this.#snapshot;
    const sizes = new Map(evaluation.survivors().map(({ group }) => [group, 0]));
    const enough = this.#enough();
    const offset = this.#start;
    for (let i = 0; i < nodes.length && this.#found.count < enough; i++) {
      const slot = (i + offset) % nodes.length;
      this.#start = slot + 1;
      const group = evaluation.groups.of(slot);
      const size = group === undefined ? undefined : sizes.get(group);
      const rating = group === undefined || size === undefined ? OUT : rate(slot);
      if (group === undefined || size === undefined || rating === OUT) continue;
      sizes.set(group, size + 1);
      this.#found.add(slot, evaluation.groups.scoreOf(slot) + rating);
    }
    return [...sizes].filter(([, size]) => size > 0).map(([group, size]) => ({ group, size }));
  }

  #looksAtSome(): boolean {
    return this.#enough() < Number.POSITIVE_INFINITY;
  }

  #enough(): number {
    return feasibleEnough(this.profile.percentageOfNodesToScore, this.#snapshot.nodeCount);
  }

  #outright({ plugin, rejection }: Ruling): Failure {
    const { nodeCount } = this.#snapshot;
    return { nodeCount, plugins: new Set([plugin]), outright: rejection, rejections: NO_REJECTIONS };
  }

  #failureOf(evaluation: Evaluation, others: readonly Judging[], pod: PodInfo): Failure {
    if (others.length === 0) return failureByGroups(evaluation, pod, this.#snapshot);
    const rejections = new Map<NodeInfo, Rejection>();
    const plugins = new Set<SchedulerPlugin>();
    const all = inOrder(this.voices, [...evaluation.judges, ...others]);
    for (const node of this.#snapshot.nodes) {
      const ruling = node === undefined ? undefined : this.#rulingOf(all, node, pod);
      if (node === undefined || ruling === undefined) continue;
      rejections.set(node, ruling.rejection);
      plugins.add(ruling.plugin);
    }
    return { nodeCount: this.#snapshot.nodeCount, plugins, rejections: rejectionsBy(rejections) };
  }
}

function scoresByRow({ judge }: Judging): boolean {
  return judge.byRow?.score !== undefined && judge.normalize === undefined;
}

/** What a row of amounts alone says: OUT by one of those who filter, else what those who score give together, each by its weight. */
function rowRating(filtering: readonly Judging[], scoring: readonly Judging[]) {
  return (rows: Float64Array, at: number): number => {
    for (const { judge } of filtering) if (judge.byRow?.passes?.(rows, at) === false) return OUT;
    let sum = 0;
    for (const { judge, weight } of scoring) sum += weight * (judge.byRow?.score?.(rows, at) ?? 0);
    return sum;
  };
}

function notAmong(restricting: readonly Judging[]): Rejection {
  return unresolvable(`node(s) didn't satisfy plugin(s) [${restricting.map(({ plugin }) => plugin.name).join(" ")}]`);
}

/** The judges in the order of their plugins. */
function inOrder(voices: readonly Voice[], judges: readonly Judging[]): readonly Judging[] {
  return voices.flatMap(({ plugin }) => judges.filter((judging) => judging.plugin === plugin));
}
