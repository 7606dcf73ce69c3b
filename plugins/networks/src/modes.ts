/** The kinds of networks: one table, in the order in which they are offered. */

import { gettext as _, N_ } from "../../lib/cockpit";

export interface Mode {
  readonly label: string;
  readonly text: string;
  /** libvirt makes its bridge, and serves addresses and names on it. */
  readonly own: boolean;
  /** Whether a device of the host is asked for, and whether there must be one. */
  readonly device?: "optional" | "required";
}

export const MODES: Readonly<Record<string, Mode>> = {
  nat: {
    label: N_("NAT"),
    text: N_("Machines reach what the host reaches, by the host's address. Nobody outside reaches them."),
    own: true,
    device: "optional",
  },
  route: {
    label: N_("Routed"),
    text: N_("Machines keep their own addresses outside; the routers there have to know the way back to this host."),
    own: true,
    device: "optional",
  },
  open: {
    label: N_("Open"),
    text: N_("Routed, without a firewall of libvirt: what passes is the host's own matter."),
    own: true,
  },
  isolated: {
    label: N_("Isolated"),
    text: N_("Machines reach one another and the host, and nobody else."),
    own: true,
  },
  bridge: {
    label: N_("Bridge"),
    text: N_("Machines are plugged into a bridge that the host has already, and are seen outside like the host itself."),
    own: false,
  },
  macvtap: {
    label: N_("Shared device (macvtap)"),
    text: N_("Machines share a device of the host, each with a MAC address of its own. They do not reach the host itself that way."),
    own: false,
    device: "required",
  },
  hostdev: {
    label: N_("SR-IOV pool"),
    text: N_("Each machine gets a virtual function of a network card as its own device."),
    own: false,
    device: "required",
  },
};

/** The name of a mode, also of one that is not offered here. */
export function modeLabel(mode: string): string {
  const known = MODES[mode];
  return known ? _(known.label) : mode;
}

export const SHARINGS: Readonly<Record<string, string>> = {
  bridge: N_("Machines reach one another directly"),
  vepa: N_("All traffic goes through the switch outside (VEPA)"),
  private: N_("Machines do not reach one another"),
  passthrough: N_("One machine has the device for itself"),
};
