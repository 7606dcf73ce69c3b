import { jump } from "../../lib/cockpit";
import { machinePath } from "./address";

/** A link to a machine's own page, which is another package's. */
export function MachineLink({ id, name, connection }: { id: string; name: string; connection: string }) {
  const path = machinePath(id, connection);
  return (
    <a
      href={path}
      target="_top"
      onClick={(event) => {
        event.preventDefault();
        jump(path);
      }}
    >
      <bdi>{name}</bdi>
    </a>
  );
}
