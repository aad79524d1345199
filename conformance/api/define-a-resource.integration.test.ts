// The example of docs/guides/define-a-resource.md: types, definition, client and informer from one definition, on a server in process.
import { readFileSync } from "node:fs";
import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { crdOf, crdYaml, typesOfDefinition } from "@skates/api/custom-resource";
import { parseYaml } from "@skates/apimachinery";
import { clientFor } from "@skates/client";
import { createEnv, seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { createInformer } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import { ADMIN, startTestServer } from "../../packages/kube-apiserver/src/node/testing.ts";
import { backups } from "./backups.ts";

test("the guide shows this very example", () => {
  const guide = readFileSync(new URL("../../docs/guides/define-a-resource.md", import.meta.url), "utf8");
  expect(guide).toContain(readFileSync(new URL("./backups.ts", import.meta.url), "utf8").trimEnd());
});

test("a definition is YAML that says the same, and types are written from it", () => {
  const definition = crdOf(backups);
  expect(parseYaml(crdYaml(backups))).toEqual(JSON.parse(JSON.stringify(definition)));
  expect(typesOfDefinition(definition)).toBe(`/** Types of backups.example.com. */

import type { ObjectMeta } from "@skates/apimachinery";

export interface BackupV1 {
  readonly apiVersion: "example.com/v1";
  readonly kind: "Backup";
  readonly metadata: ObjectMeta;
  /** What is wanted. */
  readonly spec: BackupV1Spec;
  /** What was last seen of it. */
  readonly status?: BackupV1Status;
}

/** What is wanted. */
export interface BackupV1Spec {
  /** When, as cron has it. */
  readonly schedule: string;
  /** So many are kept. */
  readonly keep?: number;
  /** How much is copied. */
  readonly mode?: "Full" | "Incremental";
  /** What is copied. */
  readonly targets: readonly ({
    /** Name of the volume. */
    readonly name: string;
    /** Folder within it. */
    readonly path?: string;
  })[];
}

/** What was last seen of it. */
export interface BackupV1Status {
  /** When one was finished. */
  readonly lastSuccess?: string;
}
`);
});

test("typed clients and informers work on what the definition makes", async () => {
  const server = await startTestServer();
  const stop = new AbortController();
  try {
    const clock = systemClock();
    const random = seededRandom(2);
    const client = clientFor(server.server.loopback(ADMIN), { userAgent: "guide", clock, random });
    const definitions = client.resource<CustomResourceDefinition>(customResourceDefinitions);
    await definitions.create(crdOf(backups), {}, stop.signal);
    const served = async (): Promise<boolean> => {
      const { status } = await definitions.get({ name: "backups.example.com" }, {}, stop.signal);
      return status?.conditions?.some((one) => one.type === "Established" && one.status === "True") === true;
    };
    while (!(await served())) await clock.sleep(5, stop.signal);

    const informer = createInformer(client.resource(backups), backups, { env: createEnv({ clock, random }) });
    const running = informer.run(stop.signal).catch(() => undefined);
    await informer.whenSynced(stop.signal);

    const made = await client.resource(backups).create(
      {
        apiVersion: "example.com/v1",
        kind: "Backup",
        metadata: { name: "nightly", namespace: "default" },
        spec: { schedule: "0 3 * * *", targets: [{ name: "data" }] },
      },
      {},
      stop.signal,
    );
    expect(made.spec).toEqual({
      schedule: "0 3 * * *",
      keep: 3,
      mode: "Full",
      targets: [{ name: "data", path: "/" }],
    });
    const status = { lastSuccess: "2026-11-20T03:00:10Z" };
    const done = await client.resource(backups).updateStatus({ ...made, status }, {}, stop.signal);
    expect(done.status?.lastSuccess).toBe("2026-11-20T03:00:10Z");
    const seen = () => informer.get({ namespace: "default", name: "nightly" })?.status?.lastSuccess;
    while (seen() === undefined) await clock.sleep(5, stop.signal);

    const wrong = client
      .resource(backups)
      .create(
        { ...made, metadata: { name: "b", namespace: "default" }, spec: { ...made.spec, keep: 0 } },
        {},
        stop.signal,
      );
    await expect(wrong).rejects.toThrow("spec.keep in body should be greater than or equal to 1");
    const twice = { ...made.spec, targets: [{ name: "data" }, { name: "data" }] };
    const repeated = client
      .resource(backups)
      .create({ ...made, metadata: { name: "c", namespace: "default" }, spec: twice }, {}, stop.signal);
    await expect(repeated).rejects.toThrow('spec.targets[1]: Duplicate value: {"name":"data"}');
    stop.abort();
    await running;
  } finally {
    stop.abort();
    await server.stop();
  }
});
