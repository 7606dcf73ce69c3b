import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { InputGroup, InputGroupItem } from "@patternfly/react-core/dist/esm/components/InputGroup";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../lib/cockpit";
import { UNITS, type Unit } from "./sizes";

export interface Size {
  readonly text: string;
  readonly unit: Unit;
}

interface SizeInputProps {
  id: string;
  label: string;
  size: Size;
  onChange(size: Size): void;
}

export function SizeInput({ id, label, size, onChange }: SizeInputProps) {
  return (
    <FormGroup label={label} isRequired fieldId={id}>
      <InputGroup>
        <InputGroupItem isFill>
          <TextInput id={id} inputMode="decimal" value={size.text} onChange={(_event, text) => onChange({ ...size, text })} />
        </InputGroupItem>
        <InputGroupItem>
          <FormSelect className="ph-unit" aria-label={_("Unit")} value={size.unit} onChange={(_event, unit) => onChange({ ...size, unit: unit as Unit })}>
            {UNITS.map((unit) => <FormSelectOption key={unit} value={unit} label={unit} />)}
          </FormSelect>
        </InputGroupItem>
      </InputGroup>
    </FormGroup>
  );
}
