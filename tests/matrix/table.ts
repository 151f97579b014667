/**
 * Who may call what, and what they are answered: written by hand, and the one place that says it. A row is a procedure (and in brackets
 * what is done with it), or a type of draft through `log.offer`; a cell is one of {@link ANSWERS}. `-`: there is no such case.
 * docs/authorization.md is this table; matrix_test.ts holds the server to it.
 * @module
 */

/** Who asks. The order is the table's. */
export const COLUMNS = {
  anon: "nobody who is logged in, from another machine",
  stranger: "never a member of anything here",
  outside: "a member of the group, never of the discussion",
  ex: "was a member, and has been removed: from the group in the rows about groups, elsewhere from the discussion",
  member: "a plain member of group and discussion",
  muted: "the same, muted in the discussion",
  mod: "a moderator of the discussion, plain member of the group",
  owner: "the owner of the discussion, plain member of the group",
  gmod: "a moderator of the group, plain member of the discussion",
  gowner: "the owner of the group, plain member of the discussion",
  blocked: "a plain member, blocked by whoever they do it to",
  blocker: "a plain member who blocks whoever they do it to",
  operator: "on the machine itself, without a token: what is for operators is tools, and in development `debug`",
} as const;

export type Column = keyof typeof COLUMNS;

export type Answer =
  | { readonly kind: "error" | "rejected"; readonly code: string }
  | { readonly kind: "not-now"; readonly reason: string }
  | { readonly kind: "not-found" | "accepted" };

/** What a cell stands for. `accepted` is also what a read says that answers. */
export const ANSWERS: Readonly<Record<string, Answer & { readonly means: string }>> = {
  ok: { kind: "accepted", means: "accepted; of a read: answered with what there is now" },
  part: { kind: "accepted", means: "answered as things stood when they left (VIS4)" },
  veil: { kind: "accepted", means: "answered, and what the one whom they block wrote is hidden (BLK1)" },
  mine: { kind: "accepted", means: "answered with what is one's own, and nothing of this" },
  none: { kind: "not-found", means: "`NotFound`, to the byte as for what does not exist (VIS3)" },
  login: { kind: "error", code: "Unauthenticated", means: "`Unauthenticated`" },
  far: { kind: "error", code: "Forbidden", means: "`Forbidden`: in development only, and only from this machine" },
  left: { kind: "rejected", code: "NotMember", means: "`NotMember`" },
  no: { kind: "rejected", code: "Forbidden", means: "`Forbidden`: a member who has no right to it" },
  mods: { kind: "error", code: "Forbidden", means: "`Forbidden`: only moderators are told" },
  mute: { kind: "rejected", code: "Muted", means: "`Muted`" },
  lock: { kind: "rejected", code: "Locked", means: "`Locked`" },
  over: { kind: "rejected", code: "Closed", means: "`Closed`" },
  shut: { kind: "rejected", code: "NotJoinable", means: "`NotJoinable`" },
  same: { kind: "rejected", code: "NoChange", means: "`NoChange`: may do it, and it is so already" },
  author: { kind: "rejected", code: "NotYourMessage", means: "`NotYourMessage`" },
  hand: { kind: "rejected", code: "OwnerMustHandOver", means: "`OwnerMustHandOver`" },
  nobody: { kind: "rejected", code: "NobodyAddable", means: "`NobodyAddable`: not said why (BLK1)" },
  blob: { kind: "rejected", code: "UnknownBlob", means: "`UnknownBlob`: may do it, and uploads come later" },
  dud: {
    kind: "rejected",
    code: "InviteInvalid",
    means: "`InviteInvalid`: not said why, nor whether there is such a group",
  },
  taken: { kind: "error", code: "HandleTaken", means: "`HandleTaken`" },
  gatz: { kind: "rejected", code: "SystemOnly", means: "`SystemOnly`" },
};

export const TABLE = `
                                                  anon  stranger outside ex    member muted  mod    owner  gmod   gowner blocked blocker operator

apps/server/src/routes/auth.ts
  auth.devSignIn                                  far   far      far     far   far    far    far    far    far    far    far     far     ok
  auth.me                                         login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login

apps/server/src/routes/debug.ts
  debug.owners                                    far   far      far     far   far    far    far    far    far    far    far     far     ok
  debug.tail                                      far   far      far     far   far    far    far    far    far    far    far     far     ok

apps/server/src/routes/discussions.ts
  discussions.create                              login none     ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.create (with a message)             login none     ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.create (going on from a message)    login none     none    none  ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.byId                                login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.at                                  login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.at (after they left)                login none     none    none  ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.byUser                              login mine     mine    part  ok     ok     ok     ok     ok     ok     ok      veil    login
  discussions.rows                                login mine     mine    part  ok     ok     ok     ok     ok     ok     ok      veil    login

apps/server/src/routes/discussion_people.ts
  discussions.addMembers                          login none     none    left  ok     ok     ok     ok     ok     ok     nobody  nobody  login
  discussions.addMembers (curated by moderators)  login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.addMembers (while locked)           login none     none    left  lock   lock   lock   lock   lock   lock   lock    lock    login
  discussions.join                                login none     none    shut  same   same   same   same   same   same   same    same    login
  discussions.join (while open)                   login none     ok      ok    same   same   same   same   same   same   same    same    login
  discussions.join (while open and locked)        login none     lock    lock  same   same   same   same   same   same   same    same    login
  discussions.removeMember                        login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.removeMember (the owner)            login none     none    left  no     no     no     no     no     no     no      no      login
  discussions.leave                               login none     none    left  ok     ok     ok     ok     ok     ok     ok      ok      login
  discussions.setRole                             login none     none    left  no     no     no     ok     no     no     no      no      login
  discussions.setRole (handing over)              login none     none    left  no     no     no     ok     no     no     no      no      login
  discussions.setRole (the owner's)               login none     none    left  no     no     no     no     no     no     no      no      login
  discussions.mute                                login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.mute (the owner)                    login none     none    left  no     no     no     no     no     no     no      no      login
  discussions.unmute                              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.ban                                 login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.ban (the owner)                     login none     none    left  no     no     no     no     no     no     no      no      login
  discussions.unban                               login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.members                             login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login

apps/server/src/routes/discussion_settings.ts
  discussions.rename                              login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  discussions.rename (curated by moderators)      login none     none    left  no     mute   ok     ok     ok     ok     no      no      login
  discussions.describe                            login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  discussions.describe (curated by moderators)    login none     none    left  no     mute   ok     ok     ok     ok     no      no      login
  discussions.describe (who curates)              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.pin                                 login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  discussions.pin (curated by moderators)         login none     none    left  no     mute   ok     ok     ok     ok     no      no      login
  discussions.unpin                               login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  discussions.lock                                login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.unlock                              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.close                               login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.reopen                              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  discussions.setSlowMode                         login none     none    left  no     no     ok     ok     ok     ok     no      no      login

apps/server/src/routes/groups.ts
  groups.create                                   login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.direct                                   login ok       ok      ok    ok     ok     ok     ok     ok     ok     nobody  nobody  login
  groups.byId                                     login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.byUser                                   login mine     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.rows                                     login mine     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.members                                  login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.joinable                                 login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login

apps/server/src/routes/group_people.ts
  groups.addMembers                               login none     ok      left  ok     ok     ok     ok     ok     ok     nobody  nobody  login
  groups.removeMember                             login none     no      left  no     no     no     no     ok     ok     no      no      login
  groups.removeMember (the owner)                 login none     no      left  no     no     no     no     no     hand   no      no      login
  groups.leave                                    login none     ok      left  ok     ok     ok     ok     ok     hand   ok      ok      login
  groups.setRole                                  login none     no      left  no     no     no     no     no     ok     no      no      login
  groups.transferOwnership                        login none     no      left  no     no     no     no     no     ok     no      no      login

apps/server/src/routes/group_settings.ts
  groups.rename                                   login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.describe                                 login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.setAvatar                                login none     blob    left  blob   blob   blob   blob   blob   blob   blob    blob    login
  groups.archive                                  login none     no      left  no     no     no     no     no     ok     no      no      login

apps/server/src/routes/group_invites.ts
  groups.createInvite                             login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.revokeInvite                             login none     no      left  no     no     no     no     ok     ok     no      no      login
  groups.revokeInvite (their own)                 login -        ok      -     ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.invites                                  login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  groups.joinByInvite                             login ok       same    ok    same   same   same   same   same   same   same    same    login
  groups.joinByInvite (with another token)        login dud      dud     dud   dud    dud    dud    dud    dud    dud    dud     dud     login

apps/server/src/routes/reads.ts
  reads.mark                                      login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  reads.markMany                                  login mine     mine    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  reads.markUnread                                login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  reads.get                                       login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login

apps/server/src/routes/settings.ts
  settings.setDiscussion                          login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  settings.ofDiscussions                          login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login

apps/server/src/routes/users.ts
  users.byId                                      login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.byIds                                     login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.byHandle                                  login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.forDiscussion                             login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  users.forGroup                                  login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login

apps/server/src/routes/own_account.ts
  users.setProfile                                login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.changeHandle                              login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.changeHandle (another's)                  login taken    taken   taken taken  taken  taken  taken  taken  taken  taken   taken   login
  users.block                                     login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.unblock                                   login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  users.blocked                                   login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login
  users.endAccount                                login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login

apps/server/src/routes/messages.ts
  messages.send                                   login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  messages.send (an answer)                       login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  messages.send (while locked)                    login none     none    left  lock   lock   lock   lock   lock   lock   lock    lock    login
  messages.send (while closed)                    login none     none    left  over   over   over   over   over   over   over    over    login
  messages.edit (their own)                       login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  messages.edit (another's)                       login none     none    left  author author author author author author author  author  login
  messages.delete (their own)                     login none     none    left  ok     ok     ok     ok     ok     ok     ok      ok      login
  messages.delete (their own, while closed)       login none     none    left  over   over   over   over   over   over   over    over    login
  messages.delete (another's)                     login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  messages.delete (the owner's)                   login none     none    left  no     no     no     ok     no     no     no      no      login
  messages.react                                  login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  messages.byDiscussion                           login none     none    part  ok     ok     ok     ok     ok     ok     ok      veil    login
  messages.at                                     login none     none    part  ok     ok     ok     ok     ok     ok     ok      veil    login
  messages.at (after they left)                   login none     none    none  ok     ok     ok     ok     ok     ok     ok      veil    login
  messages.byId                                   login none     none    part  ok     ok     ok     ok     ok     ok     ok      veil    login
  messages.byId (after they left)                 login none     none    none  ok     ok     ok     ok     ok     ok     ok      veil    login

apps/server/src/routes/moderation.ts
  moderation.flag                                 login none     none    left  ok     ok     ok     ok     ok     ok     ok      ok      login
  moderation.resolve                              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  moderation.resolve (on the owner's)             login none     none    left  no     no     no     no     no     no     no      no      login
  moderation.resolve (that there is not)          login none     none    left  no     no     none   none   none   none   no      no      login
  moderation.purge                                login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  moderation.purge (the owner's)                  login none     none    left  no     no     no     no     no     no     no      no      login
  moderation.queue                                login none     none    mods  mods   mods   ok     ok     ok     ok     mods    mods    login
  moderation.sanctions                            login none     none    mods  mods   mods   ok     ok     ok     ok     mods    mods    login
  moderation.evidence                             login none     none    mods  mods   mods   ok     ok     ok     ok     mods    mods    login
  moderation.audit                                login none     none    mods  mods   mods   ok     ok     ok     ok     mods    mods    login

apps/server/src/routes/log.ts
  log.canOffer                                    login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.read (a discussion)                         login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.read (a group)                              login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.read (one's own)                            login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login
  log.read (another's own)                        login none     none    none  none   none   none   none   none   none   none    none    login
  log.open (a discussion)                         login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.open (a group)                              login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.open (one's own)                            login mine     mine    mine  mine   mine   mine   mine   mine   mine   mine    mine    login
  log.open (another's own)                        login none     none    none  none   none   none   none   none   none   none    none    login
  log.hash (a discussion)                         login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.hash (after they left)                      login none     none    none  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.hash (a group)                              login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer group/create                          login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer group/rename                          login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer group/describe                        login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer group/set-avatar                      login none     blob    left  blob   blob   blob   blob   blob   blob   blob    blob    login
  log.offer group/add-members                     login none     ok      left  ok     ok     ok     ok     ok     ok     nobody  nobody  login
  log.offer group/remove-member                   login none     no      left  no     no     no     no     ok     ok     no      no      login
  log.offer group/leave                           login none     ok      left  ok     ok     ok     ok     ok     hand   ok      ok      login
  log.offer group/set-role                        login none     no      left  no     no     no     no     no     ok     no      no      login
  log.offer group/transfer-ownership              login none     no      left  no     no     no     no     no     ok     no      no      login
  log.offer group/create-invite                   login none     ok      left  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer group/revoke-invite                   login none     no      left  no     no     no     no     ok     ok     no      no      login
  log.offer group/join-by-invite                  login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer group/discussion-open                 login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer group/archive                         login none     no      left  no     no     no     no     no     ok     no      no      login
  log.offer discussion/create                     login none     ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer discussion/rename                     login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer discussion/describe                   login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer discussion/add-members                login none     none    left  ok     ok     ok     ok     ok     ok     nobody  nobody  login
  log.offer discussion/join                       login none     none    shut  same   same   same   same   same   same   same    same    login
  log.offer discussion/join (while open)          login none     ok      ok    same   same   same   same   same   same   same    same    login
  log.offer discussion/remove-member              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/leave                      login none     none    left  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer discussion/set-role                   login none     none    left  no     no     no     ok     no     no     no      no      login
  log.offer discussion/pin-message                login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer discussion/unpin-message              login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer discussion/lock                       login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/unlock                     login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/close                      login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/reopen                     login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/mute-member                login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/unmute-member              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/ban-member                 login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/unban-member               login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/set-slow-mode              login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/flag-message               login none     none    left  ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer discussion/resolve-flag               login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/expunge                    login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/continued                  login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer discussion/new-message                login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer discussion/edit-message               login none     none    left  author author author author author author author  author  login
  log.offer discussion/delete-message             login none     none    left  no     no     ok     ok     ok     ok     no      no      login
  log.offer discussion/react-to-message           login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  log.offer user/register                         login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer user/set-profile                      login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer user/set-profile (another's)          login none     none    none  none   none   none   none   none   none   none    none    login
  log.offer user/set-handle                       login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer user/block-user                       login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer user/block-user (another's)           login none     none    none  none   none   none   none   none   none   none    none    login
  log.offer user/unblock-user                     login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer user/unblock-user (another's)         login none     none    none  none   none   none   none   none   none   none    none    login
  log.offer user/end-account                      login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
  log.offer user/end-account (another's)          login none     none    none  none   none   none   none   none   none   none    none    login
  log.offer user/added-to                         login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer user/removed-from                     login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login
  log.offer user/left-group                       login gatz     gatz    gatz  gatz   gatz   gatz   gatz   gatz   gatz   gatz    gatz    login

apps/server/src/routes/live.ts
  live.inbox                                      login mine     mine    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  live.inbox (who types)                          login mine     mine    mine  ok     ok     ok     ok     ok     ok     ok      mine    login
  live.inbox (a discussion)                       login none     none    part  ok     ok     ok     ok     ok     ok     ok      ok      login
  live.inbox (a group)                            login none     ok      part  ok     ok     ok     ok     ok     ok     ok      ok      login
  live.inbox (another's own)                      login none     none    none  none   none   none   none   none   none   none    none    login
  live.typing                                     login none     none    left  ok     mute   ok     ok     ok     ok     ok      ok      login
  live.setPresence                                login ok       ok      ok    ok     ok     ok     ok     ok     ok     ok      ok      login
`;
