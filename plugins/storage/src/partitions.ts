/** What libvirt will call a new partition of a disk, where `taken` are there: it accepts no other name. "" for a link. */
export function nextPartition(device: string | undefined, taken: readonly string[]): string {
  if (!device || device.startsWith("/dev/disk/")) return "";
  const last = device.slice(device.lastIndexOf("/") + 1);
  const stem = /\d$/.test(last) ? `${last}p` : last;
  let number = 1;
  while (taken.includes(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}
