/* What every page of ours starts with: `renderPage(<MyPage />)`. */
import { cloneElement, Component, createContext, StrictMode, useCallback, useContext, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { ErrorInfo, ReactElement, ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { Alert, AlertActionCloseButton, AlertGroup } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";

import { connection } from "../base1/src/connection";
import { hasRelay } from "../base1/src/parent-transport";
import { gettext as _ } from "./cockpit";
import { followLanguage, onLanguageChange, textsVersion } from "./language";
import { acceptReconnect } from "./reconnecting";
import { isDark, onThemeChange } from "./theme";

/** The theme in effect, for what draws itself (terminals, graphs); everything else follows by style sheet. */
export function useTheme(): "light" | "dark" {
  return useSyncExternalStore(onThemeChange, isDark) ? "dark" : "light";
}

/** Has a component that is a `memo` say its texts anew when the language changes; the others do so by themselves. */
export function useLanguage(): void {
  useSyncExternalStore(onLanguageChange, textsVersion);
}

/* A new element is drawn anew, with what is not a `memo` below it, and keeps its state. */
function Translated({ page }: { page: ReactElement }) {
  useLanguage();
  return cloneElement(page);
}

export interface Toast {
  title: string;
  variant?: "success" | "danger" | "warning" | "info" | "custom";
  body?: ReactNode;
  /** Milliseconds until it goes by itself; a failure stays until dismissed unless told. */
  timeout?: number;
}

export interface Toasts {
  /** Shows a message above the page and reads it out; returns what takes it away. */
  add(toast: Toast): () => void;
}

const ToastsContext = createContext<Toasts | null>(null);
const MOST_TOASTS = 20;

export function useToasts(): Toasts {
  const toasts = useContext(ToastsContext);
  if (!toasts) throw new Error("useToasts outside renderPage");
  return toasts;
}

export function ToastsProvider({ children }: { children: ReactNode }) {
  useLanguage();
  const [shown, setShown] = useState<(Toast & { id: number })[]>([]);
  const nextId = useRef(0);
  const remove = useCallback((id: number) => setShown((toasts) => toasts.filter((toast) => toast.id !== id)), []);
  const toasts = useMemo<Toasts>(
    () => ({
      add(toast) {
        nextId.current += 1;
        const id = nextId.current;
        setShown((earlier) => [...earlier, { ...toast, id }].slice(-MOST_TOASTS));
        return () => remove(id);
      },
    }),
    [remove],
  );
  return (
    <ToastsContext value={toasts}>
      {children}
      <AlertGroup isToast isLiveRegion aria-label={_("Notifications")}>
        {shown.map(({ id, title, variant = "success", body, timeout = variant === "danger" ? 0 : 8000 }) => (
          <Alert
            key={id}
            title={title}
            variant={variant}
            timeout={timeout || false}
            onTimeout={() => remove(id)}
            actionClose={<AlertActionCloseButton onClose={() => remove(id)} />}
          >
            {body}
          </Alert>
        ))}
      </AlertGroup>
    </ToastsContext>
  );
}

/** Shows what went wrong instead of an empty page when a component throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <EmptyState headingLevel="h1" status="danger" icon={ExclamationCircleIcon} titleText={_("This page has stopped working")}>
        <EmptyStateBody>{error.message}</EmptyStateBody>
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button onClick={() => window.location.reload()}>{_("Load it anew")}</Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      </EmptyState>
    );
  }
}

/** Puts a page into the document's `#root`, with toasts and the error boundary around it. */
export function renderPage(page: ReactElement): void {
  const root = document.getElementById("root");
  if (!root) throw new Error('the page has no element with the id "root"');
  followLanguage();
  acceptReconnect();
  afterFirstWords(() =>
    createRoot(root).render(
      <StrictMode>
        <ErrorBoundary>
          <ToastsProvider>
            <Translated page={page} />
          </ToastsProvider>
        </ErrorBoundary>
      </StrictMode>,
    ),
  );
}

/** Milliseconds for which a page is not drawn because its window has not answered. */
const ANSWERED_WITHIN = 50;

/* What a page opens goes through the window around it, which shares its thread: drawn first, it would keep both waiting. */
function afterFirstWords(draw: () => void): void {
  if (!hasRelay()) {
    draw();
    return;
  }
  let drawn = false;
  const once = () => {
    if (!drawn) draw();
    drawn = true;
  };
  setTimeout(once, ANSWERED_WITHIN);
  // After what waited for the connection as well.
  connection().wait(() => setTimeout(once));
}
