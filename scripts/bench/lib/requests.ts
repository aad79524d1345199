import { Pool } from "undici";

export type Method = "GET" | "POST";

export interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly body?: string | undefined;
  readonly token?: string | undefined;
}

/** Connections to the server on this machine. */
export function poolOf(port: number, connections: number, connect: object): Pool {
  return new Pool(`https://127.0.0.1:${port}`, { connections, connect });
}

/** The whole answer. */
export async function ask(pool: Pool, { method, path, body, token }: Asked): Promise<{ code: number; text: string }> {
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
  return { code: answer.statusCode, text: await answer.body.text() };
}

/** A config map of half a kilobyte. */
export function mapText(name: string): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "x".repeat(500) } });
}
