import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Component, type Env, messageOf } from "@skates/component-base";
import type { ClusterPki } from "@skates/pki/node";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { openPki } from "../cluster/pki.ts";
import type { ReloadableFile } from "./reload.ts";

/** A cluster's certificates as they are at the moment. */
export interface LivePki {
  current(): ClusterPki;
  reload(): Promise<void>;
  /** Called with what is new, after each change; also with what a node or another client of its own has. */
  onChange(apply: (pki: ClusterPki) => void | Promise<void>): void;
  /** Read again when they change: somebody has rotated them. */
  readonly files: readonly ReloadableFile[];
  /** A client's or server's own pair, kept current. */
  follow<T>(read: (pki: ClusterPki) => Promise<T>): Promise<() => T>;
  /** Renews what ends in less than 30 days, looked at every hour. */
  readonly renewal: Component;
}

const LOOK_EVERY_MS = 3_600_000;

export interface LivePkiOptions {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  /** Of this machine. */
  readonly address: string;
  /** The processes of a cluster look at different times: no two renew the same file at once. */
  readonly process: "server" | "agent";
}

/** Opens the certificates and keeps them right while the process runs. */
export async function openLivePki({ paths, config, address, process }: LivePkiOptions, env: Env): Promise<LivePki> {
  let pki = await openPki(paths, config, address);
  const listeners: ((pki: ClusterPki) => void | Promise<void>)[] = [];
  const reload = async (): Promise<void> => {
    pki = await openPki(paths, config, address);
    for (const apply of listeners) await apply(pki);
  };
  return {
    current: () => pki,
    reload,
    onChange: (apply) => void listeners.push(apply),
    async follow(read) {
      let value = await read(pki);
      listeners.push(async (next) => {
        value = await read(next);
      });
      return () => value;
    },
    files: certificateFiles(paths.pki).map((path) => ({ path, reload })),
    renewal: {
      name: "certificate-renewal",
      ready: () => true,
      async run(signal) {
        if (process === "agent") await env.clock.sleep(LOOK_EVERY_MS / 2, signal);
        for (;;) {
          await env.clock.sleep(LOOK_EVERY_MS, signal);
          try {
            await reload();
          } catch (error) {
            signal.throwIfAborted();
            env.log.error("Certificates cannot be renewed", { error: messageOf(error) });
          }
        }
      },
    },
  };
}

/** All certificates of a directory, and the keys of tokens. */
function certificateFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".crt") || name === "sa.pub")
    .sort()
    .map((name) => join(directory, name));
}
