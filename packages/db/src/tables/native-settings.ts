/**
 * Settings that LanceDB's native code reads from the environment when it is first used; import this before it. What the user
 * has set stays. They bound memory: a builder of a full-text shard may take 256 MiB, and one shard serves these sizes.
 */
const settings = { LANCEDB_LOG: "error", LANCE_FTS_NUM_SHARDS: "1" };

for (const [name, value] of Object.entries(settings)) process.env[name] ??= value;
