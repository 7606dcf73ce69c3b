import { useEffect, useState } from "react";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";

import { format, gettext as _, message } from "../../lib/cockpit";
import { fetchPluginsReport, shadowsOthers, type PluginReport, type PluginsReport } from "./plugins-report";

const originOf = (origin: string): string => {
  const words: Record<string, string> = {
    user: _("your own"),
    system: _("the machine's"),
    "built-in": _("built in"),
    installed: _("installed distribution"),
    named: "PILOTHOUSE_PLUGIN_PATH",
  };
  return words[origin] ?? origin;
};

/** The plugins of the host: where each comes from, which stands before which, and what is not shown and why. */
export function AboutPlugins() {
  const [report, setReport] = useState<PluginsReport | null>(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let wanted = true;
    fetchPluginsReport().then(
      (told) => wanted && setReport(told),
      (error: unknown) => wanted && setFailure(message(error)),
    );
    return () => {
      wanted = false;
    };
  }, []);
  return (
    <section aria-labelledby="about-plugins" className="ph-plugins">
      <h2 id="about-plugins">{_("Plugins")}</h2>
      {failure && <p>{format(_("The bridge does not say which plugins there are: $0"), failure)}</p>}
      {!failure && !report && <Skeleton screenreaderText={_("Looking for plugins…")} />}
      {report && (
        <>
          <ul>
            {report.plugins.map((plugin) => (
              <Plugin key={plugin.name} {...plugin} />
            ))}
          </ul>
          <Notes title={_("Not shown")} lines={report.refused.map(({ folder, reason }) => `${folder} ${reason}`)} />
          <Notes title={_("Warnings")} lines={report.warnings} />
        </>
      )}
    </section>
  );
}

function Plugin(plugin: PluginReport) {
  const { name, version, folder, origin, shadows } = plugin;
  return (
    <li data-plugin={name}>
      <strong>{name}</strong> {version} <span className="ph-plugin-note">{originOf(origin)}</span>{" "}
      {shadowsOthers(plugin) && (
        <Label isCompact variant="outline" color="orange">
          {_("Takes another's place")}
        </Label>
      )}
      <div className="ph-plugin-folder">{folder}</div>
      {shadows.map((other) => (
        <div key={other.folder} className="ph-plugin-shadow">
          {format(_("In the place of $0 ($1)"), other.folder, originOf(other.origin))}
        </div>
      ))}
    </li>
  );
}

function Notes({ title, lines }: { title: string; lines: string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {lines.map((line, index) => (
          <li key={index} className="ph-plugin-folder">
            {line}
          </li>
        ))}
      </ul>
    </>
  );
}
