// Flags of the front proxy's client certificate: both or none, read from files.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { AGGREGATION_FLAGS, proxyClientFrom } from "./aggregation.ts";

const read = (...argv: readonly string[]) => proxyClientFrom(parseFlags("up", AGGREGATION_FLAGS, argv).flags);

it("reads both files, or takes the cluster's own", () => {
  expect(read()).toBe(undefined);
  const folder = mkdtempSync(join(tmpdir(), "skates-proxy-"));
  for (const name of ["cert", "key"]) writeFileSync(join(folder, name), name);
  const files = [`--proxy-client-cert-file=${folder}/cert`, `--proxy-client-key-file=${folder}/key`];
  expect(read(...files)).toEqual({ cert: "cert", key: "key" });
  rmSync(folder, { recursive: true });
});

it("refuses one without the other, and files that are not there", () => {
  expect(() => read("--proxy-client-cert-file=/x")).toThrow("must be given together");
  expect(() => read("--proxy-client-cert-file=/none", "--proxy-client-key-file=/none")).toThrow(/no such file/);
});
