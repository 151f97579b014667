/** What a handle may be (USR2); whether it is free, and looks like no other, the directory says. @module */

const HANDLE = /^[a-z0-9_]{3,20}$/;

export function isHandle(text: string): boolean {
  return HANDLE.test(text);
}
