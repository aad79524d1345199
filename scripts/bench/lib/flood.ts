/** One user who lists pods and creates config maps on many connections as fast as it is answered; a process of its own. */
import { ask, mapText, poolOf } from "./requests.ts";

/** The first message to it; any later one asks for the number of answers so far. */
export interface Flood {
  readonly port: number;
  readonly ca: string;
  readonly token: string;
  readonly connections: number;
}

const SPACE = "/api/v1/namespaces/default";
let answered = 0;

process.once("message", (flood: Flood) => {
  process.on("message", () => process.send?.(answered));
  const pool = poolOf(flood.port, flood.connections, { ca: flood.ca });
  for (let lane = 0; lane < flood.connections; lane++) void run(lane);

  async function run(lane: number): Promise<void> {
    for (let i = 0; ; i++) {
      const wanted =
        lane % 2 === 0
          ? ({ method: "GET", path: `${SPACE}/pods` } as const)
          : ({ method: "POST", path: `${SPACE}/configmaps`, body: mapText(`flood-${lane}-${i}`) } as const);
      const { code } = await ask(pool, { ...wanted, token: flood.token });
      if (code < 300) answered++;
      else if (code !== 429) throw new Error(`${wanted.method} ${wanted.path}: ${code}`);
    }
  }
});
