import { type Clock, type Env, type Metrics, seededRandom, silentLogger } from "@skates/component-base";

/** An environment for tests: seeded chance, no logs, metrics that count into `counts`. */
export function testEnv(clock: Clock, counts = new Map<string, number>()): Env {
  const metrics: Metrics = {
    counter: ({ name }) => ({ inc: (_labels, by = 1) => counts.set(name, (counts.get(name) ?? 0) + by) }),
    gauge: () => ({ set: () => undefined, add: () => undefined }),
    histogram: () => ({ observe: () => undefined }),
    include: () => undefined,
    render: () => "",
  };
  return {
    clock,
    random: seededRandom(1),
    gates: { enabled: () => true, all: () => new Map() },
    log: silentLogger,
    metrics,
  };
}

/** Between the wakes of a virtual clock: lets chains of promises of any length come to their end. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 4; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
