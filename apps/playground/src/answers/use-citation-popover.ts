import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react";

/** Resting on a number this long opens it; leaving it for a moment, on the way into the popover, does not close it. */
const OPEN_MS = 150;
const CLOSE_MS = 250;

export type CitationPopoverState = ReturnType<typeof useCitationPopover>;

/**
 * One popover for all citations of an answer. Hover shows it, without moving the focus; click, tap and Enter move the focus
 * into it; Esc, a click elsewhere and Close take it away, and the focus goes back to the number.
 */
export function useCitationPopover() {
  const element = useRef<HTMLDivElement>(null);
  const anchor = useRef<HTMLElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [open, setOpen] = useState<{ marker: number; key: string; entered: boolean }>();

  const show = (button: HTMLElement, part: { marker: number; key: string }, entered: boolean) => {
    clearTimeout(timer.current);
    anchor.current = button;
    setOpen({ ...part, entered });
  };
  const close = () => {
    clearTimeout(timer.current);
    if (element.current?.contains(document.activeElement)) anchor.current?.focus();
    setOpen(undefined);
  };
  const closeSoon = () => {
    clearTimeout(timer.current);
    if (!open?.entered) timer.current = setTimeout(close, CLOSE_MS);
  };

  useLayoutEffect(() => {
    const popover = element.current;
    if (!popover || !anchor.current) return;
    if (!open) {
      if (popover.matches(":popover-open")) popover.hidePopover();
      return;
    }
    popover.showPopover();
    place(popover, anchor.current);
    if (open.entered) popover.querySelector<HTMLElement>("button")?.focus();
  }, [open]);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
  });
  const onPress = useEffectEvent((event: PointerEvent) => {
    const target = event.target as Node;
    if (!element.current?.contains(target) && !anchor.current?.contains(target)) close();
  });
  const onMove = useEffectEvent(() => {
    if (element.current && anchor.current) place(element.current, anchor.current);
  });
  const isOpen = open !== undefined;
  useEffect(() => {
    if (!isOpen) return undefined;
    const listeners = new AbortController();
    const options = { capture: true, signal: listeners.signal };
    window.addEventListener("keydown", (event) => onKey(event), options);
    window.addEventListener("pointerdown", (event) => onPress(event), options);
    window.addEventListener("scroll", () => onMove(), { ...options, passive: true });
    window.addEventListener("resize", () => onMove(), options);
    return () => listeners.abort();
  }, [isOpen]);
  useEffect(() => () => clearTimeout(timer.current), []);

  return {
    element,
    anchor,
    marker: open?.marker,
    anchorKey: open?.key,
    close,
    keep: () => clearTimeout(timer.current),
    closeSoon,
    trigger: (part: { marker: number; key: string }) => ({
      onClick: (event: React.MouseEvent<HTMLElement>) =>
        open?.key === part.key && open.entered ? close() : show(event.currentTarget, part, true),
      onPointerEnter: (event: React.PointerEvent<HTMLElement>) => {
        const button = event.currentTarget;
        if (event.pointerType !== "mouse" || open?.entered) return;
        clearTimeout(timer.current);
        timer.current = setTimeout(() => show(button, part, false), OPEN_MS);
      },
      onPointerLeave: closeSoon,
    }),
  };
}

const GAP = 8;

/** Under the number if there is room, else above it; never past the edge of the window. */
function place(popover: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = at.bottom + GAP;
  const top = below + height <= innerHeight - GAP ? below : Math.max(GAP, at.top - GAP - height);
  const left = Math.max(GAP, Math.min(at.left - 24, document.documentElement.clientWidth - width - GAP));
  popover.style.top = `${top}px`;
  popover.style.left = `${left}px`;
}
