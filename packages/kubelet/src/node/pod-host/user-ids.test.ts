// What a pod's directory notes about its users: upstream's file, whole or refused.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readUserIds, writeUserIds } from "./user-ids.ts";

const directory = mkdtempSync(join(tmpdir(), "skates-user-ids-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("what was written is read, in upstream's form", async () => {
  expect(await readUserIds(directory)).toBeUndefined();
  await writeUserIds(directory, { first: 131_072, length: 65_536 });
  expect(await readUserIds(directory)).toEqual({ first: 131_072, length: 65_536 });
  const mapping = { hostId: 131_072, containerId: 0, length: 65_536 };
  expect(JSON.parse(readFileSync(join(directory, "userns"), "utf8"))).toEqual({
    uidMappings: [mapping],
    gidMappings: [mapping],
  });
});

const one = '{"hostId":65536,"containerId":0,"length":65536}';
const two = '{"hostId":131072,"containerId":0,"length":65536}';
test.each([
  ["", "invalid user namespace mappings file"],
  ["[]", "invalid user namespace mappings file"],
  ["{}", "no more than one mapping allowed"],
  [`{"uidMappings":[${one}],"gidMappings":[${two}]}`, "GID and UID mapping should be identical"],
  [`{"uidMappings":[${one},${two}],"gidMappings":[${one},${two}]}`, "no more than one mapping allowed"],
  ['{"uidMappings":[{"containerId":5}],"gidMappings":[{"containerId":5}]}', "UID 0 must be mapped"],
  ['{"uidMappings":[{"containerId":0}],"gidMappings":[{"containerId":0}]}', "invalid user namespace mappings file"],
])("%s is refused", async (text, message) => {
  writeFileSync(join(directory, "userns"), text);
  await expect(readUserIds(directory)).rejects.toThrow(message);
});
