// The flags that name an etcd: what they give, and what is refused with a word on what would be right.
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { ETCD_FLAGS, etcdFrom } from "./etcd-flags.ts";
import { parseFlags } from "./flags.ts";

const read = (...argv: readonly string[]) => etcdFrom(parseFlags("up", ETCD_FLAGS, argv).flags);

it("reads kube-apiserver's flags", () => {
  expect(read()).toBe(undefined);
  const files = ["--etcd-cafile=/ca", "--etcd-certfile=crt", "--etcd-keyfile=/key"];
  expect(read("--etcd-servers", "https://a:2379,https://b:2379", "--etcd-prefix=k8s/", ...files)).toEqual({
    servers: ["https://a:2379", "https://b:2379"],
    prefix: "/k8s",
    caFile: "/ca",
    certFile: resolve("crt"),
    keyFile: "/key",
  });
  expect(read("--etcd-servers=http://a")?.prefix).toBe("/registry");
});

it.each([
  [["--etcd-prefix=/x"], /--etcd-prefix needs --etcd-servers/],
  [["--etcd-servers=a:2379"], /invalid value "a:2379" for flag --etcd-servers: https:\/\/host:2379/],
  [["--etcd-servers=http://a", "--etcd-certfile=x"], /go together/],
])("refuses %j", (argv, message) => {
  expect(() => read(...argv)).toThrow(message);
});
