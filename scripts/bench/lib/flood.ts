/** One user who lists pods and creates config maps on many connections as fast as it is answered; a process of its own. Or a process that only uses its core. */
import { ask, mapText, poolOf } from "./requests.ts";

/** The first message to it; any later one asks for the number of answers so far. */
export interface Flood {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
  readonly connections: number;
}

/** Names are new in each process. */
const RUN = process.pid;
const SPACE = "/api/v1/namespaces/default";
let answered = 0;

process.once("message", (wanted: Flood | { readonly burn: true }) => {
  if ("burn" in wanted) for (;;);
  flood(wanted);
});

function flood({ port, ca, token, connections }: Flood): void {
  process.on("message", () => process.send?.(answered));
  const pool = poolOf(port, connections, { ca });
  for (let lane = 0; lane < connections; lane++) void run(lane);

  async function run(lane: number): Promise<void> {
    for (let i = 0; ; i++) {
      const wanted =
        lane % 2 === 0
          ? ({ method: "GET", path: `${SPACE}/pods` } as const)
          : ({ method: "POST", path: `${SPACE}/configmaps`, body: mapText(`flood-${RUN}-${lane}-${i}`) } as const);
      const { code } = await ask(pool, { ...wanted, token });
      if (code < 300) answered++;
      else if (code !== 429) throw new Error(`${wanted.method} ${wanted.path}: ${code}`);
    }
  }
}
