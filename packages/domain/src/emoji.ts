/**
 * Whether a text is one emoji as Unicode recommends it for interchange. Each such is one grapheme cluster in NFC (MSG4); the test
 * beside this file holds them against `Intl.Segmenter`. Only `decide` may ask: the answer grows with the runtime's Unicode table (LOG8).
 */
export function isEmoji(text: string): boolean {
  return /^\p{RGI_Emoji}$/v.test(text);
}
