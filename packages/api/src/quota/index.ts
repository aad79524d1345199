/**
 * What objects use of quotas: shared by the admission plugin that charges them and the controller that counts anew. Start with
 * `usage.ts`; `scopes.ts` says which objects a quota is about.
 */
export { type QuotaSubject, quotaMatches, quotaResources, quotaUsage, totalUsage } from "./usage.ts";
export { isInScope, type ScopeRequirement, type ScopeSubject, scopesMatch, scopesOf } from "./scopes.ts";
export { addQuantities, exceeding, masked, subtractQuantities } from "./sums.ts";
