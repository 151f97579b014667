/** What a row of the list of groups becomes by an event, where that is certain: then it is exactly what the server would say. @module */
import { type Actor, type GroupEvent, unreachable, type UserId } from "@gatz/domain";
import type { ListedGroup } from "../server/contract.ts";
import { addedBy } from "./row_arithmetic.ts";

type Row = ListedGroup;

/** The row after the event that follows its seq, for a member; null: only the server can say. What is done to the viewer themselves it says. */
export function groupAfter(row: Row, event: GroupEvent, viewer: UserId): Row | null {
  const moved = { ...row, seq: event.seq, lastAt: event.at };
  switch (event.type) {
    case "rename":
      return { ...moved, name: event.body.name };
    case "describe": {
      const { description: _, ...rest } = moved;
      return event.body.description === "" ? rest : { ...rest, description: event.body.description };
    }
    case "set-avatar": {
      const { avatar: _, ...rest } = moved;
      return event.body.avatar === null ? rest : { ...rest, avatar: event.body.avatar };
    }
    case "add-members":
      return withPeople(moved, addedBy(event).size);
    case "join-by-invite":
      return withPeople(moved, 1);
    case "remove-member":
      return without(moved, event.body.user, viewer);
    case "leave":
      return without(moved, event.actor, viewer);
    case "set-role":
      return event.body.user === viewer ? null : moved;
    case "transfer-ownership": {
      const { to } = event.body;
      return to === viewer || row.owner === viewer ? null : { ...moved, owner: to };
    }
    case "archive":
      return { ...moved, archived: true };
    case "create-invite":
    case "revoke-invite":
    case "discussion-open":
      return moved;
    case "create":
      return null;
    default:
      return unreachable(event);
  }
}

/** Whose heir an owner's is, is for the server to say. */
function without(row: Row, user: Actor, viewer: UserId): Row | null {
  return user === viewer || user === row.owner ? null : withPeople(row, -1);
}

function withPeople(row: Row, more: number): Row {
  return { ...row, memberCount: row.memberCount + more };
}
