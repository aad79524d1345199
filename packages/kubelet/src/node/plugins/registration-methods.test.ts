// The paths by which stock plugins serve what the kubelet asks them: names that our own test plugins and the kubelet could get wrong alike.
import { expect, test } from "vitest";
import { draService } from "../../dra/plugin-info.ts";
import { nodeService } from "../csi/csi-methods.ts";
import { registrationService } from "./registration-methods.ts";

test("methods have the paths of the interfaces' own definitions", () => {
  const offer = (version: string) => draService({ type: "", name: "", endpoint: "", versions: [version] });
  expect([
    registrationService.getInfo.path,
    registrationService.notifyRegistrationStatus.path,
    nodeService.nodeGetInfo.path,
    offer("v1.DRAPlugin"),
    offer("v1beta1.DRAPlugin"),
  ]).toEqual([
    "/pluginregistration.Registration/GetInfo",
    "/pluginregistration.Registration/NotifyRegistrationStatus",
    "/csi.v1.Node/NodeGetInfo",
    "k8s.io.kubelet.pkg.apis.dra.v1.DRAPlugin",
    "k8s.io.kubelet.pkg.apis.dra.v1beta1.DRAPlugin",
  ]);
});
