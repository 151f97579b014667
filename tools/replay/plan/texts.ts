/** A text that #ubuntu in 2004–2018 did not see. */
export interface PlantedText {
  readonly name: string;
  readonly text: string;
  /** At the limit of a message's size (MSG1): left out where bytes are measured. */
  readonly long: boolean;
}

const short = (name: string, text: string): PlantedText => ({ name, text, long: false });
const long = (name: string, text: string): PlantedText => ({ name, text, long: true });

/** A text of exactly `length` code points. */
function repeated(text: string, length: number): string {
  const points = [...text];
  return Array.from({ length }, (_, i) => points[i % points.length]).join("");
}

/** One of each kind is planted in every day. */
export const PLANTED_TEXTS: readonly PlantedText[] = [
  short("Chinese", "请问如何在终端里安装软件包？我刚升级了系统。"),
  short("Japanese", "すみません、カーネルを更新したら音が出なくなりました。㍿"),
  short("Korean", "안녕하세요, 패키지 관리자가 멈췄어요. \u1112\u1161\u11ab"),
  short("Arabic", "كيف أثبّت برنامج التشغيل؟ جرّبت apt-get install ولم ينجح (الإصدار 6.06)"),
  short("Hebrew with bidi controls", "\u2067שלום, אני צריך עזרה עם sudo\u2069 — \u202eabc\u202c"),
  short("Devanagari and Thai", "नमस्ते, क्षमा करें — ฉันต้องการความช่วยเหลือ"),
  short(
    "combining marks",
    "e\u0301 a\u0308\u0304 Z\u0335\u0321\u0322\u031b\u0300\u0301\u0302\u0303\u0304 \u1e69 s\u0323\u0307",
  ),
  short("emoji sequences", "👩🏽‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🇪🇺🇯🇵 ❤️‍🔥 1️⃣ 🧑🏿‍🤝‍🧑🏻 👍🏼👍🏾"),
  short("zero width and spaces", "a\u200bb\u200cc\u200dd\ufeffe\u00a0f\u3000g\u2028h\u2029i"),
  short("lines and tabs", "first line\nsecond line\r\n\tindented\n\n"),
  short("code and quotes", `<script>alert("x")</script> '; DROP TABLE events; -- \\u0000 \${PATH} {"json":{"a":[1]}}`),
  short("noncharacters and private use", "\uffff\ufffe\ue000 \u{10ffff} \u{f0000}"),
  short("ligatures and full width", "ﬃ ｆｕｌｌ ｗｉｄｔｈ Ⅷ ½ ß İi ıI ſ"),
  long("10,000 code points", repeated("The quick brown fox jumps over the lazy dog. ", 10_000)),
  long("10,000 code points of Chinese", repeated("乌班图是一个操作系统，", 10_000)),
  long("32 KiB of emoji", repeated("😀🎉🐧🦊", 8_192)),
];

/** What people react with: one grapheme cluster each (MSG4). */
export const REACTIONS: readonly string[] = ["👍", "❤️", "😂", "🎉", "👀", "🇪🇺", "👩🏽‍💻", "✅", "🐧"];
