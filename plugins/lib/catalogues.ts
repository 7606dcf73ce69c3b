/* Where `po.js` files leave their texts: they call `cockpit.locale`, here or on a page that has Cockpit's own library. */
import type { Catalogue } from "../base1/src/gettext";

type Take = (catalogue: Catalogue) => void;

const EARLY = "pilothouse:catalogues";
const holder = () => globalThis as unknown as { cockpit?: { locale: Take }; [EARLY]?: Catalogue[] };

function taking(take: Take): void {
  holder().cockpit = { locale: take };
}

/** Keeps from now on what comes before the page's modules run. */
export function collect(): void {
  const early: Catalogue[] = [];
  holder()[EARLY] = early;
  taking((catalogue) => early.push(catalogue));
}

/** What has come by now. */
export function collected(): Catalogue[] {
  return holder()[EARLY] ?? [];
}

let loading: Promise<unknown> = Promise.resolve();

/** Runs a script of catalogues and resolves with them, with none where there is no such script. One at a time. */
export function load(url: string): Promise<Catalogue[]> {
  const brought = loading.then(() => run(url));
  loading = brought;
  return brought;
}

function run(url: string): Promise<Catalogue[]> {
  return new Promise((resolve) => {
    const catalogues: Catalogue[] = [];
    const script = document.createElement("script");
    taking((catalogue) => catalogues.push(catalogue));
    const done = () => {
      script.remove();
      resolve(catalogues);
    };
    script.onload = done;
    script.onerror = done;
    script.src = url;
    document.head.append(script);
  });
}
