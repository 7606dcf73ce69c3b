import { BasicError, spawn } from "../pilothouse/cockpit.mjs";
import { type Disk, parse } from "./table";

function row({ target, used }: Disk): HTMLTableRowElement {
  const element = document.createElement("tr");
  element.insertCell().textContent = target;
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

show().catch((error: unknown) => {
  const text = error instanceof BasicError || error instanceof Error ? error.message : String(error);
  document.querySelector("#problem")!.textContent = text;
});
