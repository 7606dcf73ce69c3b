/** The pages of this package by the first part of the address: `#/` is the list, `#/machine?…` is one machine. */

import { type ReactElement, useSyncExternalStore } from "react";
import { location } from "../../lib/cockpit";
import { followAddress } from "../../lib/libvirt/address";
import { ConsoleRoute, MachineRoute } from "./details/machine-route";
import { MachineList } from "./list/machine-list";

const LIST = "";

const ROUTES: Readonly<Record<string, () => ReactElement>> = {
  [LIST]: () => <MachineList />,
  "machine": () => <MachineRoute />,
  "console": () => <ConsoleRoute />,
};

/** The page that the address asks for, the list where it asks for none that we have. A page reads its own options. */
export function CurrentPage() {
  const name = useSyncExternalStore(followAddress, routeName);
  const Page = ROUTES[name] ?? MachineList;
  return <Page key={name} />;
}

function routeName(): string {
  const name = location().path[0] ?? LIST;
  return Object.hasOwn(ROUTES, name) ? name : LIST;
}
