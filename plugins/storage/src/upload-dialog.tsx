import { useEffect, useRef, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { Progress } from "@patternfly/react-core/dist/esm/components/Progress";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { channel, format, format_bytes, gettext as _ } from "../../lib/cockpit";
import { TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { Place, Pool, Volume } from "./model";
import type { VolumeRow } from "./storage-page";
import { type UploadChannel, UploadError, upload } from "./upload";

interface UploadDialogProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  volumes: readonly VolumeRow[];
  /** The volume that is overwritten; a new one is made where there is none. */
  into?: VolumeRow;
  onClose(): void;
}

type Stage =
  | { name: "asking"; failure?: string }
  | { name: "running"; taken: number }
  | { name: "ended"; failure: string; taken: number; cancelled: boolean; key: string };

/** Writes a file of the browser's computer into a volume, and says what is left in it where that does not come to its end. */
export function UploadDialog({ place, poolKey, pool, volumes, into, onClose }: UploadDialogProps) {
  const { backend, connection } = place;
  const [file, setFile] = useState<File | null>(null);
  const [name, setName] = useState("");
  const [stage, setStage] = useState<Stage>({ name: "asking" });
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const taken = into === undefined && volumes.some(([, volume]) => volume.name === name);
  const tooLarge = into !== undefined && file !== null && into[1].capacity !== undefined && file.size > into[1].capacity;
  const params = { key: poolKey, name, capacity: file?.size ?? 0, volume_format: "raw" };
  const target = into?.[1].name ?? name;
  const running = stage.name === "running";
  useEffect(() => (running ? askBeforeLeaving() : undefined), [running]);

  const start = async () => {
    if (!file) return;
    const signal = (abort.current = new AbortController()).signal;
    let key = into?.[0] ?? "";
    setStage({ name: "running", taken: 0 });
    try {
      key ||= await backend.call<string>("volume_create", { ...params, allocation: 0 });
      const uri = connection?.demo ? "" : (connection?.uri ?? "");
      const options = { payload: "libvirt-volume1", binary: true, superuser: "try", "send-acks": "bytes", direction: "upload", key, uri, length: file.size, "is-new": !into } as const;
      await upload(channel(options) as unknown as UploadChannel, file, (done) => setStage({ name: "running", taken: done }), signal);
      onClose();
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      const ended = error instanceof UploadError ? error : { taken: 0, cancelled: signal.aborted };
      setStage(key ? { name: "ended", failure, taken: ended.taken, cancelled: ended.cancelled, key } : { name: "asking", failure });
    }
  };
  const left = stage.name === "ended" ? volumes.find(([key]) => key === stage.key)?.[1] : undefined;
  return (
    <Modal variant="small" isOpen onClose={() => !running && onClose()} aria-labelledby="upload-title">
      <ModalHeader
        labelId="upload-title"
        titleIconVariant={into ? "warning" : undefined}
        title={<TitleWithName text={into ? _("Upload into $0") : _("Upload a file to $0")} name={into ? into[1].name : pool.name} />}
      />
      <ModalBody>
        {stage.name === "asking" && (
          <Form
            id="upload"
            onSubmit={(event) => {
              event.preventDefault();
              void start();
            }}
          >
            {stage.failure && <Alert variant="danger" isInline isLiveRegion component="h2" title={_("This did not work")}>{stage.failure}</Alert>}
            <FormGroup label={_("File on your computer")} isRequired fieldId="upload-file">
              <input
                id="upload-file"
                type="file"
                onChange={({ target: { files } }) => {
                  const chosen = files?.[0] ?? null;
                  setFile(chosen);
                  if (chosen && !into) setName(chosen.name);
                }}
              />
            </FormGroup>
            {!into && (
              <FormGroup label={_("Name of the volume")} isRequired fieldId="upload-name">
                <TextInput id="upload-name" value={name} spellCheck="false" autoCapitalize="none" onChange={(_event, value) => setName(value)} />
              </FormGroup>
            )}
            {taken && <Alert variant="warning" isInline component="h2" title={_("There is a volume of this name already.")} />}
            {into && <p>{_("What the volume holds is overwritten from its beginning and lost. What lies behind the end of the file stays.")}</p>}
            {tooLarge && <Alert variant="warning" isInline component="h2" title={_("The file is larger than the volume.")} />}
            {!into && file && <VirshCommands ask={commandsOf(backend, "volume_create", params)} asked={JSON.stringify(params)} />}
          </Form>
        )}
        {running && (
          <Progress
            value={file && file.size > 0 ? Math.floor((stage.taken / file.size) * 100) : 0}
            title={format(_("Upload of $0"), target)}
            measureLocation="outside"
            helperText={format(_("$0 of $1"), format_bytes(stage.taken, 1024), format_bytes(file?.size ?? 0, 1024))}
          />
        )}
        {stage.name === "ended" && (
          <Alert
            variant={stage.cancelled ? "warning" : "danger"}
            isInline
            isLiveRegion
            component="h2"
            title={stage.cancelled ? _("The upload was cancelled") : _("The upload failed")}
          >
            {!stage.cancelled && <p>{stage.failure}</p>}
            <p>{into ? remains(stage.taken, file?.size ?? 0) : left ? beingRemoved(left) : _("The volume that was begun is removed.")}</p>
          </Alert>
        )}
      </ModalBody>
      <ModalFooter>
        {stage.name === "asking" && (
          <>
            <Button type="submit" form="upload" variant={into ? "danger" : "primary"} isDisabled={!file || (!into && (!name || taken))}>{_("Upload")}</Button>
            <Button variant="link" onClick={onClose}>{_("Cancel")}</Button>
          </>
        )}
        {running && <Button variant="secondary" onClick={() => abort.current?.abort()}>{_("Cancel the upload")}</Button>}
        {stage.name === "ended" && (
          <>
            <Button variant="primary" onClick={onClose}>{_("Close")}</Button>
          </>
        )}
      </ModalFooter>
    </Modal>
  );
}

/** What is in the volume now that was overwritten. */
function remains(taken: number, total: number): string {
  return taken > 0
    ? format(
        _("About $0 of $1 are written: the volume begins with them, and behind them is what was there before."),
        format_bytes(taken, 1024),
        format_bytes(total, 1024),
      )
    : _("Nothing is written: the volume holds what it held before.");
}

/** While the back end takes it away; it stays on show where that cannot be done. */
function beingRemoved({ name, path }: Volume): string {
  return format(_("The volume that was begun is being removed. While it is in the list, what there is of it lies in $0."), path ?? name);
}

/** Has the browser ask before the page, or the whole console, is left; gives what ends that. */
function askBeforeLeaving(): () => void {
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener("beforeunload", ask);
  return () => window.removeEventListener("beforeunload", ask);
}
