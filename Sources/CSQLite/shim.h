#pragma once
// sqlite3_config is variadic, which Swift can not call. Declared here rather than included: GRDB's
// module has the rest of the header.
extern int sqlite3_config(int option, ...);
/// SQLITE_CONFIG_MEMSTATUS: without statistics the allocator takes no lock.
static inline int csqlite_keep_no_memory_statistics(void) { return sqlite3_config(9, 0); }
