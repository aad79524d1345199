import {
  type FlowSchema,
  type PriorityLevelConfiguration,
  type PriorityLevelConfigurationSpec,
} from "@skates/api/flowcontrol/v1";
import type { UserInfo } from "@skates/apimachinery";
import type { Route } from "@skates/apiserver";
import type { Clock, Random } from "@skates/component-base";
import { allocate, nominalSeats } from "./concurrency-shares.ts";
import { type FlowConfiguration, mandatoryConfiguration } from "./default-configuration.ts";
import { flowMatcher, type Matcher } from "./flow-rules.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { type Overflow, QueueSet } from "./queue-set.ts";

/** A priority level as it runs. */
export interface PriorityLevel {
  readonly name: string;
  readonly uid: string;
  readonly queues: QueueSet;
  readonly nominal: number;
  /** What others cannot borrow. */
  readonly lower: number;
  /** What it can have with all that it may borrow. */
  readonly upper: number;
}

/** A flow schema as it is asked. */
export interface Flow {
  readonly name: string;
  readonly uid: string;
  readonly matches: Matcher;
  readonly level: PriorityLevel;
  readonly by: "ByUser" | "ByNamespace" | undefined;
}

export interface PriorityLevelsOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Seats of the whole server. */
  readonly serverSeats: number;
  /** Absent: the event loop has room for all who have seats. */
  readonly turns?: LoopTurns | undefined;
}

/** All levels and the flows that lead to them. A level whose configuration changes keeps its queues. */
export class PriorityLevels {
  readonly #options: PriorityLevelsOptions;
  #levels: ReadonlyMap<string, PriorityLevel> = new Map();
  #flows: readonly Flow[] = [];

  constructor(options: PriorityLevelsOptions) {
    this.#options = options;
    this.use({ levels: [], schemas: [] });
  }

  get levels(): ReadonlyMap<string, PriorityLevel> {
    return this.#levels;
  }

  /** Takes another configuration; the mandatory part of it is never missing. */
  use({ levels, schemas }: FlowConfiguration): void {
    const mandatory = mandatoryConfiguration();
    this.#levels = this.#made(withMandatory(levels, mandatory.levels));
    this.#flows = withMandatory(schemas, mandatory.schemas)
      .toSorted(byPrecedence)
      .flatMap((schema) => {
        const level = this.#levels.get(schema.spec.priorityLevelConfiguration.name);
        return level === undefined ? [] : [flowOf(schema, level)];
      });
  }

  /** The first flow, by precedence and then by name, that a request matches; there always is one for whoever was authenticated. */
  find(user: UserInfo, route: Route): Flow | undefined {
    return this.#flows.find((flow) => flow.matches(user, route));
  }

  /** Levels with seats to spare lend them to those that would use more; done again every ten seconds. */
  borrow(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const levels = [...this.#levels.values()].filter(({ queues }) => queues.overflow.type !== "Exempt");
    const claims = levels.map(({ queues, nominal, lower, upper }) => {
      const { highest, smoothed } = queues.demand.observe(nowMs);
      const least = Math.max(lower, Math.min(nominal, highest));
      return { lower: least, upper, target: Math.max(least, smoothed, 1) };
    });
    const total = levels.reduce((sum, { nominal }) => sum + nominal, 0);
    for (const [i, seats] of allocate(total, claims).entries()) {
      const queues = levels[i]?.queues;
      queues?.configure(queues.overflow, Math.round(seats));
    }
  }

  #made(configurations: readonly PriorityLevelConfiguration[]): ReadonlyMap<string, PriorityLevel> {
    const { serverSeats } = this.#options;
    const all = configurations.reduce((sum, { spec }) => sum + sharesOf(spec), 0);
    return new Map(
      configurations.map(({ metadata, spec }) => {
        const nominal = nominalSeats(serverSeats, sharesOf(spec), all);
        const own = spec.limited ?? spec.exempt;
        const lower = nominal - Math.round((nominal * (own?.lendablePercent ?? 0)) / 100);
        const borrows = spec.limited?.borrowingLimitPercent;
        const upper = borrows === undefined ? serverSeats : nominal + Math.round((nominal * borrows) / 100);
        const overflow = overflowOf(spec);
        const { name, uid = "" } = metadata;
        const queues = this.#levels.get(name)?.queues ?? this.#queueSet(name, overflow, nominal);
        queues.configure(overflow, nominal);
        return [name, { name, uid, queues, nominal, lower, upper }];
      }),
    );
  }

  #queueSet(name: string, overflow: Overflow, limit: number): QueueSet {
    const { clock, random, turns } = this.#options;
    return new QueueSet({ clock, random, loop: turns?.share(name) }, overflow, limit);
  }
}

function byPrecedence(a: FlowSchema, b: FlowSchema): number {
  const order = (a.spec.matchingPrecedence ?? 1_000) - (b.spec.matchingPrecedence ?? 1_000);
  return order !== 0 ? order : a.metadata.name < b.metadata.name ? -1 : 1;
}

function flowOf(schema: FlowSchema, level: PriorityLevel): Flow {
  const { name, uid = "" } = schema.metadata;
  const type = schema.spec.distinguisherMethod?.type;
  return {
    name,
    uid,
    level,
    matches: flowMatcher(schema),
    by: type === "ByUser" || type === "ByNamespace" ? type : undefined,
  };
}

function sharesOf({ limited, exempt }: PriorityLevelConfigurationSpec): number {
  return limited === undefined ? (exempt?.nominalConcurrencyShares ?? 0) : (limited.nominalConcurrencyShares ?? 30);
}

function overflowOf({ type, limited }: PriorityLevelConfigurationSpec): Overflow {
  if (type === "Exempt") return { type: "Exempt" };
  const queuing = limited?.limitResponse?.queuing;
  if (limited?.limitResponse?.type !== "Queue") return { type: "Reject" };
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = queuing ?? {};
  return { type: "Queue", queues, handSize, queueLengthLimit };
}

function withMandatory<T extends FlowSchema | PriorityLevelConfiguration>(
  stored: readonly T[],
  mandatory: readonly T[],
): readonly T[] {
  return [...stored, ...mandatory.filter((one) => !stored.some((s) => s.metadata.name === one.metadata.name))];
}
