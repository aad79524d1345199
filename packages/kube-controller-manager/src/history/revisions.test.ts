// Revisions of workloads: what they keep, which one is the present, what a rollback makes of them, which are deleted. Values in and out.
import { alreadyExists, type ApiObject } from "@skates/apimachinery";
import { type ControllerRevision, controllerRevisions } from "@skates/api/apps/v1";
import type { PodTemplateSpec } from "@skates/api/core/v1";
import { createLister, creation } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import { revisionData, templateIn } from "./revision-data.ts";
import { collisionsAfter, type Historian, historyCleanup, historyOf } from "./revisions.ts";

const template = (image: string): PodTemplateSpec => ({
  metadata: { name: "", labels: { b: "2", a: "1" } },
  spec: { containers: [{ name: "c", image, command: ["sh", "-c", "a && b"] }], restartPolicy: "Always" },
});
const owner: ApiObject = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "web", namespace: "n", uid: "w", annotations: { "kubernetes.io/change-cause": "why" } },
};
const historian = (image: string, collisions = 0): Historian => ({
  owner,
  template: template(image),
  hashLabel: "hash",
  collisions,
});
function kept(image: string, revision: number): ControllerRevision {
  const { current } = historyOf(historian(image), []);
  return { ...current, metadata: { ...current.metadata, uid: image }, revision };
}
const shown = (revisions: readonly ControllerRevision[]) =>
  revisions.map((one) => `${templateIn(one)?.spec?.containers[0]?.image} ${one.revision}`);

test("the template is kept with sorted keys and empty parts, so that kubectl finds the bytes that it makes itself", () => {
  expect(JSON.stringify(revisionData(template("i")))).toBe(
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"command":["sh","-c","a && b"],"image":"i","name":"c","resources":{}}],"restartPolicy":"Always"}}}}',
  );
});

test("what was kept comes back as it was", () => {
  const revision = kept("i", 1);
  expect(revisionData(templateIn(revision) ?? {})).toEqual(revision.data);
  expect(templateIn({ ...revision, data: { other: true } })).toBeUndefined();
});

test("a template that is new gets a revision after all others", () => {
  const history = historyOf(historian("three"), [kept("two", 5), kept("one", 4)]);
  expect([shown([history.current]), shown(history.old), history.actions]).toEqual([
    ["three 6"],
    ["one 4", "two 5"],
    [creation(controllerRevisions, history.current)],
  ]);
  expect(history.current.metadata).toMatchObject({
    name: `web-${history.current.metadata.labels?.["hash"]}`,
    labels: { a: "1", b: "2" },
    annotations: { "kubernetes.io/change-cause": "why" },
  });
});

test("the newest revision of the template is the present one; an older one becomes the newest", () => {
  const still = historyOf(historian("two"), [kept("one", 4), kept("two", 5)]);
  expect([shown([still.current]), still.actions]).toEqual([["two 5"], []]);
  const back = historyOf(historian("one"), [kept("one", 4), kept("two", 5)]);
  expect([shown([back.current]), shown(back.old), back.actions.map((action) => action.do)]).toEqual([
    ["one 6"],
    ["two 5"],
    ["update"],
  ]);
});

test("the oldest beyond the limit are deleted, but not twice", () => {
  const deleting = {
    ...kept("one", 1),
    metadata: { ...kept("one", 1).metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
  };
  const names = (revisions: readonly ControllerRevision[], limit: number) =>
    historyCleanup(revisions, limit).map((action) => (action.do === "delete" ? action.uid : action.do));
  expect(names([kept("one", 1), kept("two", 2), kept("three", 3)], 1)).toEqual(["one", "two"]);
  expect(names([deleting, kept("two", 2)], 1)).toEqual([]);
  expect(names([kept("one", 1)], 5)).toEqual([]);
});

test("a name that another revision has is avoided; our own is waited for", () => {
  const subject = historian("one", 2);
  const { current } = historyOf(subject, []);
  const failures = [{ action: creation(controllerRevisions, current), error: alreadyExists(controllerRevisions, "x") }];
  const after = (...there: readonly ControllerRevision[]) => collisionsAfter(subject, createLister(there), failures);
  expect(collisionsAfter(subject, createLister<ControllerRevision>([]), [])).toBeUndefined();
  expect(after()).toBe(2);
  expect(after(current)).toBe(2);
  expect(after({ ...current, data: { other: true } })).toBe(3);
});
