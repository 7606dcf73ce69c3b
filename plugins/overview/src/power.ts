/* Reboot and shut down through org.freedesktop.login1: what this user may do, and doing it. */
import { dbus, message } from "../../lib/cockpit";

export type PowerAction = "Reboot" | "PowerOff";

/** What may be done; `reason` says why nothing may. */
export interface Power {
  allowed: Readonly<Record<PowerAction, boolean>>;
  reason: string | null;
}

const MANAGER = ["/org/freedesktop/login1", "org.freedesktop.login1.Manager"] as const;
const NOTHING = { Reboot: false, PowerOff: false };
/* "challenge": after a password, which the administrative access is for. */
const MAY = new Set(["yes", "challenge"]);

const login = () => dbus("org.freedesktop.login1", { bus: "system", superuser: "try" });

/** Asks what may be done. Never rejects. */
export async function askPower(): Promise<Power> {
  const client = login();
  try {
    const may = async (method: string): Promise<boolean> => {
      const [answer] = await client.call(...MANAGER, method, [], { type: "" });
      return MAY.has(String(answer));
    };
    const [Reboot, PowerOff] = await Promise.all([may("CanReboot"), may("CanPowerOff")]);
    return { allowed: { Reboot, PowerOff }, reason: null };
  } catch (error) {
    return { allowed: NOTHING, reason: message(error) };
  } finally {
    client.close();
  }
}

/** Does it; resolves when it was accepted. */
export async function act(action: PowerAction): Promise<void> {
  const client = login();
  try {
    await client.call(...MANAGER, action, [true], { type: "b" });
  } finally {
    client.close();
  }
}
