import type { PolicyRule } from "@skates/api/rbac/v1";

/** Verbs, groups, resources and names as words with spaces between; `core` stands for the group without a name. */
export function rule(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    verbs: words(verbs),
    apiGroups: words(groups).map((group) => (group === "core" ? "" : group)),
    resources: words(resources),
    ...(names === undefined ? {} : { resourceNames: words(names) }),
  };
}

/** The right to read paths. */
export function paths(urls: string): PolicyRule {
  return { verbs: ["get"], nonResourceURLs: words(urls) };
}

/** To see objects. */
export const READ = "get list watch";
/** To change them. */
export const WRITE = "create delete deletecollection patch update";
/** To see and change them. */
export const READ_WRITE = "create delete deletecollection get list patch update watch";
/** Everybody who works tells of it. */
export const EVENTS = rule("create patch update", "core events.k8s.io", "events");

function words(text: string): readonly string[] {
  return text.split(/\s+/u).filter((word) => word !== "");
}
