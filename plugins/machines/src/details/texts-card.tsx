import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { DescriptionList } from "@patternfly/react-core/dist/esm/components/DescriptionList";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import PencilIcon from "@patternfly/react-icons/dist/esm/icons/pencil-alt-icon";
import { format, gettext as _, N_ } from "../../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import { Fact, InfoCard } from "../../../lib/libvirt/info-card";
import { refusal } from "../../../lib/libvirt/model";
import { type Machine } from "./model";
import { TERMS } from "./terms";
import { VirshCommand } from "./virsh-command";

interface Text {
  method: "domain_set_title" | "domain_set_description" | "domain_set_notes";
  label: string;
  edit: string;
  title: string;
  lines: boolean;
  of(machine: Machine): string;
}

const TEXTS: readonly Text[] = [
  {
    method: "domain_set_title",
    label: N_("Title"),
    edit: N_("Edit title"),
    title: N_("Title of $0"),
    lines: false,
    of: ({ domain }) => domain.title ?? "",
  },
  {
    method: "domain_set_description",
    label: N_("Description"),
    edit: N_("Edit description"),
    title: N_("Description of $0"),
    lines: true,
    of: ({ followed }) => followed?.description ?? "",
  },
  {
    method: "domain_set_notes",
    label: N_("Notes"),
    edit: N_("Edit notes"),
    title: N_("Notes on $0"),
    lines: true,
    of: ({ followed }) => followed?.notes ?? "",
  },
];

/** What people wrote about the machine. */
export function TextsCard({ machine }: { machine: Machine }) {
  const [edited, setEdited] = useState<Text | null>(null);
  if (!machine.followed) return null;
  return (
    <InfoCard title={_("Description and notes")} wide>
      <DescriptionList isHorizontal isCompact {...TERMS}>
        {TEXTS.map((text) => (
          <Fact key={text.method} term={_(text.label)}>
            <span className="ph-text">
              <bdi>{text.of(machine) || <span className="ph-note">{_("none")}</span>}</bdi>
              <Button
                variant="plain"
                size="sm"
                icon={<PencilIcon />}
                aria-label={_(text.edit)}
                isDisabled={refusal(machine, text.method) !== undefined}
                onClick={() => setEdited(text)}
              />
            </span>
          </Fact>
        ))}
      </DescriptionList>
      {edited && <TextDialog machine={machine} text={edited} onClose={() => setEdited(null)} />}
    </InfoCard>
  );
}

function TextDialog({ machine, text, onClose }: { machine: Machine; text: Text; onClose(): void }) {
  const { backend, id, domain } = machine;
  const [value, setValue] = useState(() => text.of(machine));
  const field = { id: "text", value, onChange: (_event: unknown, next: string) => setValue(next), autoFocus: true };
  return (
    <FormDialog
      title={<TitleWithName text={_(text.title)} name={domain.name} />}
      label={_("Save")}
      variant="medium"
      onConfirm={() => backend.call(text.method, { key: id, text: value })}
      onClose={onClose}
    >
      <FormGroup label={_(text.label)} fieldId="text">
        {text.lines ? <TextArea {...field} rows={8} resizeOrientation="vertical" /> : <TextInput {...field} />}
        <p className="ph-note">{format(text.method === "domain_set_notes" ? _("They are kept with the machine's definition; whoever may look at it can read them.") : _("It is kept in the machine's definition; whoever may look at it can read it."))}</p>
      </FormGroup>
      <VirshCommand machine={machine} method={text.method} params={{ text: value }} />
    </FormDialog>
  );
}
