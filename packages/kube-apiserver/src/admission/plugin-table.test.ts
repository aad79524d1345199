// Which plugins run by default and by flags, and upstream's sentences on flags that cannot be.
import { describe, expect, it } from "vitest";
import { allPluginNames, choosePlugins } from "./plugin-table.ts";

const OFF = [
  "AlwaysAdmit",
  "NamespaceAutoProvision",
  "NamespaceExists",
  "LimitPodHardAntiAffinityTopology",
  "AlwaysPullImages",
  "ImagePolicyWebhook",
  "PodNodeSelector",
  "PodTolerationRestriction",
  "EventRateLimit",
  "ExtendedResourceToleration",
  "OwnerReferencesPermissionEnforcement",
  "DenyServiceExternalIPs",
  "AlwaysDeny",
];

describe("choosePlugins", () => {
  it("gives the default set in order", () => {
    const chosen = choosePlugins({ enable: [], disable: [] });
    expect(chosen).toEqual(allPluginNames().filter((name) => !OFF.includes(name)));
  });

  it("enables and disables without changing the order", () => {
    const enable = ["AlwaysDeny", "AlwaysPullImages"];
    const disable = allPluginNames().filter((name) => !enable.includes(name) && name !== "PodSecurity");
    expect(choosePlugins({ enable, disable })).toEqual(["AlwaysPullImages", "PodSecurity", "AlwaysDeny"]);
  });

  it("refuses unknown names and contradictions", () => {
    const refused = (enable: readonly string[], disable: readonly string[]) => () => choosePlugins({ enable, disable });
    expect(refused(["Nope"], [])).toThrow('enable-admission-plugins plugin "Nope" is unknown');
    expect(refused([], ["podsecurity"])).toThrow('disable-admission-plugins plugin "podsecurity" is unknown');
    expect(refused(["Priority", "AlwaysDeny"], ["Priority", "AlwaysDeny"])).toThrow(
      "[AlwaysDeny Priority] in enable-admission-plugins and disable-admission-plugins overlapped",
    );
  });
});
