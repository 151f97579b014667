/** What two handles have in common if people could take one for the other (USR2). */
export function handleSkeleton(handle: string): string {
  return handle.toLowerCase().replaceAll("_", "").replaceAll("0", "o").replaceAll(/[1i]/g, "l").replaceAll("rn", "m")
    .replaceAll("vv", "w");
}
