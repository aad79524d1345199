import { type Clock, type Deadline, deadline } from "@skates/component-base";
import {
  type Answer,
  parseQuery,
  type Query,
  RCODE,
  type ResourceRecord,
  TYPE,
  writeAnswer,
  writeFormatError,
} from "./message.ts";
import { answerFor, type Cluster } from "./records.ts";
import { readAnswers } from "./read-answers.ts";
import { writeQuery } from "./write-query.ts";

/** Asks other name servers: sends the packet and gives the answer's. Rejects when none answers. */
export type Forwarder = (packet: Uint8Array, transport: "udp" | "tcp", signal: AbortSignal) => Promise<Uint8Array>;

export interface ResolverOptions {
  readonly cluster: Cluster;
  /** Absent: names outside the cluster are refused. */
  readonly forward?: Forwarder | undefined;
  readonly clock: Clock;
}

/** Gives the reply to a packet; undefined where none is due. Never rejects. */
export type Resolver = (
  packet: Uint8Array,
  transport: "udp" | "tcp",
  signal: AbortSignal,
) => Promise<Uint8Array | undefined>;

/** How long other servers may take, all tries together. */
const FORWARD_MS = 5_000;
/** Questions that wait for other servers at once; more are refused at once rather than queued. */
const FORWARDS_MAX = 1_000;
/** An alias that points to an alias is followed so far. */
const ALIASES_MAX = 8;

/** Answers the cluster's names from its objects and hands all others on. */
export function resolver(options: ResolverOptions): Resolver {
  let forwards = 0;

  async function forward(
    packet: Uint8Array,
    transport: "udp" | "tcp",
    signal: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    if (options.forward === undefined || forwards >= FORWARDS_MAX) return undefined;
    forwards += 1;
    using limit: Deadline = deadline(options.clock, FORWARD_MS, signal);
    try {
      return await options.forward(packet, transport, limit.signal);
    } catch {
      return undefined; // the client is told SERVFAIL; the forwarder has counted why
    } finally {
      forwards -= 1;
    }
  }

  /** Adds what an alias points to, since stub resolvers do not ask again. */
  async function follow(query: Query, answer: Answer, signal: AbortSignal): Promise<Answer> {
    let records: readonly ResourceRecord[] = answer.answers;
    if (query.question.type === TYPE.CNAME || query.question.type === TYPE.ANY) return answer;
    for (let i = 0; i < ALIASES_MAX; i++) {
      const last = records.at(-1);
      if (last?.data.type !== "CNAME") break;
      const question = { ...query.question, name: last.data.target, spelling: last.data.target };
      const own = answerFor(question, options.cluster);
      if (own !== undefined) {
        if (own.answers.length === 0) break;
        records = [...records, ...own.answers];
        continue;
      }
      const packet = await forward(writeQuery(query.id, question.name, question.type), "tcp", signal);
      if (packet !== undefined) records = [...records, ...readAnswers(packet)];
      break;
    }
    return { ...answer, answers: records };
  }

  return async (packet, transport, signal) => {
    const query = parseQuery(packet);
    if (query === undefined) return undefined;
    if ("malformed" in query) return writeFormatError(query.id);
    const refuse = (rcode: number): Uint8Array =>
      writeAnswer(query, { rcode, authoritative: false, answers: [] }, transport);
    if (query.opcode !== 0) return refuse(RCODE.notImplemented);
    const own = answerFor(query.question, options.cluster);
    if (own !== undefined) return writeAnswer(query, await follow(query, own, signal), transport);
    if (options.forward === undefined) return refuse(RCODE.refused);
    return (await forward(packet, transport, signal)) ?? refuse(RCODE.serverFailure);
  };
}
