// megalodon, unmodified, through everything around people: from detecting the server to leaving.

import assert from "node:assert/strict";
import megalodon from "megalodon";
import { ask, others, redirectUri, scopes, url } from "./story.mjs";

const generator = megalodon.default;
const [first, second, third] = others;
const ids = (response) => response.data.map((entity) => entity.id);

const stranger = generator("mastodon", url);
const app = await stranger.registerApp("megalodon", { scopes, redirect_uris: redirectUri });
const { client_id: clientId, client_secret: clientSecret } = app;
const code = await ask("sign in", app.url);
const token = await stranger.fetchAccessToken(clientId, clientSecret, code, redirectUri);
const client = generator("mastodon", url, token.accessToken ?? token.access_token);

assert.equal((await client.verifyAppCredentials()).data.name, "megalodon");
const me = (await client.verifyAccountCredentials()).data;
const changed = (await client.updateCredentials({ display_name: "Zoë", note: "Hello", locked: true })).data;
assert.deepEqual([changed.display_name, changed.locked], ["Zoë", true]);

await ask("others ask");
assert.deepEqual(ids(await client.getFollowRequests(2)), [third, second]);
assert.equal((await client.acceptFollowRequest(first)).data.followed_by, true);
assert.equal((await client.rejectFollowRequest(second)).data.requested_by, false);
await assert.rejects(client.rejectFollowRequest(second));
assert.deepEqual(ids(await client.getAccountFollowers(me.id)), [first]);

assert.equal((await client.followAccount(first, { reblog: true })).data.following, true);
assert.deepEqual(ids(await client.getAccountFollowing(me.id)), [first]);
assert.equal((await client.pinAccount(first)).data.endorsed, true);
assert.equal((await client.unpinAccount(first)).data.endorsed, false);
const list = (await client.createList("Shelf")).data;
assert.equal((await client.updateList(list.id, "Board")).data.title, "Board");
await client.addAccountsToList(list.id, [first]);
assert.deepEqual(ids(await client.getAccountsInList(list.id)), [first]);
assert.deepEqual(ids(await client.getAccountLists(first)), [list.id]);
await client.deleteAccountsFromList(list.id, [first]);
await client.deleteList(list.id);
assert.deepEqual((await client.getLists()).data, []);
assert.equal((await client.unfollowAccount(first)).data.following, false);

assert.equal((await client.muteAccount(second, true)).data.muting, true);
assert.deepEqual(ids(await client.getMutes()), [second]);
assert.equal((await client.unmuteAccount(second)).data.muting, false);
assert.equal((await client.blockAccount(third)).data.blocking, true);
assert.deepEqual(ids(await client.getBlocks()), [third]);
assert.equal((await client.unblockAccount(third)).data.blocking, false);
await client.blockDomain("other.example");
assert.deepEqual((await client.getDomainBlocks()).data, ["other.example"]);
await client.unblockDomain("other.example");
assert.deepEqual((await client.getDomainBlocks()).data, []);
assert.equal((await client.getRelationship(first)).data.followed_by, true);
assert.equal((await client.getRelationships(others)).data.length, 3);

const name = (await client.getAccount(first)).data.username;
assert.deepEqual(ids(await client.searchAccount(name)), [first]);
assert.equal((await client.search(name, { type: "accounts" })).data.accounts[0].id, first);
assert.equal((await client.getPreferences()).data["posting:default:visibility"], "private");
assert.equal((await client.getInstance()).data.uri, new URL(url).host);

await client.revokeToken(clientId, clientSecret, client.accessToken ?? token.access_token ?? token.accessToken);
await assert.rejects(client.verifyAccountCredentials());
process.exit(0);
