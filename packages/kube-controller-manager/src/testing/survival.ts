import { seededRandom } from "@skates/component-base";
import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { type Fault, FAULTS } from "./faults.ts";
import type { WorldOptions } from "./world.ts";

/** What some controllers are to achieve, whatever happens meanwhile. */
export interface Scenario {
  /** Default: n1 and n2, of which n1 may flap. */
  readonly nodes?: readonly string[];
  readonly world?: WorldOptions;
  /** Sets the kubelets' manner, before anything else. */
  readonly prepare?: (cluster: Cluster) => void;
  /** What users do, one after another; each is followed by a time of trouble. They speak to the server directly, without trouble. */
  readonly changes: readonly ((cluster: Cluster) => Promise<unknown>)[];
  /** Looked at once a second, trouble or not: throws when something is the case that never may be. */
  readonly always?: (cluster: Cluster) => Promise<void>;
  /** What there is in the end, in a form that is the same for all right ends: no generated names, no times. */
  readonly outcome: (cluster: Cluster) => Promise<unknown>;
  readonly expected: unknown;
  /** After each change; default: as long as the fault takes, 20 without one. */
  readonly troubleSeconds?: number;
  /** In the end; default 60. */
  readonly peaceSeconds?: number;
  /** Names of faults after which the end is rightly another one, each with its reason. */
  readonly without?: Readonly<Record<string, string>>;
}

/**
 * Declares one test for the scenario without any trouble, and one for each of FAULTS: whatever happened, the outcome is the expected
 * one, `always` held throughout, and then the controllers have come to rest (no more writes). To use it for a controller:
 *
 *     survives("a deployment", {
 *       changes: [({ world }) => world.create(deployments, web("one")), ({ world }) => world.edit(deployments, at("web"), ...)],
 *       outcome: async ({ world }) => (await world.list(pods, "default")).map(({ spec }) => spec.containers[0]?.image),
 *       expected: ["two", "two", "two"],
 *     });
 *
 * A `Cluster` has nodes, a simple scheduler and kubelets; set `cluster.run` in `prepare` for pods that should end or fail. All
 * controllers run, on virtual time, and the faults lie between them and the real API server in process. What users may do wrong (two
 * owners, contradictory budgets) is part of a scenario's changes. Random choices come from a fixed seed.
 */
export function survives(name: string, scenario: Scenario): void {
  const { without = {} } = scenario;
  const unknown = Object.keys(without).filter((one) => !FAULTS.some((fault) => fault.name === one));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(", ")}`);
  const chosen = FAULTS.filter((fault) => !(fault.name in without));
  test(`${name}: in peace`, () => play(scenario, undefined), 60_000);
  test.each(chosen)(`${name}: $name`, (fault) => play(scenario, fault), 60_000);
}

/** A text for each object, in the order of the texts: for outcomes. */
export function inOrder<T>(objects: readonly T[], text: (object: T) => string): readonly string[] {
  return objects.map(text).sort((a, b) => (a < b ? -1 : 1));
}

async function play(scenario: Scenario, fault: Fault | undefined): Promise<void> {
  const { troubleSeconds = fault?.seconds ?? 20, peaceSeconds = 60, always } = scenario;
  const cluster = await startCluster(scenario.nodes, scenario.world);
  const { world } = cluster;
  try {
    scenario.prepare?.(cluster);
    for (const [i, change] of scenario.changes.entries()) {
      const trouble = fault?.begin(cluster, seededRandom(`${fault.name}/${i}`));
      world.interfere = trouble?.filter;
      // Side by side: a client that is told to come back later waits for the clock.
      let changing = true;
      const changed = Promise.resolve(change(cluster)).finally(() => (changing = false));
      const passed = async (): Promise<void> => {
        await cluster.pass(troubleSeconds, async (second) => {
          await trouble?.each?.(second);
          await always?.(cluster);
        });
        world.interfere = undefined;
        await trouble?.end?.();
        while (changing) await cluster.pass(1);
      };
      await Promise.all([changed, passed()]);
    }
    await cluster.pass(peaceSeconds, () => always?.(cluster) ?? Promise.resolve());
    expect(await scenario.outcome(cluster)).toEqual(scenario.expected);
    const before = world.requests.length;
    await cluster.pass(30);
    expect(world.requests.slice(before).filter((request) => !request.startsWith("GET "))).toEqual([]);
  } finally {
    await cluster.stop();
  }
}
