import { useMemo, useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import CameraIcon from "@patternfly/react-icons/dist/esm/icons/camera-icon";
import { format, gettext as _, language, N_ } from "../../../lib/cockpit";
import { refusal } from "../../../lib/libvirt/model";
import { type Machine } from "./model";
import { CreateSnapshotDialog, DeleteSnapshotDialog, RevertDialog } from "./snapshot-dialogs";
import { type SnapshotNode, snapshotForest } from "./snapshot-tree";

type Open = { dialog: "create" } | { dialog: "revert" | "delete"; node: SnapshotNode } | null;

/** The machine's snapshots as a tree, with what can be done with each. */
export function SnapshotsTab({ machine }: { machine: Machine }) {
  const { followed } = machine;
  const [open, setOpen] = useState<Open>(null);
  const forest = useMemo(() => snapshotForest(followed?.snapshots ?? {}), [followed?.snapshots]);
  if (!followed) return null;
  const refused = refusal(machine, "snapshot_create") ?? undefined;
  const external = refusal(machine, "snapshot_create_external") === undefined;
  const create = (
    <Button isAriaDisabled={refused !== undefined && !external} onClick={() => setOpen({ dialog: "create" })}>{_("Create snapshot")}</Button>
  );
  const button = refused && !external ? <Tooltip content={refused}>{create}</Tooltip> : create;
  return (
    <>
      {forest.length === 0 ? (
        <EmptyState headingLevel="h2" icon={CameraIcon} titleText={_("No snapshots")}>
          <EmptyStateBody>{_("A snapshot keeps what the machine is now, so that it can be put back to it.")}</EmptyStateBody>
          <EmptyStateFooter><EmptyStateActions>{button}</EmptyStateActions></EmptyStateFooter>
        </EmptyState>
      ) : (
        <>
          <div className="ph-tab-tools">{button}</div>
          <Branch nodes={forest} machine={machine} onOpen={setOpen} label={_("Snapshots")} />
        </>
      )}
      {open?.dialog === "create" && <CreateSnapshotDialog machine={machine} onClose={() => setOpen(null)} />}
      {open?.dialog === "revert" && <RevertDialog machine={machine} node={open.node} onClose={() => setOpen(null)} />}
      {open?.dialog === "delete" && <DeleteSnapshotDialog machine={machine} node={open.node} onClose={() => setOpen(null)} />}
    </>
  );
}

interface BranchProps {
  nodes: readonly SnapshotNode[];
  machine: Machine;
  label?: string;
  onOpen(open: Open): void;
}

function Branch({ nodes, machine, label, onOpen }: BranchProps) {
  return (
    <ul className="ph-branch" role="list" aria-label={label}>
      {nodes.map((node) => (
        <li key={node.name} data-snapshot={node.name}>
          <Item node={node} machine={machine} onOpen={onOpen} />
          {node.children.length > 0 && <Branch nodes={node.children} machine={machine} onOpen={onOpen} label={format(_("Made from $0"), node.name)} />}
        </li>
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<string, string>> = {
  running: N_("with memory"),
  paused: N_("with memory, paused"),
  shutoff: N_("of the disks, machine off"),
  "disk-snapshot": N_("of the disks alone"),
};

function Item({ node, machine, onOpen }: { node: SnapshotNode; machine: Machine; onOpen(open: Open): void }) {
  const { name, snapshot } = node;
  const { description, created, state = "", external } = snapshot;
  const notes = [created && when(created), STATES[state] ? _(STATES[state]) : state, external ? _("external") : _("internal")].filter(Boolean);
  return (
    <div className="ph-snapshot">
      <div>
        <bdi className="ph-name">{name}</bdi>
        {machine.followed?.current_snapshot === name && <> <Label isCompact color="blue">{_("Current")}</Label></>}
        <span className="ph-note">{notes.join(" · ")}</span>
        {description && <span className="ph-note ph-text"><bdi>{description}</bdi></span>}
      </div>
      <div className="ph-tab-tools">
        <Button
          variant="secondary"
          size="sm"
          aria-label={format(_("Revert to $0"), name)}
          isDisabled={refusal(machine, "snapshot_revert") !== undefined}
          onClick={() => onOpen({ dialog: "revert", node })}
        >
          {_("Revert")}
        </Button>
        <Button
          variant="link"
          isDanger
          size="sm"
          aria-label={format(_("Delete $0"), name)}
          isDisabled={refusal(machine, "snapshot_delete") !== undefined}
          onClick={() => onOpen({ dialog: "delete", node })}
        >
          {_("Delete")}
        </Button>
      </div>
    </div>
  );
}

export function when(seconds: number): string {
  return new Intl.DateTimeFormat(language().replace("_", "-"), { dateStyle: "medium", timeStyle: "short" }).format(new Date(seconds * 1000));
}
