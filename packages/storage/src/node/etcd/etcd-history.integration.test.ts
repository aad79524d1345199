// Histories of concurrent clients on an etcd of three members, of which one after another is killed, paused and started again,
// checked by the model. Covers what etcd's own list of correctness bugs since 2022 asks of a client: watches that go back in time
// (#15220, #15271), lose events (#17529, #18089, #19179), repeat them (#17247) or bring old ones (#20221), and revisions that go
// back (#13766, #17780).
import { type Clock, type Random, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { describe, expect, it } from "vitest";
import { checkHistory } from "../../checker/check-history.ts";
import { type HistoryEvent, historyOf } from "../../checker/history.ts";
import { endHistory, recordWatch, runWorkload } from "../../checker/workload.ts";
import { type EtcdProcess, NO_ETCD, startEtcd } from "./etcd-process.ts";
import { openEtcdStore } from "./etcd-store.ts";

const never = new AbortController().signal;
const clock = systemClock();
const ROUNDS = 5;

/** Breaks one member after the other, and now and then the quorum. */
async function breakMembers(members: readonly EtcdProcess[], random: Random, time: Clock): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await time.sleep(300 + (random.uint32() % 500), never);
    const first = random.uint32() % members.length;
    const broken = members.filter((_, i) => i === first || (round === 3 && i === (first + 1) % members.length));
    const pause = round % 2 === 1;
    for (const member of broken) {
      if (pause) member.pause();
      else await member.kill();
    }
    await time.sleep(500 + (random.uint32() % 1000), never);
    for (const member of broken) {
      if (pause) member.resume();
      else await member.start();
    }
  }
  await time.sleep(1000, never);
}

describe.skipIf(NO_ETCD !== undefined)(`histories on etcd${NO_ETCD === undefined ? "" : ` (${NO_ETCD})`}`, () => {
  it("are linearizable with complete watches while members are killed and paused", async () => {
    const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
    const random = seededRandom(seed);
    const members = await startEtcd(3);
    const endpoints = members.map((member) => member.endpoint);
    // Several API servers, each with connections and a first member of its own.
    const stores = await Promise.all(
      endpoints.map((_, i) => openEtcdStore({ clock, endpoints: [...endpoints.slice(i), ...endpoints.slice(0, i)] })),
    );
    const [store] = stores;
    if (store === undefined) throw new Error("no store");
    const events: HistoryEvent[] = [];
    const record = (event: HistoryEvent): void => void events.push(event);
    const turn = (): Promise<void> => clock.sleep(2, never);
    const stop = new AbortController();
    try {
      const base = await store.head(never);
      let end = Number.POSITIVE_INFINITY;
      const done = new AbortController();
      const reference = recordWatch(
        { store, record },
        { id: "all", after: base, until: (at) => at >= end },
        done.signal,
      );
      const work = stores.map((each, i) =>
        runWorkload(
          {
            store: each,
            random: random.stream(`s${i}`),
            record,
            turn,
            name: `s${i}`,
            clients: 3,
            watchers: 2,
            keys: 5,
          },
          stop.signal,
        ),
      );
      await breakMembers(members, random, clock);
      stop.abort();
      await Promise.all(work);
      await endHistory({ store, record }, (last) => {
        end = last;
      });
      await reference;
      const history = historyOf(events);
      expect(checkHistory(history, { reference: "all", base }), `SEED=${seed}`).toEqual([]);
      const count = (kind: string): number => history.operations.filter(({ answer }) => answer.kind === kind).length;
      expect(count("written")).toBeGreaterThan(100);
      expect(count("page")).toBeGreaterThan(20);
    } finally {
      stop.abort();
      for (const member of members) member.resume();
      await Promise.all(stores.map((each) => each.close()));
      await Promise.all(members.map((member) => member.close()));
    }
  }, 120_000);
});
