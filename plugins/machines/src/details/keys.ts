/** Combinations of keys that a browser or its system keeps for itself: codes of Linux, as libvirt takes them. */

export interface Combination {
  readonly label: string;
  readonly codes: readonly number[];
}

const CTRL = 29;
const ALT = 56;
const SYSRQ = 99;
/** F1 to F10 are in a row, F11 and F12 came later. */
const FUNCTION_KEYS = [59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88];

export const COMBINATIONS: readonly Combination[] = [
  { label: "Ctrl+Alt+Delete", codes: [CTRL, ALT, 111] },
  { label: "Ctrl+Alt+Backspace", codes: [CTRL, ALT, 14] },
  ...FUNCTION_KEYS.map((code, index) => ({ label: `Ctrl+Alt+F${index + 1}`, codes: [CTRL, ALT, code] })),
  { label: "Alt+Tab", codes: [ALT, 15] },
  { label: "Alt+F4", codes: [ALT, 62] },
  { label: "Alt+SysRq+S", codes: [ALT, SYSRQ, 31] },
  { label: "Alt+SysRq+B", codes: [ALT, SYSRQ, 48] },
  { label: "PrtSc", codes: [SYSRQ] },
];
