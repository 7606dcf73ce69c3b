import type { JsonObject } from "../../../lib/cockpit";
import { type AskCommands, VirshCommands, commandsOf } from "../../../lib/libvirt/virsh-commands";
import type { Machine } from "./model";

interface VirshCommandProps {
  machine: Machine;
  method: string;
  params?: JsonObject;
}

/** What would do the same to this machine on the command line, to be copied. */
export function VirshCommand({ machine, method, params = {} }: VirshCommandProps) {
  return <VirshCommands ask={commandsFor(machine, method, params)} asked={JSON.stringify(params)} />;
}

export function commandsFor({ backend, id }: Machine, method: string, params: JsonObject = {}): AskCommands {
  return commandsOf(backend, method, { ...params, key: id });
}
