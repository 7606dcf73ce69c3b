import { useEffect, useRef, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { format, gettext as _ } from "../../../lib/cockpit";
import { lookOf } from "../states";
import type { Machine } from "./model";
import { VirshCommand } from "./virsh-command";
import { XmlDiff } from "./xml-diff";
import { lineOf, selectLine } from "./xml-errors";

type Step = "edit" | "review";

interface XmlEditorProps {
  machine: Machine;
  original: string;
  onClose(): void;
}

/** The stored definition as text; before it is stored, what changes is shown, and libvirt validates it. */
export function XmlEditor({ machine, original, onClose }: XmlEditorProps) {
  const { backend, id, domain } = machine;
  const [text, setText] = useState(original);
  const [step, setStep] = useState<Step>("edit");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const area = useRef<HTMLTextAreaElement>(null);
  const line = failure ? lineOf(failure, text) : undefined;

  useEffect(() => {
    if (step === "edit") area.current?.focus();
  }, [step]);

  const apply = async () => {
    setBusy(true);
    setFailure("");
    try {
      await backend.call("domain_define", { key: id, xml: text });
      onClose();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setStep("edit");
      setBusy(false);
    }
  };

  return (
    <section aria-label={_("Edit XML")} className="ph-editor">
      {failure && (
        <Alert variant="danger" isInline isLiveRegion component="h2" title={_("libvirt does not take this definition. Nothing was changed.")}>
          <pre className="ph-said">{failure}</pre>
          {line !== undefined && (
            <Button variant="link" isInline onClick={() => area.current && selectLine(area.current, line)}>{format(_("Go to line $0"), line)}</Button>
          )}
        </Alert>
      )}
      <p className="ph-note">
        {lookOf(domain.state).live
          ? _("This is the stored definition. What runs is not touched: it takes effect when the machine is shut down and started.")
          : _("This is the stored definition, which the next start will use.")}{" "}
        {_("It may hold passwords.")}
      </p>
      {step === "edit" ? (
        <textarea
          ref={area}
          className="ph-xml-text"
          aria-label={_("XML")}
          spellCheck={false}
          autoComplete="off"
          wrap="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      ) : (
        <>
          <XmlDiff before={original} after={text} />
          <VirshCommand machine={machine} method="domain_define" />
        </>
      )}
      <div className="ph-tab-tools">
        {step === "edit" ? (
          <Button onClick={() => setStep("review")} isDisabled={text === original}>{_("Review changes")}</Button>
        ) : (
          <>
            <Button onClick={() => void apply()} isLoading={busy} spinnerAriaLabel={_("Please wait")} isDisabled={busy}>{_("Validate and store")}</Button>
            <Button variant="secondary" onClick={() => setStep("edit")} isDisabled={busy}>{_("Go on editing")}</Button>
          </>
        )}
        <Button variant="link" onClick={onClose}>{_("Discard changes")}</Button>
      </div>
    </section>
  );
}
