/** The page as a person uses it: by what it shows and by the names of its parts. @module */
import type { Locator, Page } from "playwright-core";

/** One person's half of the page. */
export class Pane {
  readonly #region: Locator;

  constructor(page: Page, handle: string) {
    this.#region = page.getByRole("region", { name: `${handle}'s view` });
  }

  get composer(): Locator {
    return this.#region.getByRole("textbox", { name: "Message" });
  }

  get send(): Locator {
    return this.#region.getByRole("button", { name: "Send", exact: true });
  }

  /** Who is said to be typing. */
  get typing(): Locator {
    return this.#region.getByText("typing…");
  }

  /** Why one can't write, if one can't. */
  get reason(): Locator {
    return this.#region.getByText("You can't write");
  }

  get status(): Locator {
    return this.#region.getByRole("status");
  }

  get problem(): Locator {
    return this.#region.getByRole("alert");
  }

  get messages(): Locator {
    return this.#region.getByRole("log", { name: "messages" }).getByRole("listitem");
  }

  /** The message that shows this text (not: quotes it). */
  message(text: string): Locator {
    return this.messages.filter({ has: this.#region.page().locator(".text", { hasText: text }) }).filter({
      hasNot: this.#region.page().locator("blockquote", { hasText: text }),
    });
  }

  /** Each discussion's button: its name, how much is unread if something is, and the newest message. */
  get discussions(): Locator {
    return this.#region.getByRole("navigation", { name: "discussions" }).getByRole("button");
  }

  get unread(): Locator {
    return this.#region.getByRole("navigation", { name: "discussions" }).locator("mark");
  }

  /** Who is in the discussion, as `handle · role`. */
  get members(): Locator {
    return this.#region.getByRole("group", { name: "members" }).locator("span");
  }

  /** Types and presses Enter. */
  async write(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  async reply(to: string, text: string): Promise<void> {
    await this.act(to, "Reply");
    await this.write(text);
  }

  async edit(from: string, to: string): Promise<void> {
    await this.act(from, "Edit");
    await this.write(to);
  }

  /** Presses one of a message's buttons, which show when the pointer is over it. */
  async act(text: string, button: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole("button", { name: button, exact: true }).click();
  }

  /** All that the messages say, one string each. */
  async texts(): Promise<string[]> {
    return await this.messages.locator(".text").allInnerTexts();
  }
}

/** The rows of the log's tail, each the texts of its cells: shard, position, stream, seq, type, actor, body. */
export async function logTail(page: Page): Promise<string[][]> {
  const rows = await page.getByRole("region", { name: "the log's tail" }).locator("tbody tr").all();
  return await Promise.all(rows.map((row) => row.locator("td").allInnerTexts()));
}
