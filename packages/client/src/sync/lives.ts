/** Which life of the installation is talked to: another one is noticed in whatever comes (LOG9). @module */
import type { Incarnation } from "@gatz/domain";
import { isTrouble, type Server } from "../server/contract.ts";
import { CUT, type Trouble } from "../trouble.ts";

export class Lives {
  readonly #onMet: (incarnation: Incarnation, how: "first" | "another") => void;
  #present: Incarnation | null = null;
  /** Counts the lives that this client has been through. */
  #number = 0;

  /** `onMet` is called before whoever asked gets an answer: `another`: what is here is of the one before. */
  constructor(onMet: (incarnation: Incarnation, how: "first" | "another") => void) {
    this.#onMet = onMet;
  }

  /** Null: none has been met yet. */
  get present(): Incarnation | null {
    return this.#present;
  }

  /** What is stored is of this life. */
  resume(incarnation: Incarnation): void {
    this.#present = incarnation;
  }

  /** What is here is of a life that is over, and nobody has said which one is present. */
  forget(): void {
    this.#present = null;
    this.#number++;
  }

  /** Whether this is the life that is known, or the first that is met. */
  meet(incarnation: Incarnation): boolean {
    if (this.#present === incarnation) return true;
    const how = this.#present === null ? "first" : "another";
    this.#present = incarnation;
    if (how === "another") this.#number++;
    this.#onMet(incarnation, how);
    return how === "first";
  }

  /** All answers of another life than the one in which was asked are as good as none: who asked asks again, or does not want to know any more. */
  watching(server: Server): Server {
    const ask =
      <A extends readonly unknown[], T extends object>(question: (...args: A) => Promise<T | Trouble>) =>
      async (...args: A): Promise<T | Trouble> => {
        const life = this.#number;
        const answer = await question(...args);
        if (isTrouble(answer)) return answer;
        if (life !== this.#number) return CUT;
        return this.#isOfThisLife(answer) ? answer : CUT;
      };
    return {
      follow: (cursor, on) => server.follow(cursor, on),
      me: ask(() => server.me()),
      open: ask((input) => server.open(input)),
      read: ask((input) => server.read(input)),
      offer: ask((stream, drafts) => server.offer(stream, drafts)),
      discussions: ask((input) => server.discussions(input)),
      rows: ask((input) => server.rows(input)),
      groups: ask((input) => server.groups(input)),
      groupRows: ask((input) => server.groupRows(input)),
      people: ask((input) => server.people(input)),
      mark: ask((input) => server.mark(input)),
      markUnread: ask((input) => server.markUnread(input)),
      notify: ask((input) => server.notify(input)),
      typing: ask((input) => server.typing(input)),
      hash: ask((input) => server.hash(input)),
    };
  }

  #isOfThisLife(answer: object): boolean {
    return !("incarnation" in answer) || this.meet(answer.incarnation as Incarnation);
  }
}
