import { BasicError, spawn, translate } from "../pilothouse/cockpit.mjs";
import { type Disk, parse } from "./table";

function row({ target, used }: Disk): HTMLTableRowElement {
  const element = document.createElement("tr");
  const name = element.insertCell();
  name.textContent = target;
  name.style.wordBreak = "break-all";
  const meter = document.createElement("meter");
  meter.value = used;
  meter.textContent = `${Math.round(used * 100)} %`;
  meter.setAttribute("aria-label", target);
  element.insertCell().append(meter);
  return element;
}

async function show(): Promise<void> {
  const output = await spawn(["df", "--output=pcent,target"], { err: "message" });
  document.querySelector("#disks")!.replaceChildren(...parse(output).map(row));
}

translate();
show().catch((error: unknown) => {
  const text = error instanceof BasicError || error instanceof Error ? error.message : String(error);
  document.querySelector("#problem")!.textContent = text;
});
