import { useLayoutEffect, useRef } from "react";

/** Keeps a scrolled element at its end as it grows, unless its reader has scrolled away from there. */
export function useBottom<E extends HTMLElement>(length: number) {
  const element = useRef<E>(null);
  const bottom = useRef(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    if (current.scrollTop >= bottom.current - 40) current.scrollTop = current.scrollHeight;
    bottom.current = current.scrollHeight - current.clientHeight;
  }, [length]);
  return element;
}
