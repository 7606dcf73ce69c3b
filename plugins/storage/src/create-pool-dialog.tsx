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
import type { JsonObject } from "../../lib/merge";
import type { Backend, Place } from "./model";
import { type Field, POOL_TYPES, type Values, isComplete, labelOf, parametersOf, valueOf } from "./pool-types";
import { useOffered } from "./use-offered";

type Step = readonly [method: string, how: JsonObject];

const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Defines a pool of any type, builds it where that is wanted, and starts it. */
export function CreatePoolDialog({ place, onClose }: { place: Place; onClose(): void }) {
  const [name, setName] = useState("");
  const [type, setType] = useState("dir");
  const [values, setValues] = useState<Values>({});
  const [build, setBuild] = useState(true);
  const [start, setStart] = useState(true);
  const [autostart, setAutostart] = useState(true);
  const [made, setMade] = useState("");
  const offered = useOffered(place);
  const known = POOL_TYPES[type];
  const params = { name: name.trim(), pool_type: type, ...parametersOf(type, values, build) };
  const choose = (chosen: string) => {
    setType(chosen);
    setBuild(POOL_TYPES[chosen]?.build !== undefined && !POOL_TYPES[chosen]?.destroys);
  };
  const steps: readonly Step[] = [
    ...(autostart ? [["pool_set_autostart", { on: true }] as const] : []),
    ...(build && known?.build ? [["pool_build", { overwrite: known.overwrite === true }] as const] : []),
    ...(start ? [["pool_start", {}] as const] : []),
  ];
  const create = async () => {
    const { backend } = place;
    // A second attempt goes on from where the first one failed.
    const key = made || (await backend.call<string>("pool_define", params));
    setMade(key);
    try {
      for (const [method, how] of steps) await backend.call(method, { key, ...how });
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
          {offered.types.map((key) => <FormSelectOption key={key} value={key} label={labelOf(key)} />)}
        </FormSelect>
        {offered.note && (
          <FormHelperText>
            <HelperText><HelperTextItem>{offered.note}</HelperTextItem></HelperText>
          </FormHelperText>
        )}
      </FormGroup>
      {known?.fields.map((field) => (
        <FieldGroup
          key={`${type} ${field.name}`}
          field={field}
          value={valueOf(field, values, build)}
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
      <VirshCommands ask={() => commands(place.backend, params, steps)} asked={JSON.stringify([params, steps])} />
    </FormDialog>
  );
}

/** Defines it and does the steps. What is not there yet has no UUID: of its own commands alone it goes by its name. */
async function commands(backend: Backend, params: JsonObject & { name: string }, steps: readonly Step[]): Promise<string[][]> {
  const asked = steps.map(([method, how]) => commandsOf(backend, method, { key: NOBODY, ...how })());
  const found = await Promise.all([commandsOf(backend, "pool_define", params)(), ...asked]);
  return found.flat().map((words) => words.map((word) => (word === NOBODY ? `--pool=${params.name}` : word)));
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
