/**
 * The virsh commands that do what an action does, for people to copy. They are made of words, never of text, and nobody here
 * runs them. A machine is its UUID; whatever a person chose stands behind its option.
 */

import type { JsonObject } from "../../../lib/cockpit";

type Words = readonly string[];
type Params = Readonly<JsonObject>;

const text = (value: unknown) => (typeof value === "string" ? value : "");
const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
const when = (condition: unknown, ...words: string[]): Words => (condition ? words : []);

/** Each method's commands; the id is the machine's UUID. */
const COMMANDS: Readonly<Record<string, (id: string, params: Params) => readonly Words[]>> = {
  domain_start: (id) => [["start", id]],
  domain_start_paused: (id) => [["start", id, "--paused"]],
  domain_shutdown: (id) => [["shutdown", id]],
  domain_destroy: (id) => [["destroy", id]],
  domain_suspend: (id) => [["suspend", id]],
  domain_resume: (id) => [["resume", id]],
  domain_reboot: (id) => [["reboot", id]],
  domain_reset: (id) => [["reset", id]],
  domain_save: (id) => [["managedsave", id]],
  domain_remove_saved: (id) => [["managedsave-remove", id]],
  domain_send_nmi: (id) => [["inject-nmi", id]],
  domain_send_keys: (id, { keys }) => [["send-key", id, "--codeset", "linux", ...list(keys)]],
  domain_set_autostart: (id, { on }) => [["autostart", id, ...when(!on, "--disable")]],
  domain_rename: (id, { name }) => [["domrename", `--domain=${id}`, `--new-name=${text(name)}`]],
  domain_delete: (id, { running, storage }) => [
    ...(running ? [["destroy", id]] : []),
    ["undefine", id, "--managed-save", "--snapshots-metadata", "--nvram", ...list(storage).map((target) => `--storage=${target}`)],
  ],
  domain_set_title: (id, { text: value }) => [["desc", id, "--title", `--new-desc=${text(value)}`]],
  domain_set_description: (id, { text: value }) => [["desc", id, `--new-desc=${text(value)}`]],
  snapshot_create: (id, { name, description, disk_only, memory_file }) => [[
    "snapshot-create-as", `--domain=${id}`,
    ...when(name, `--name=${text(name)}`),
    ...when(description, `--description=${text(description)}`),
    ...when(disk_only, "--disk-only"),
    ...when(memory_file, `--memspec=file=${text(memory_file)},snapshot=external`),
  ]],
  snapshot_revert: (id, { snapshot, force }) => [["snapshot-revert", id, `--snapshotname=${text(snapshot)}`, ...when(force, "--force")]],
  snapshot_delete: (id, { snapshot, children }) => [["snapshot-delete", id, `--snapshotname=${text(snapshot)}`, ...when(children, "--children")]],
  domain_define: () => [["define", "--validate", "--file=machine.xml"]],
};

/** What to type in a shell, one command a line; "" where there is no such command. */
export function virshText(uri: string, method: string, id: string, params: Params = {}): string {
  const commands = COMMANDS[method]?.(id, params) ?? [];
  return commands.map((words) => ["virsh", `--connect=${uri}`, ...words].map(quoted).join(" ")).join("\n");
}

/** A word as a shell takes it, whatever it holds. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
