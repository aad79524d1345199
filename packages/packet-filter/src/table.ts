/** A chain: with `hook` it is entered by packets (`type nat hook prerouting priority dstnat`), without only by jumps. */
export interface Chain {
  /** `type nat hook prerouting priority -100; policy accept;` */
  readonly hook?: string | undefined;
  /** In nftables' own language, one rule each. */
  readonly rules: readonly string[];
}

/** A named set: its type (`ipv4_addr . ipv4_addr`) and its elements. Sets that packets themselves fill are `dynamic`. */
export interface ElementSet {
  readonly type: string;
  /** Extra properties, such as `flags dynamic, timeout; timeout 3h;`: such a set is never written but created. */
  readonly dynamic?: string | undefined;
  readonly elements: ReadonlySet<string>;
}

/** A named map from keys to values (addresses or verdicts such as `goto svc-1`). */
export interface ElementMap {
  /** `ipv4_addr . inet_proto . inet_service : verdict` */
  readonly type: string;
  readonly elements: ReadonlyMap<string, string>;
}

/** A whole table. Two equal values mean the same filter; names are unique within their kind. */
export interface Table {
  /** Also names the owner: `skates-1a2b3c4d`. */
  readonly name: string;
  readonly family: "ip" | "ip6" | "inet";
  readonly chains: ReadonlyMap<string, Chain>;
  readonly sets: ReadonlyMap<string, ElementSet>;
  readonly maps: ReadonlyMap<string, ElementMap>;
}
