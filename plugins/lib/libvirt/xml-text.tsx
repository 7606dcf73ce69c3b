import { useState } from "react";
import { ClipboardCopyButton } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { CodeBlock, CodeBlockAction, CodeBlockCode } from "@patternfly/react-core/dist/esm/components/CodeBlock";
import { gettext as _ } from "../cockpit";

/** XML to be read and copied. */
export function XmlText({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const lines = text.trimEnd();
  const copy = () => {
    void navigator.clipboard?.writeText(lines);
    setCopied(true);
  };
  return (
    <CodeBlock
      className="ph-xml"
      actions={
        <CodeBlockAction>
          <ClipboardCopyButton id="copy-xml" textId="xml" aria-label={_("Copy")} variant="plain" onClick={copy} onTooltipHidden={() => setCopied(false)}>
            {copied ? _("Copied") : _("Copy")}
          </ClipboardCopyButton>
        </CodeBlockAction>
      }
    >
      <CodeBlockCode id="xml" tabIndex={0} role="region" aria-label={_("XML")}>{lines}</CodeBlockCode>
    </CodeBlock>
  );
}
