import { format, gettext as _, ngettext, translate } from "../base1/cockpit.mjs";
import { connect } from "../base1/rpc.mjs";

const element = id => document.getElementById(id);
const backend = connect("checksums1");
let abort = new AbortController();
translate();

function say(text) {
    element("message").textContent = text;
}

/* The state changes by itself, whoever made the back end change it. */
backend.subscribe(() => {
    const { state, status } = backend.snapshot;
    const rows = Object.entries(state.files ?? {}).map(([name, { sha256 }]) => {
        const row = document.createElement("tr");
        row.insertCell().textContent = name;
        const sum = row.insertCell();
        sum.textContent = sha256;
        sum.style.wordBreak = "break-all";
        return row;
    });
    element("files").replaceChildren(...rows);
    if (status.problem)
        say(`${status.message} ${status.stderr ?? ""}`);
});

element("form").addEventListener("submit", async event => {
    event.preventDefault();
    abort = new AbortController();
    element("check").disabled = true;
    element("cancel").disabled = false;
    try {
        const count = await backend.call("check", { folder: element("folder").value }, {
            signal: abort.signal,
            onProgress: ({ done, total, text }) => {
                element("progress").value = total ? done / total : 1;
                say(text);
            },
        });
        say(format(ngettext("$0 file", "$0 files", count), count));
    } catch (error) {
        say(error.problem === "cancelled" ? _("Cancelled") : error.message);
    }
    element("check").disabled = false;
    element("cancel").disabled = true;
});

element("cancel").addEventListener("click", () => abort.abort());
