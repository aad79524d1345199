// The command on files: several documents, lists, files without definitions, and no file at all.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { crdToTs } from "./crd-to-ts.ts";

const folder = mkdtempSync(join(tmpdir(), "crd-to-ts-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const { flags } = parseFlags(crdToTs.name, crdToTs.flags, []);
  await crdToTs.run({
    flags,
    args,
    dataDir: folder,
    signal: new AbortController().signal,
    print: (line) => lines.push(line),
  });
  return lines.join("\n");
}

const crd = (kind: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${kind.toLowerCase()}s.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: ${kind.toLowerCase()}s, kind: ${kind} }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { "a-b": { type: string, nullable: true } } } } } }
`;

test("all definitions of a file are written", async () => {
  const file = join(folder, "two.yaml");
  writeFileSync(file, `apiVersion: v1\nkind: Namespace\nmetadata: { name: n }\n---\n${crd("Boat")}---\n${crd("Sail")}`);
  const text = await run(file);
  expect(text.match(/export interface \w+/g)).toEqual([
    "export interface BoatV1",
    "export interface BoatV1Spec",
    "export interface SailV1",
    "export interface SailV1Spec",
  ]);
  expect(text).toContain('  readonly "a-b"?: string | null;');
});

test("what is missing is said", async () => {
  const file = join(folder, "none.yaml");
  writeFileSync(file, "kind: Namespace\n");
  await expect(run(file)).rejects.toThrow(`${file} has no CustomResourceDefinition`);
  await expect(run(join(folder, "nowhere.yaml"))).rejects.toThrow("nowhere.yaml cannot be read");
  await expect(async () => await run()).rejects.toThrow("name one file");
});
