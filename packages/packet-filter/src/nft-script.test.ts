// A change touches only what differs, in an order that nftables accepts.
import { expect, test } from "vitest";
import { changeScript, fullScript } from "./nft-script.ts";
import type { Chain, ElementSet, Table } from "./table.ts";

const TYPE = "ipv4_addr . inet_proto . inet_service : verdict";

function table(chains: Readonly<Record<string, readonly string[]>>, services: Readonly<Record<string, string>>): Table {
  return {
    name: "t",
    family: "ip",
    chains: new Map<string, Chain>([
      ["in", { hook: "type nat hook prerouting priority dstnat;", rules: ["counter"] }],
      ...Object.entries(chains).map(([name, rules]) => [name, { rules }] as const),
    ]),
    sets: new Map<string, ElementSet>([
      ["hairpin", { type: "ipv4_addr . ipv4_addr", elements: new Set(["10.0.0.1 . 10.0.0.1"]) }],
      ["seen", { type: "ipv4_addr", dynamic: "flags dynamic, timeout; timeout 3h;", elements: new Set() }],
    ]),
    maps: new Map([["services", { type: TYPE, elements: new Map(Object.entries(services)) }]]),
  };
}

const one = table({ a: ["accept"] }, { "10.96.0.1 . tcp . 443": "goto a" });

test("from nothing, whatever stood there before goes", () => {
  expect(fullScript(one)).toBe(`add table ip t
delete table ip t
add table ip t
add set ip t hairpin { type ipv4_addr . ipv4_addr; }
add set ip t seen { type ipv4_addr; flags dynamic, timeout; timeout 3h; }
add map ip t services { type ${TYPE}; }
add chain ip t in { type nat hook prerouting priority dstnat; }
add chain ip t a
add rule ip t in counter
add rule ip t a accept
add element ip t hairpin { 10.0.0.1 . 10.0.0.1 }
add element ip t services { 10.96.0.1 . tcp . 443 : goto a }
`);
});

test("no difference, no script", () => {
  expect(changeScript(one, table({ a: ["accept"] }, { "10.96.0.1 . tcp . 443": "goto a" }))).toBe("");
});

test("a changed chain is refilled in place", () => {
  const next = table({ a: ["drop"] }, { "10.96.0.1 . tcp . 443": "goto a" });
  expect(changeScript(one, next)).toBe("flush chain ip t a\nadd rule ip t a drop\n");
});

test("a chain that goes is removed after the elements that pointed to it", () => {
  const next = table({ b: ["drop"] }, { "10.96.0.1 . tcp . 443": "goto b" });
  expect(changeScript(one, next)).toBe(`add chain ip t b
add rule ip t b drop
delete element ip t services { 10.96.0.1 . tcp . 443 }
add element ip t services { 10.96.0.1 . tcp . 443 : goto b }
flush chain ip t a
delete chain ip t a
`);
});
