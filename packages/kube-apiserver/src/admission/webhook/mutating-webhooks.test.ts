// What webhooks change: their order, the second round, patches that fit and patches that do not. A real HTTPS server answers.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SeenRequest } from "../../node/testing-webhooks.ts";
import {
  admin,
  allowed,
  CONFIG_MAPS,
  FAILED,
  INVALID,
  MUTATING,
  patching,
  refusal,
  review,
  WebhookWorld,
} from "./testing.ts";

let world: WebhookWorld;
beforeAll(async () => {
  world = await WebhookWorld.start();
});
afterAll(() => world.stop());
afterEach(() => world.reset());

describe("changes", () => {
  test("are made one after another, by name of the configuration", async () => {
    const to = (path: string) => ({ clientConfig: { url: world.hook.url + path, caBundle: world.hook.caBundle } });
    await world.configureAs("b", MUTATING, [world.webhook(to("/b"))]);
    await world.configureAs("a", MUTATING, [
      world.webhook(to("/a1")),
      world.webhook({ ...to("/a2"), name: "more.example.com" }),
    ]);
    const from = world.hook.seen.length;
    world.hook.answer((request) =>
      patching({ op: "add", path: `/data/${request.url.slice(1).split("?")[0]}`, value: "x" })(request),
    );
    const { body } = await world.create("changed");
    expect(body.data).toEqual({ key: "value", a1: "x", a2: "x", b: "x" });
    expect(
      world.hook.seen.slice(from).map(({ url, body: { request } }) => [url, Object.keys(request.object.data)]),
    ).toEqual([
      ["/a1?timeout=10s", ["key"]],
      ["/a2?timeout=10s", ["a1", "key"]],
      ["/b?timeout=10s", ["a1", "a2", "key"]],
    ]);
    expect(world.notes["mutation.webhook.admission.k8s.io/round_0_index_0"]).toBe(
      '{"configuration":"a","webhook":"maps.example.com","mutated":true}',
    );
    expect(world.notes["patch.webhook.admission.k8s.io/round_0_index_2"]).toBe(
      '{"configuration":"b","webhook":"maps.example.com","patch":[{"op":"add","path":"/data/b","value":"x"}],"patchType":"JSONPatch"}',
    );
  });

  test("after it make a webhook be asked again, once, if it wants to be", async () => {
    const to = (path: string) => ({ clientConfig: { url: world.hook.url + path, caBundle: world.hook.caBundle } });
    await world.configure(
      MUTATING,
      world.webhook({ ...to("/first"), name: "first.example.com", reinvocationPolicy: "IfNeeded" }),
      world.webhook({ ...to("/second"), name: "second.example.com", reinvocationPolicy: "IfNeeded" }),
      world.webhook({ ...to("/never"), name: "never.example.com" }),
    );
    const from = world.hook.seen.length;
    world.hook.answer((request) =>
      request.url.startsWith("/second")
        ? patching({ op: "add", path: "/data/second", value: "x" })(request)
        : allowed(request),
    );
    const { body } = await world.create("reinvoked");
    expect(body.data).toEqual({ key: "value", second: "x" });
    expect(world.hook.seen.slice(from).map(({ url }) => url.split("?")[0])).toEqual([
      "/first",
      "/second",
      "/never",
      "/first",
    ]);
  });

  test("to custom, pods and others go through defaults and validation", async () => {
    const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }];
    await world.configure(MUTATING, world.webhook({ rules }));
    await world.at.call(admin, "POST", "/api/v1/namespaces/default/serviceaccounts", { metadata: { name: "default" } });
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "sidecar" },
      spec: { containers: [{ name: "main", image: "i" }] },
    };
    world.hook.answer(patching({ op: "add", path: "/spec/containers/-", value: { name: "proxy", image: "p" } }));
    const { body } = await world.at.call(admin, "POST", "/api/v1/namespaces/default/pods", pod);
    expect([body.spec.containers[1].name, body.spec.containers[1].imagePullPolicy]).toEqual(["proxy", "Always"]);
    // ServiceAccount ran once more and gave the new container its volume.
    expect(body.spec.containers[1].volumeMounts).toEqual(body.spec.containers[0].volumeMounts);
    world.hook.answer(patching({ op: "replace", path: "/spec/containers/0/name", value: "Not A Name" }));
    const invalid = await world.at.call(admin, "POST", "/api/v1/namespaces/default/pods", {
      ...pod,
      metadata: { name: "broken" },
    });
    expect([invalid.status, invalid.body.reason]).toEqual([422, "Invalid"]);
  });
});

describe("patches that lie", () => {
  test("about patches", async () => {
    await world.configure(MUTATING, world.webhook());
    const m = (answering: (request: SeenRequest) => unknown): Promise<string> => world.said("lied-to-m", answering);
    const patch = btoa('[{"op":"add","path":"/data/x","value":"y"}]');
    expect(await m((request) => review(request, { allowed: true, patch }))).toBe(
      `${INVALID}webhook returned response.patch but not response.patchType`,
    );
    expect(await m((request) => review(request, { allowed: true, patchType: "JSONPatch" }))).toBe(
      `${INVALID}webhook returned response.patchType but not response.patch`,
    );
    expect(await m((request) => review(request, { allowed: true, patch, patchType: "MergePatch" }))).toBe(
      `${FAILED}unsupported patch type "MergePatch"`,
    );
    expect(
      await m((request) => review(request, { allowed: true, patch: btoa("{"), patchType: "JSONPatch" })),
    ).toContain(`${FAILED}received undecodable patch in webhook response: `);
    expect(await m(patching({ op: "replace", path: "/data/none/x", value: 1 }))).toBe(
      "500 Internal error occurred: replace operation does not apply: doc is missing key: /data/none/x: missing value",
    );
    expect(await m(patching({ op: "replace", path: "/data", value: "text" }))).toContain(
      "500 Internal error occurred: ",
    );
    expect(await m(patching({ op: "replace", path: "/kind", value: "Secret" }))).toBe(
      "500 Internal error occurred: the patch does not leave a ConfigMap of v1",
    );
    expect(await m(patching({ op: "replace", path: "/metadata/namespace", value: "kube-system" }))).toBe(
      "400 the namespace of the provided object does not match the namespace sent on the request",
    );
    expect((await world.at.call(admin, "GET", `${CONFIG_MAPS}/lied-to-m`)).status).toBe(404);
  });

  test("with a patch of what is deleted", async () => {
    await world.create("doomed");
    await world.configure(MUTATING, world.webhook());
    world.hook.answer(patching({ op: "add", path: "/data/x", value: "y" }));
    expect(refusal(await world.at.call(admin, "DELETE", `${CONFIG_MAPS}/doomed`))).toEqual([
      500,
      "InternalError",
      'Internal error occurred: admission webhook "maps.example.com" attempted to modify the object, which is not supported for this operation',
    ]);
    expect((await world.at.call(admin, "GET", `${CONFIG_MAPS}/doomed`)).status).toBe(200);
  });
});
