import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Card, CardBody, CardExpandableContent, CardHeader } from "@patternfly/react-core/dist/esm/components/Card";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import { format, format_bytes, gettext as _ } from "../../lib/cockpit";
import { FailureList, type Failure } from "../../lib/libvirt/failure-list";
import { refusal } from "../../lib/libvirt/model";
import { fillOf } from "./capacity";
import { CapacityBar } from "./capacity-bar";
import { type Entry, Menu } from "./menu";
import type { Place, Pool, Rows } from "./model";
import { PoolCommands } from "./pool-commands";
import { DeletePoolDialog, StopPoolDialog } from "./pool-dialogs";
import { labelOf } from "./pool-types";
import type { VolumeRow } from "./storage-page";
import { UploadDialog } from "./upload-dialog";
import { CreateVolumeDialog } from "./create-volume-dialog";
import type { Use } from "./uses";
import { VolumeTable } from "./volume-table";

interface PoolCardProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  pools: Rows<Pool>;
  volumes: readonly VolumeRow[];
  uses: ReadonlyMap<string, Use>;
  /** What names of volumes must contain. */
  filter: string;
  expanded: boolean;
  onToggle(expanded: boolean): void;
}

type Dialog = "stop" | "delete" | "volume" | "upload" | "commands" | null;

/** A pool: how it is, how full, what can be done, and its volumes. */
export function PoolCard({ place, poolKey, pool, pools, volumes, uses, filter, expanded, onToggle }: PoolCardProps) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const { name, active } = pool;
  const fill = fillOf(pool, volumes.map(([, volume]) => volume));
  const close = () => setDialog(null);
  const run = async (method: string, title: string, params: Record<string, boolean> = {}) => {
    setBusy(true);
    setFailure(null);
    try {
      await place.backend.call(method, { key: poolKey, ...params });
    } catch (error) {
      setFailure({ id: 1, title: format(title, name), message: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
  };
  const stopped = active ? undefined : _("The pool does not run.");
  const entries: Entry[] = [
    { label: _("Create volume"), refused: stopped ?? refusal(place, "volume_create"), onClick: () => setDialog("volume") },
    { label: _("Upload a file"), refused: stopped ?? refusal(place, "volume_upload"), onClick: () => setDialog("upload") },
    { label: _("Refresh"), refused: stopped ?? refusal(place, "pool_refresh"), onClick: () => void run("pool_refresh", _("$0 could not be refreshed")) },
    ...(active ? [{ label: _("Stop"), refused: refusal(place, "pool_stop"), danger: true, onClick: () => setDialog("stop") }] : []),
    { label: _("Delete"), refused: refusal(place, "pool_delete"), danger: true, onClick: () => setDialog("delete") },
    { label: _("Equivalent virsh commands"), onClick: () => setDialog("commands") },
  ];
  return (
    <Card isCompact isExpanded={expanded} data-pool={poolKey} className={place.enabled ? "" : "ph-stale"}>
      <CardHeader
        onExpand={() => onToggle(!expanded)}
        toggleButtonProps={{ "aria-label": format(_("Volumes of $0"), name), "aria-expanded": expanded }}
        actions={{
          hasNoOffset: true,
          actions: (
            <>
              {!active && (
                <Button
                  variant="secondary"
                  size="sm"
                  isLoading={busy}
                  spinnerAriaLabel={_("Please wait")}
                  isDisabled={busy || refusal(place, "pool_start") !== undefined}
                  aria-label={format(_("Start $0"), name)}
                  onClick={() => void run("pool_start", _("$0 could not be started"))}
                >
                  {_("Start")}
                </Button>
              )}
              <Menu name={name} entries={entries} enabled={place.enabled && !busy} />
            </>
          ),
        }}
      >
        <div className="ph-pool-head">
          <h2 className="ph-title"><bdi className="ph-name" title={name}>{name}</bdi></h2>
          <Label isCompact color={active ? "green" : "grey"}>{active ? _("Running") : _("Stopped")}</Label>
          <span className="ph-note">{labelOf(pool.type ?? "")}</span>
          {fill && <CapacityBar fill={fill} name={name} />}
        </div>
      </CardHeader>
      <CardBody className="ph-pool-notices">
        <FailureList failures={failure ? [failure] : []} onDismiss={() => setFailure(null)} onDismissAll={() => setFailure(null)} />
        {fill?.level === "full" && <Alert variant="danger" isInline isPlain component="h3" title={_("This pool is full. Machines that write to its disks may be paused or fail.")} />}
        {fill?.level === "high" && <Alert variant="warning" isInline isPlain component="h3" title={format(_("This pool is nearly full: $0 are left."), format_bytes(fill.capacity - fill.used, 1024))} />}
        {fill !== undefined && fill.promised > 0 && (
          <Alert
            variant="warning"
            isInline
            isPlain
            component="h3"
            title={format(_("Its volumes may grow to $0, which is more than the $1 that the pool has."), format_bytes(fill.promised, 1024), format_bytes(fill.capacity, 1024))}
          />
        )}
      </CardBody>
      <CardExpandableContent>
        <CardBody>
          <div className="ph-pool-facts">
            {places(pool).map((text) => <bdi key={text} className="ph-note">{text}</bdi>)}
            <Switch
              id={`autostart-${poolKey}`}
              label={_("Start with the host")}
              isChecked={pool.autostart}
              isDisabled={busy || refusal(place, "pool_set_autostart") !== undefined || !pool.persistent}
              onChange={(_event, on) => void run("pool_set_autostart", _("$0 could not be changed"), { on })}
            />
          </div>
          <VolumeTable place={place} poolKey={poolKey} pool={pool} pools={pools} volumes={volumes} uses={uses} filter={filter} onCreate={() => setDialog("volume")} />
        </CardBody>
      </CardExpandableContent>
      {dialog === "stop" && <StopPoolDialog place={place} poolKey={poolKey} pool={pool} volumes={volumes} uses={uses} onClose={close} />}
      {dialog === "delete" && <DeletePoolDialog place={place} poolKey={poolKey} pool={pool} volumes={volumes} uses={uses} onClose={close} />}
      {dialog === "volume" && <CreateVolumeDialog place={place} poolKey={poolKey} pool={pool} volumes={volumes} onClose={close} />}
      {dialog === "upload" && <UploadDialog place={place} poolKey={poolKey} pool={pool} volumes={volumes} onClose={close} />}
      {dialog === "commands" && <PoolCommands place={place} poolKey={poolKey} pool={pool} onClose={close} />}
    </Card>
  );
}

/** Where it is. */
function places({ path, source, device }: Pool): string[] {
  return [...new Set([path, source, device])].filter((each): each is string => Boolean(each));
}
