import { textResponse, type PathHandler } from "@skates/apiserver";
import type { FlowControl } from "./flow-control.ts";
import type { PriorityLevel } from "./priority-levels.ts";
import type { FlowRequest } from "./queue-set.ts";

/** Upstream's debug endpoints of priority and fairness: tables of levels, of queues, and of requests that run or wait. */
export function flowControlDumps(control: () => FlowControl): readonly PathHandler[] {
  const dump = (name: string, table: (levels: readonly PriorityLevel[]) => readonly Row[]): PathHandler => ({
    path: `/debug/api_priority_and_fairness/${name}`,
    handle: () => {
      const levels = [...control().levels.levels.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      return Promise.resolve(textResponse(200, aligned(table(levels))));
    },
  });
  return [
    dump("dump_priority_levels", dumpLevels),
    dump("dump_queues", dumpQueues),
    dump("dump_requests", dumpRequests),
  ];
}

type Row = readonly (string | number | boolean)[];

function dumpLevels(levels: readonly PriorityLevel[]): readonly Row[] {
  return [
    [
      "PriorityLevelName",
      "ActiveQueues",
      "IsIdle",
      "IsQuiescing",
      "WaitingRequests",
      "ExecutingRequests",
      "DispatchedRequests",
      "RejectedRequests",
      "TimedoutRequests",
      "CancelledRequests",
    ],
    ...levels.map(({ name, queues }) => {
      const { waiting, executing } = queues.state;
      const { dispatched, rejected, timedout, cancelled } = queues.counts;
      const active = [...queues.queues.values()].filter((queue) => queue.waiting.length > 0).length;
      const idle = waiting + executing === 0;
      return [name, active, idle, false, waiting, executing, dispatched, rejected, timedout, cancelled];
    }),
  ];
}

function dumpQueues(levels: readonly PriorityLevel[]): readonly Row[] {
  const header = [
    "PriorityLevelName",
    "Index",
    "PendingRequests",
    "ExecutingRequests",
    "SeatsInUse",
    "NextDispatchR",
    "InitialSeatsSum",
    "MaxSeatsSum",
    "TotalWorkSum",
  ];
  const rows = levels.flatMap(({ name, queues }) =>
    [...queues.queues]
      .sort(([a], [b]) => a - b)
      .map(([index, { waiting, running, seats, start }]) => {
        const sum = waiting.reduce((all, request) => all + request.seats, 0);
        return [name, index, waiting.length, running.size, seats, `${start.toFixed(8)}ss`, sum, sum, `${sum}ss`];
      }),
  );
  return [header, ...rows];
}

function dumpRequests(levels: readonly PriorityLevel[]): readonly Row[] {
  const header = [
    "PriorityLevelName",
    "FlowSchemaName",
    "QueueIndex",
    "RequestIndexInQueue",
    "FlowDistingsher",
    "ArriveTime",
    "InitialSeats",
  ];
  const row = (level: string, at: readonly [number, number], { about, seats }: FlowRequest): Row => [
    level,
    about.schema,
    ...at,
    about.distinguisher,
    new Date(about.arrivedMs).toISOString(),
    seats,
  ];
  const rows = levels.flatMap(({ name, queues }) =>
    [...queues.queues].flatMap(([index, { waiting, running }]) => [
      ...waiting.map((request, i) => row(name, [index, i], request)),
      ...[...running].map((request) => row(name, [index, -1], request)),
    ]),
  );
  return [header, ...rows];
}

/** As upstream's: columns with commas behind them. */
function aligned(rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map((cell, i) => (i < row.length - 1 ? `${cell},` : `${cell}`)));
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((row) => (row[i] ?? "").length)) + 1);
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("")
          .trimEnd()}\n`,
    )
    .join("");
}
