import { useDeferredValue, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { Capabilities } from "../../../lib/libvirt/model";
import type { Domains, Samples } from "../model";
import { SampleStore } from "../samples";
import { type Fleet, type Member, joinKey, nameOf, splitKey } from "./fleet";
import { healthOf } from "../../../lib/libvirt/health";
import type { Place } from "./machine-table";
import { POINTS, type Recent, TrendStore } from "./trends";
import { type Row, type View, select } from "./view";

const NO_SAMPLES: Samples = {};
const NO_CAPABILITIES: Capabilities = {};
const NOWHERE: Place = { name: "", capabilities: NO_CAPABILITIES, enabled: false };

/** The readings of all members: the latest, and those of the last minutes. */
export function useReadings(fleet: Fleet): { samples: SampleStore; trends: TrendStore } {
  const stores = useMemo(() => ({ samples: new SampleStore(), trends: new TrendStore() }), []);
  useEffect(
    () =>
      fleet.onSample((rows, id) => {
        stores.samples.take(rows, id);
        stores.trends.add(rows, Date.now());
      }),
    [fleet, stores],
  );
  return stores;
}

/** The rows of the view. Typing goes first, and readings count only where the list is sorted by them. */
export function useRows(domains: Domains, view: View, samples: SampleStore, nameOfKey: (key: string) => string): readonly Row[] {
  const bySamples = view.column === "cpu";
  const readings = useSyncExternalStore(samples.subscribe, () => (bySamples ? samples.all() : NO_SAMPLES));
  const deferred = useDeferredValue(view);
  return useMemo(
    () => select(domains, deferred, { samples: readings, connectionOf: nameOfKey }),
    [domains, deferred, readings, nameOfKey],
  );
}

/** Where a machine is, by its key; the same object as long as nothing of it changed. */
export function usePlaces(members: readonly Member[]): (key: string) => Place {
  const known = useRef(new Map<string, Place>());
  return useMemo(() => {
    const places = new Map(members.map((member) => [member.id, placeOf(member, known.current.get(member.id))]));
    known.current = places;
    return (key: string) => places.get(splitKey(key)[1]) ?? NOWHERE;
  }, [members]);
}

function placeOf(member: Member, known: Place | undefined): Place {
  const capabilities = member.snapshot.state.capabilities ?? NO_CAPABILITIES;
  const place = { name: nameOf(member), capabilities, enabled: healthOf(member.snapshot, member.snapshot.state.domains).kind === "fine" };
  const same = known?.name === place.name && known.capabilities === place.capabilities && known.enabled === place.enabled;
  return same ? known : place;
}

/** Tells the back ends which machines are on the screen, and has the sparklines of those that are there for the first time begin. */
export function useShown(fleet: Fleet, trends: TrendStore): (keys: readonly string[]) => void {
  return useMemo(() => {
    const begun = new Set<string>();
    return (keys: readonly string[]) => {
      for (const [id, uuids] of byMember(keys)) {
        void fleet.ask(id, "show", { keys: uuids }).catch(() => undefined);
        const fresh = uuids.filter((uuid) => !begun.has(`${uuid} ${id}`));
        if (fresh.length === 0) continue;
        for (const uuid of fresh) begun.add(`${uuid} ${id}`);
        fleet
          .ask<Record<string, Recent>>(id, "recent", { keys: fresh, count: POINTS })
          .then((found) => {
            for (const [uuid, recent] of Object.entries(found)) trends.begin(joinKey(uuid, id), recent);
          })
          // They begin empty then, and again when they are next on the screen.
          .catch(() => fresh.forEach((uuid) => begun.delete(`${uuid} ${id}`)));
      }
    };
  }, [fleet, trends]);
}

function byMember(keys: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const key of keys) {
    const [uuid, id] = splitKey(key);
    found.set(id, [...(found.get(id) ?? []), uuid]);
  }
  return found;
}
