// What is kept of root's rights; a machine that cannot give them up keeps all, so that there is nothing to compare.
import { expect, it } from "vitest";
import { confinement } from "./confined.ts";

const possible = process.getuid?.() === 0 && confinement(6443).length > 0;

it.skipIf(!possible)("a port that is root's can be opened, where it is asked for", () => {
  const kept = "--bounding-set=-all,+dac_override,+dac_read_search";
  const words = (set: string): readonly string[] => ["setpriv", "--no-new-privs", set, "--inh-caps=-all"];
  expect([confinement(443), confinement(6443)]).toEqual([words(`${kept},+net_bind_service`), words(kept)]);
});
