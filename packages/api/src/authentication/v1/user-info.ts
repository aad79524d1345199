import { type Infer, list, map, opt, string, struct } from "@skates/apimachinery";

export const UserInfo = struct(
  "authentication.k8s.io/v1.UserInfo",
  {
    username: opt(1, string, "Name, unique among all users."),
    uid: opt(2, string, "Id that is never given twice."),
    groups: opt(3, list(string), "Groups that the user is in."),
    extra: opt(4, map(list(string, "atomic", true)), "Whatever else is known."),
  },
  { doc: "A user as the server knows them." },
);
export interface UserInfo extends Infer<typeof UserInfo> {}
