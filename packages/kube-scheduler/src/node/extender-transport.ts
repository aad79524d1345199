import { readFile } from "node:fs/promises";
import type { Extender, ExtenderTLSConfig } from "@skates/api/kubescheduler/v1";
import { Agent, request } from "undici";
import type { ExtenderTransport } from "../extenders/extenders.ts";

/** The longest answer of an extender that is read. */
const ANSWER_MAX_BYTES = 64 << 20;

/** Reaches extenders by HTTP or HTTPS, with connections that are kept. The caller's signal bounds each call in time. */
export function extenderTransport(): ExtenderTransport {
  const agents = new Map<Extender, Promise<Agent>>();
  return async (extender, { verb, body }, signal) => {
    let agent = agents.get(extender);
    if (agent === undefined) agents.set(extender, (agent = agentFor(extender)));
    const url = `${(extender.urlPrefix ?? "").replace(/\/+$/, "")}/${verb}`;
    const response = await request(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      dispatcher: await agent,
      signal,
    });
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new Error(`failed ${verb} with extender at URL ${url}, code ${response.statusCode}`);
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > ANSWER_MAX_BYTES) throw new Error(`extender at ${url} answered more than ${ANSWER_MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    return answer;
  };
}

/** As upstream: with TLS but without an authority any certificate will do. */
async function agentFor({ tlsConfig = {}, enableHTTPS }: Extender): Promise<Agent> {
  const ca = await pem(tlsConfig, "caData", "caFile");
  const cert = await pem(tlsConfig, "certData", "certFile");
  const key = await pem(tlsConfig, "keyData", "keyFile");
  const insecure = tlsConfig.insecure === true || (enableHTTPS === true && ca === undefined);
  return new Agent({
    connect: { ca, cert, key, servername: tlsConfig.serverName, rejectUnauthorized: !insecure },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/** What is given in the configuration itself goes before a file. */
async function pem(
  tls: ExtenderTLSConfig,
  data: "caData" | "certData" | "keyData",
  file: "caFile" | "certFile" | "keyFile",
): Promise<Buffer | undefined> {
  const given = tls[data];
  if (given !== undefined && given.length > 0) return Buffer.from(given);
  const path = tls[file] ?? "";
  return path === "" ? undefined : await readFile(path);
}
