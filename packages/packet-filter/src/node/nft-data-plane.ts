import { spawn } from "node:child_process";
import { OperatingError } from "@skates/component-base";
import type { DataPlane } from "../data-plane.ts";
import { changeScript, fullScript } from "../nft-script.ts";
import type { Table } from "../table.ts";

/**
 * nftables by scripts on the standard input of `nft`. What was applied is remembered, so that a change costs what changed; after
 * a failure, and for the first time, the table is replaced whole (still in one transaction). One writer a table; calls are queued.
 */
export function nftDataPlane(options: { readonly program?: string } = {}): DataPlane {
  const program = options.program ?? "nft";
  const applied = new Map<string, Table>();
  let last: Promise<void> = Promise.resolve();

  function queued(work: () => Promise<void>): Promise<void> {
    const result = last.then(work);
    last = result.catch(() => undefined); // the caller has the failure
    return result;
  }

  async function applyNow(next: Table, signal: AbortSignal): Promise<void> {
    const old = applied.get(next.name);
    const script = old === undefined ? fullScript(next) : changeScript(old, next);
    if (script === "") return;
    applied.delete(next.name);
    await runNft(program, script, signal);
    applied.set(next.name, next);
  }

  return {
    apply: (next, signal) => queued(() => applyNow(next, signal)),
    remove: ({ name, family }, signal) =>
      queued(() => {
        applied.delete(name);
        return runNft(program, `add table ${family} ${name}\ndelete table ${family} ${name}\n`, signal);
      }),
  };
}

function runNft(program: string, script: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["-f", "-"], { stdio: ["pipe", "ignore", "pipe"], signal });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (errors.length < 2_000) errors += chunk.toString();
    });
    child.on("error", (cause) => {
      reject(new OperatingError("NftFailed", `${program} could not be run: install the package nftables`, { cause }));
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new OperatingError("NftFailed", `nft refused the rules: ${errors.trim()}`));
    });
    // nft may end before it has read all; its exit code tells why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}
