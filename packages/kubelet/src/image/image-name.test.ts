// Names of images as users write them, and the secrets that fit them.
import type { Secret } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { noReferences } from "../references.ts";
import { defaultPullPolicy, fullImageName, parseImageName } from "./image-name.ts";
import { entriesOf, pullSecretCredentials } from "./pull-secrets.ts";

const SHA = `sha256:${"a".repeat(64)}`;

test.each([
  ["busybox", "docker.io/library/busybox:latest"],
  ["busybox:1.36", "docker.io/library/busybox:1.36"],
  ["a/b", "docker.io/a/b:latest"],
  ["index.docker.io/busybox", "docker.io/library/busybox:latest"],
  ["ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1"],
  ["localhost:5000/x", "localhost:5000/x:latest"],
  ["localhost/x:1", "localhost/x:1"],
  [`x@${SHA}`, `docker.io/library/x@${SHA}`],
  [`r.example/x:1@${SHA}`, `r.example/x:1@${SHA}`],
])("%s", (text, full) => {
  expect(fullImageName(text)).toBe(full);
});

test.each(
  [
    ["", "Upper", "a:b:c", "a//b", "a:", "-a", " a", "a/", "host:port/a", "http://a/b"],
    ["a@b@c", "a@sha256:xyz", "a@sha256:12"],
  ].flat(),
)("%j is no name", (text) => {
  expect(parseImageName(text)).toBeUndefined();
  expect(() => fullImageName(text)).toThrow(expect.objectContaining({ code: "InvalidImageName" }));
});

test("latest is pulled always, all else when it is missing", () => {
  expect([
    defaultPullPolicy("a"),
    defaultPullPolicy("a:latest"),
    defaultPullPolicy("a:1"),
    defaultPullPolicy(`a@${SHA}`),
  ]).toEqual(["Always", "Always", "IfNotPresent", "IfNotPresent"]);
});

function secret(auths: object): Secret {
  const data = { ".dockerconfigjson": btoa(JSON.stringify({ auths })) };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", namespace: "n" },
    type: "kubernetes.io/dockerconfigjson",
    data,
  };
}

test("secrets are read, and the most specific that fits comes first", async () => {
  const events: string[] = [];
  const found = secret({
    "https://index.docker.io/v1/": { auth: btoa("hub:pw:with:colons") },
    "r.example/team": { username: "team", password: "t" },
    "*.example": { username: "any", password: "a" },
    "r.example:5000": { username: "port", password: "p" },
  });
  const references = {
    ...noReferences,
    secret: (_: string, name: string) => Promise.resolve(name === "s" ? found : undefined),
  };
  const recorder = { event: (_: unknown, __: string, ___: string, message: string) => void events.push(message) };
  const credentials = pullSecretCredentials(references, recorder);
  const users = async (image: string): Promise<readonly string[]> => {
    const name = parseImageName(image);
    if (name === undefined) return [];
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p", namespace: "n" },
      spec: { containers: [], imagePullSecrets: [{ name: "s" }, { name: "gone" }] },
    };
    return (await credentials(pod, name, new AbortController().signal)).map((a) => `${a.username}:${a.password}`);
  };
  expect(await users("busybox")).toEqual(["hub:pw:with:colons"]);
  expect(await users("r.example/team/app")).toEqual(["team:t", "any:a"]);
  expect(await users("r.example/teams")).toEqual(["any:a"]);
  expect(await users("r.example:5000/x")).toEqual(["port:p"]);
  expect(await users("elsewhere.org/x")).toEqual([]);
  expect(events[0]).toBe(
    "Unable to retrieve some image pull secrets (gone); attempting to pull the image may not succeed.",
  );
});

test("what is no docker configuration gives no credentials", () => {
  expect(
    entriesOf({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { ".dockerconfigjson": btoa("{") } }),
  ).toEqual([]);
  expect(entriesOf({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } })).toEqual([]);
});
