import { useCallback, useEffect, useState } from "react";

const WIDE = "(min-width: 75rem)";

/** Whether the navigation is shown: beside the page where there is room, else over it until one has chosen. */
export function useNavigationPanel() {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  const [isOpen, setOpen] = useState(wide);
  useEffect(() => {
    const media = window.matchMedia(WIDE);
    const changed = () => {
      setWide(media.matches);
      setOpen(media.matches);
    };
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  const closeIfOver = useCallback(() => setOpen((open) => open && window.matchMedia(WIDE).matches), []);
  return { isOpen, wide, toggle: () => setOpen(!isOpen), closeIfOver };
}
