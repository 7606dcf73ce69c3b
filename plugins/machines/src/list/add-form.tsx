import type { ReactNode } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { InputGroup, InputGroupItem } from "@patternfly/react-core/dist/esm/components/InputGroup";
import { TextInput, type TextInputProps } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../../lib/cockpit";

interface AddFormProps {
  id: string;
  label: string;
  text: string;
  longest: number;
  suggestions: readonly string[];
  /** Whether what is typed can be added. */
  isReady: boolean;
  onType(text: string): void;
  onAdd(): void;
  /** Of the field, besides. */
  input?: Pick<TextInputProps, "spellCheck" | "autoCapitalize">;
  /** What stands before it. */
  children?: ReactNode;
}

/** A form that adds one thing after the other to a list, with suggestions of what. */
export function AddForm({ id, label, text, longest, suggestions, isReady, onType, onAdd, input, children }: AddFormProps) {
  const suggested = `${id}-suggestions`;
  return (
    <Form
      onSubmit={(event) => {
        event.preventDefault();
        onAdd();
      }}
    >
      {children}
      <FormGroup label={label} fieldId={id}>
        <InputGroup>
          <InputGroupItem isFill>
            <TextInput {...input} id={id} value={text} maxLength={longest} list={suggested} onChange={(_event, value) => onType(value)} />
            <datalist id={suggested}>
              {suggestions.map((each) => <option key={each} value={each} />)}
            </datalist>
          </InputGroupItem>
          <InputGroupItem>
            <Button type="submit" variant="control" isDisabled={!isReady}>{_("Add")}</Button>
          </InputGroupItem>
        </InputGroup>
      </FormGroup>
    </Form>
  );
}
