import { type Infer, list, map, opt, string, struct } from "@skates/apimachinery";

export const UserInfo = struct("authentication.k8s.io/v1.UserInfo", {
  username: opt(1, string, ""),
  uid: opt(2, string, ""),
  groups: opt(3, list(string), ""),
  extra: opt(4, map(list(string, "atomic", true)), ""),
});
export interface UserInfo extends Infer<typeof UserInfo> {}
