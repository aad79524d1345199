import type { Chain, ElementMap, ElementSet, Table } from "./table.ts";

/** The script that makes `table` from nothing, whatever stood under its name before. */
export function fullScript(table: Table): string {
  const id = `${table.family} ${table.name}`;
  const empty: Table = { ...table, chains: new Map(), sets: new Map(), maps: new Map() };
  return `add table ${id}\ndelete table ${id}\nadd table ${id}\n${changeScript(empty, table)}`;
}

/**
 * The script that turns `old` into `next`: touches only what differs. Empty when nothing does. Within it, chains come before the
 * elements that point to them, and are removed after those.
 */
export function changeScript(old: Table, next: Table): string {
  const id = `${next.family} ${next.name}`;
  return [
    ...containers(id, "set", old.sets, next.sets),
    ...containers(id, "map", old.maps, next.maps),
    ...newChains(id, old, next),
    ...chainRules(id, old, next),
    ...elements(id, old, next),
    ...goneChains(id, old, next),
    ...goneContainers(id, "map", old.maps, next.maps),
    ...goneContainers(id, "set", old.sets, next.sets),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function declaration(container: ElementSet | ElementMap): string {
  const extra = "dynamic" in container && container.dynamic !== undefined ? ` ${container.dynamic}` : "";
  return `{ type ${container.type};${extra} }`;
}

type Containers = ReadonlyMap<string, ElementSet | ElementMap>;

function containers(id: string, word: "set" | "map", old: Containers, next: Containers): readonly string[] {
  const out: string[] = [];
  for (const [name, container] of next)
    if (!old.has(name)) out.push(`add ${word} ${id} ${name} ${declaration(container)}`);
  return out;
}

function goneContainers(id: string, word: "set" | "map", old: Containers, next: Containers): readonly string[] {
  return [...old.keys()].filter((name) => !next.has(name)).map((name) => `delete ${word} ${id} ${name}`);
}

function newChains(id: string, old: Table, next: Table): readonly string[] {
  const out: string[] = [];
  for (const [name, chain] of next.chains) {
    if (old.chains.has(name)) continue;
    out.push(chain.hook === undefined ? `add chain ${id} ${name}` : `add chain ${id} ${name} { ${chain.hook} }`);
  }
  return out;
}

function chainRules(id: string, old: Table, next: Table): readonly string[] {
  const out: string[] = [];
  for (const [name, chain] of next.chains) {
    const before = old.chains.get(name);
    if (before !== undefined && sameRules(before, chain)) continue;
    if (before !== undefined) out.push(`flush chain ${id} ${name}`);
    for (const rule of chain.rules) out.push(`add rule ${id} ${name} ${rule}`);
  }
  return out;
}

function sameRules(a: Chain, b: Chain): boolean {
  return a === b || (a.rules.length === b.rules.length && a.rules.every((rule, i) => rule === b.rules[i]));
}

function elements(id: string, old: Table, next: Table): readonly string[] {
  const out: string[] = [];
  for (const [name, set] of next.sets) {
    if (set.dynamic !== undefined) continue;
    const before = old.sets.get(name)?.elements ?? new Set<string>();
    pushElements(
      out,
      `delete element ${id} ${name}`,
      [...before].filter((e) => !set.elements.has(e)),
    );
    pushElements(
      out,
      `add element ${id} ${name}`,
      [...set.elements].filter((e) => !before.has(e)),
    );
  }
  for (const [name, map] of next.maps) {
    const before = old.maps.get(name)?.elements ?? new Map<string, string>();
    const changed = (key: string, value: string): boolean => map.elements.get(key) !== value;
    pushElements(
      out,
      `delete element ${id} ${name}`,
      [...before].filter(([k, v]) => changed(k, v)).map(([k]) => k),
    );
    const added = [...map.elements].filter(([k, v]) => before.get(k) !== v).map(([k, v]) => `${k} : ${v}`);
    pushElements(out, `add element ${id} ${name}`, added);
  }
  // Elements of a container that goes away point to chains that may go too.
  for (const [name, map] of old.maps) {
    if (!next.maps.has(name)) pushElements(out, `delete element ${id} ${name}`, [...map.elements.keys()]);
  }
  return out;
}

function pushElements(out: string[], command: string, members: readonly string[]): void {
  if (members.length > 0) out.push(`${command} { ${members.join(", ")} }`);
}

/** A chain can only go once nothing jumps to it: all are emptied first, since they may jump to each other. */
function goneChains(id: string, old: Table, next: Table): readonly string[] {
  const gone = [...old.chains.keys()].filter((name) => !next.chains.has(name));
  return [...gone.map((name) => `flush chain ${id} ${name}`), ...gone.map((name) => `delete chain ${id} ${name}`)];
}
