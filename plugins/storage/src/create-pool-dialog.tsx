import { useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup, FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { format, gettext as _ } from "../../lib/cockpit";
import { FormDialog } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { Place } from "./model";
import { type Field, type FieldName, POOL_TYPES, isComplete, parametersOf } from "./pool-types";

type Values = Partial<Record<FieldName, string>>;

/** Defines a pool of any type, builds it where that is wanted, and starts it. */
export function CreatePoolDialog({ place, onClose }: { place: Place; onClose(): void }) {
  const [name, setName] = useState("");
  const [type, setType] = useState("dir");
  const [values, setValues] = useState<Values>({});
  const [build, setBuild] = useState(true);
  const [start, setStart] = useState(true);
  const [autostart, setAutostart] = useState(true);
  const [made, setMade] = useState("");
  const known = POOL_TYPES[type];
  const params = { name: name.trim(), pool_type: type, ...parametersOf(type, values) };
  const choose = (chosen: string) => {
    setType(chosen);
    setBuild(POOL_TYPES[chosen]?.build !== undefined && !POOL_TYPES[chosen]?.destroys);
  };
  const create = async () => {
    const { backend } = place;
    // A second attempt goes on from where the first one failed.
    const key = made || (await backend.call<string>("pool_define", params));
    setMade(key);
    try {
      if (autostart) await backend.call("pool_set_autostart", { key, on: true });
      if (build && known?.build) await backend.call("pool_build", { key });
      if (start) await backend.call("pool_start", { key });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(format(_("The pool is defined, but it does not run: $0"), message), { cause: error });
    }
  };
  return (
    <FormDialog
      title={_("Create storage pool")}
      label={made ? _("Try again") : build && known?.destroys ? _("Destroy what is there and create") : _("Create")}
      variant="medium"
      danger={build && known?.destroys === true}
      isIncomplete={!params.name || !isComplete(type, values)}
      onConfirm={create}
      onClose={onClose}
    >
      <FormGroup label={_("Name")} isRequired fieldId="pool-name">
        <TextInput id="pool-name" value={name} isDisabled={made !== ""} autoFocus onChange={(_event, value) => setName(value)} />
      </FormGroup>
      <FormGroup label={_("Type")} fieldId="pool-type">
        <FormSelect id="pool-type" value={type} isDisabled={made !== ""} onChange={(_event, value) => choose(value)}>
          {Object.entries(POOL_TYPES).map(([key, { label }]) => <FormSelectOption key={key} value={key} label={_(label)} />)}
        </FormSelect>
      </FormGroup>
      {known?.fields.map((field) => (
        <FieldGroup
          key={`${type} ${field.name}`}
          field={field}
          value={values[field.name] ?? field.value ?? ""}
          disabled={made !== ""}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      <FormGroup role="group" label={_("Afterwards")} fieldId="pool-start">
        {known?.build && (
          <Checkbox
            id="pool-build"
            label={_(known.build)}
            description={known.destroys ? _("All that is on the device is lost.") : undefined}
            isChecked={build}
            onChange={(_event, on) => setBuild(on)}
          />
        )}
        <Checkbox id="pool-start" label={_("Start the pool")} isChecked={start} onChange={(_event, on) => setStart(on)} />
        <Checkbox id="pool-autostart" label={_("Start it with the host")} isChecked={autostart} onChange={(_event, on) => setAutostart(on)} />
      </FormGroup>
      <VirshCommands ask={commandsOf(place.backend, "pool_define", params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}

interface FieldGroupProps {
  field: Field;
  value: string;
  disabled: boolean;
  onChange(value: string): void;
}

function FieldGroup({ field: { name, label, example, needed, several, choices }, value, disabled, onChange }: FieldGroupProps) {
  const id = `pool-${name}`;
  const shared = { id, value, isDisabled: disabled, spellCheck: "false", autoCapitalize: "none" } as const;
  return (
    <FormGroup label={_(label)} isRequired={needed === true} fieldId={id}>
      {choices ? (
        <FormSelect id={id} value={value} isDisabled={disabled} onChange={(_event, chosen) => onChange(chosen)}>
          {choices.map((choice) => <FormSelectOption key={choice} value={choice} label={choice} />)}
        </FormSelect>
      ) : several ? (
        <TextArea {...shared} rows={2} onChange={(_event, text) => onChange(text)} />
      ) : (
        <TextInput {...shared} onChange={(_event, text) => onChange(text)} />
      )}
      {example && (
        <FormHelperText>
          <HelperText><HelperTextItem>{format(_("For example $0"), example)}</HelperTextItem></HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}
